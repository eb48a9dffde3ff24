"""What an erasure would do, in words."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from khoi.people.models import Person
from khoi.people.rules.references import OnErase
from khoi.privacy.queries.holdings import Holding, holdings
from khoi.timemachine.queries.words import row_words


@dataclass(frozen=True, slots=True)
class Line:
    what: str
    rows: int


@dataclass(frozen=True, slots=True)
class Group:
    """Tables of which the same becomes."""

    becomes: str
    lines: tuple[Line, ...]


def groups_of(person: Person) -> list[Group]:
    found = holdings(person)
    words: dict[OnErase, str] = {"delete": _("Deleted"), "empty": _("Emptied, kept for the figures")}
    groups = [
        Group(said, tuple(Line(_name_of(one), one.rows) for one in found if one.on_erase == does))
        for does, said in words.items()
    ]
    return [group for group in groups if group.lines]


def _name_of(one: Holding) -> str:
    """Tables that history tells nothing of have no name there."""
    beside = {"people_match_key": _("Key they are recognised by"), "capture_submission": _("Form as it was sent")}
    return beside.get(one.model._meta.db_table) or row_words(one.model)
