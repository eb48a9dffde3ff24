"""Who points at a person, who stands for whom, and who may be somebody we know."""

from khoi.people.queries.consents import standing_consents, standing_together
from khoi.people.queries.likeness import Likeness, alike, count_holders, having, is_crowd, likenesses
from khoi.people.queries.pointers import Pointer, pointers, references, survivors
from khoi.people.queries.profiles import choosable, own_choosable, profile_of

__all__ = [
    "Likeness",
    "Pointer",
    "alike",
    "choosable",
    "count_holders",
    "having",
    "is_crowd",
    "likenesses",
    "own_choosable",
    "pointers",
    "profile_of",
    "references",
    "standing_consents",
    "standing_together",
    "survivors",
]
