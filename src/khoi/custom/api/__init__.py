"""Fields of one's own for programs: what they are, and lists that are filtered and sorted by them."""

from khoi.custom.api.defining import router
from khoi.custom.api.finding import OwnSort, Where, asked_of, own_page, sort_of

__all__ = ["OwnSort", "Where", "asked_of", "own_page", "router", "sort_of"]
