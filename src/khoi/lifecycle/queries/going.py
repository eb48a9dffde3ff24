"""What goes when a record is deleted: found in the schema, so that a new table cannot be forgotten.

A row that points at a record goes with it, unless it stands here.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from django.db import models

from khoi.accounts.models import Account, Contact
from khoi.activities.models import Activity, Task
from khoi.history.models import KINDS
from khoi.history.queries.keys import lets_go, pointers_to
from khoi.history.queries.lives import chunks
from khoi.history.rules.tables import DERIVED, TRANSIENT
from khoi.kit.db.asking import columns_by
from khoi.leads.models import Lead
from khoi.people.models import Person
from khoi.pipeline.models import Opportunity

Model = type[models.Model]

#: What can be deleted by itself → the right it takes.
RIGHTS: Final[dict[Model, str]] = {
    Lead: "lead.delete",
    Person: "person.delete",
    Account: "account.delete",
    Opportunity: "opportunity.delete",
    Task: "task.delete",
    Activity: "activity.delete",
}
#: The verb of deleting one record, and of deleting several at once.
VERBS: Final[dict[Model, tuple[str, str]]] = {
    Lead: ("delete_lead", "delete_leads"),
    Person: ("delete_person", "delete_people"),
    Account: ("delete_account", "delete_accounts"),
    Opportunity: ("delete_opportunity", "delete_opportunities"),
    Task: ("delete_task", "delete_tasks"),
    Activity: ("delete_activity", "delete_activities"),
}
#: Records with a page of their own: they go along only when that was said, and never unseen.
HEAVY: Final = (Lead, Opportunity, Contact)
#: Rows that stay and do without what they pointed at.
STAY: Final[frozenset[tuple[Model, str]]] = frozenset({(Lead, "account"), (Opportunity, "contact")})
#: Rows for whose sake a record stays, and what that is called → the code of the refusal.
HOLD: Final[dict[tuple[Model, str], str]] = {
    (Opportunity, "lead"): "lead_has_deals",
    (Opportunity, "account"): "account_has_deals",
}


@dataclass(frozen=True, slots=True)
class Going:
    """``rows`` go. ``staying`` lose what they pointed at, by (table, field); of these ``unrecorded`` leave no trace in
    history, as pairs of a row and what it pointed at. ``held``: rows that stand in the way, by the refusal's code."""

    rows: dict[Model, set[int]] = field(default_factory=lambda: defaultdict(set))
    staying: dict[tuple[Model, str], set[int]] = field(default_factory=lambda: defaultdict(set))
    unrecorded: dict[tuple[Model, str], list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))
    held: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))

    def along(self, with_model: Model) -> Mapping[Model, set[int]]:
        """The heavy records that would go with records of this kind."""
        return {model: self.rows[model] for model in HEAVY if model is not with_model and self.rows.get(model)}


def going_with(model: Model, ids: Collection[int]) -> Going:
    """Everything that follows when these records go."""
    found = Going()
    todo: list[tuple[Model, set[int]]] = [(model, set(ids))]
    while todo:
        gone, new = todo.pop()
        new -= found.rows[gone]
        found.rows[gone] |= new
        if new:
            todo += _followers(gone, new, found)
    _settle(found)
    return found


def _followers(gone: Model, ids: set[int], found: Going) -> list[tuple[Model, set[int]]]:
    """Rows that go with these; what happens to all others is noted in ``found``."""
    follow: list[tuple[Model, set[int]]] = []
    for pointing, key in pointers_to(gone):
        if KINDS[pointing].kind == DERIVED:
            continue
        pairs = _pointing(pointing, key.name, ids)
        rows = {row for row, _ in pairs}
        if KINDS[pointing].kind == TRANSIENT and key.null:
            found.unrecorded[pointing, key.name] += pairs
        elif (pointing, key.name) in HOLD:
            found.held[HOLD[pointing, key.name]] |= rows
        elif (pointing, key.name) in STAY:
            found.staying[pointing, key.name] |= rows
        elif not lets_go(pointing, key) and rows:
            follow.append((pointing, rows))
    return follow


def _pointing(pointing: Model, key: str, ids: set[int]) -> list[tuple[int, int]]:
    return [(row, one) for chunk in chunks(ids) for row, one in columns_by(pointing, key, chunk, "pk", key)]


def _settle(found: Going) -> None:
    """What goes itself neither stays nor stands in the way."""
    for (model, _), rows in found.staying.items():
        rows -= found.rows.get(model, set())
    for rows in found.held.values():
        rows -= found.rows.get(Opportunity, set())
