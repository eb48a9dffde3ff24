"""Who points at a person, who stands for whom, and who may be somebody we know."""

from khoi.people.queries.consents import standing_consents
from khoi.people.queries.pointers import Pointer, pointers, references, survivors

__all__ = ["Pointer", "pointers", "references", "standing_consents", "survivors"]
