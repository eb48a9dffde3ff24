"""Who somebody is, what they may see, and the gateway that every read and write passes."""

from khoi.team.queries.gateway import Forbidden, Hidden, authorize, find
from khoi.team.queries.principals import principal_of, token_principal

__all__ = ["Forbidden", "Hidden", "authorize", "find", "principal_of", "token_principal"]
