"""What we hold on a person, and where."""

from khoi.privacy.queries.gone import find_anywhere, find_gone
from khoi.privacy.queries.holdings import Holding, Place, holdings, places, selves
from khoi.privacy.queries.telling import Group, Line, groups_of
from khoi.privacy.queries.traces import known_names, known_traces, links_of

__all__ = [
    "Group",
    "Holding",
    "Line",
    "Place",
    "find_anywhere",
    "find_gone",
    "groups_of",
    "holdings",
    "known_names",
    "known_traces",
    "links_of",
    "places",
    "selves",
]
