"""Who takes the rows of a file, by what they become."""

from typing import Protocol

from khoi.capture.queries.import_rows import Incoming
from khoi.capture.rules.importing import SKIPPED, UNCHANGED
from khoi.capture.rules.mapping import ACCOUNT, OPPORTUNITY, PERSON, PRODUCT, STAGE_MOVE, USER
from khoi.capture.services.importing.companies import AccountRows
from khoi.capture.services.importing.contacts import PersonRows
from khoi.capture.services.importing.context import Context
from khoi.capture.services.importing.courses import MoveRows
from khoi.capture.services.importing.deals import DealRows
from khoi.capture.services.importing.leads import LeadRows
from khoi.capture.services.importing.numbered import NumberedDealRows


class Rows(Protocol):
    """Takes rows in order and stores what they become; the outcome of each."""

    def take(self, rows: list[Incoming]) -> list[str]: ...


def taker_of(context: Context) -> Rows:
    """Who takes the rows of the file, a batch at a time."""
    mapping = context.mapping
    if mapping.rows == OPPORTUNITY:
        return NumberedDealRows(context) if mapping.key else DealRows(context)
    if mapping.rows == STAGE_MOVE:
        return MoveRows(context)
    if mapping.rows in (USER, PRODUCT):
        return _NameRows(context)
    if mapping.rows == ACCOUNT:
        return AccountRows(context)
    return PersonRows(context) if mapping.rows == PERSON else LeadRows(context)


class _NameRows:
    """Rows that explain names: nothing of them is stored but with the deals that use the names."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def take(self, rows: list[Incoming]) -> list[str]:
        return [self._take(row) for row in rows]

    def _take(self, row: Incoming) -> str:
        name = row.parsed.text("email") or row.parsed.text("person_name")
        if self.context.mapping.rows == PRODUCT or self.context.names.owner(name) is not None:
            return UNCHANGED
        row.warn("name_only", self.context.heading("person_name"), name)
        return SKIPPED
