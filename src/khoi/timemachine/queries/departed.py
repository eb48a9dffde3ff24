"""Rows that are gone, seen by whoever would see them if they stood: what they held last says whose they were.

It says the same of rows that are gone as ``visible_to`` of each model says of those that stand.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from khoi.accounts.models import Account, AccountValue, Contact
from khoi.activities.models import Activity, Attachment, Task
from khoi.campaigns.models import Campaign, Cost, Source
from khoi.capture.models import Form, RecordReference
from khoi.custom.models import CustomField
from khoi.history.models import Change, code_of
from khoi.history.queries.images import image
from khoi.history.queries.lives import chunks
from khoi.leads.models import BantFact, Lead, LeadReference, LeadValue
from khoi.people.models import Consent, ContactPoint, NotTheSame, Person, PersonValue
from khoi.pipeline.models import Opportunity, OpportunityValue, Pipeline, PipelineStage, StageMove
from khoi.qualification.models import Policy, StageChange
from khoi.routing.models import Assignment, RoutingRule, Share
from khoi.scoring.models import Scorecard
from khoi.team.models import Team, User
from khoi.team.rules import PARTNER, Principal
from khoi.timemachine.queries.standing import Model, seen, sees_all
from khoi.touchpoints.models import Touchpoint
from khoi.workspace.models import File

#: Column that says whose a record was.
OWNER: Final[dict[Model, str]] = {
    Lead: "owner_id",
    Opportunity: "owner_id",
    Account: "owner_id",
    Task: "owner_id",
}
#: Rows that are seen with the records they point at, with all of them: column → table.
HUNG_ON: Final[dict[Model, dict[str, Model]]] = {
    ContactPoint: {"person_id": Person},
    PersonValue: {"person_id": Person},
    Consent: {"person_ref": Person},
    Touchpoint: {"person_id": Person},
    NotTheSame: {"first_id": Person, "second_id": Person},
    AccountValue: {"account_id": Account},
    Contact: {"account_id": Account},
    LeadValue: {"lead_id": Lead},
    LeadReference: {"lead_id": Lead},
    BantFact: {"lead_id": Lead},
    StageChange: {"lead_id": Lead},
    Assignment: {"lead_id": Lead},
    OpportunityValue: {"opportunity_id": Opportunity},
    StageMove: {"opportunity_id": Opportunity},
    Attachment: {"activity_id": Activity},
}
#: Rows that are seen with the one record they point at, whichever of these it is: column → table.
NAMING: Final[dict[Model, dict[str, Model]]] = {
    RecordReference: {"account_id": Account, "person_id": Person, "opportunity_id": Opportunity},
}
#: Records that are also seen with rows which went in the same act and pointed at them: (table, its column).
SEEN_THROUGH: Final[dict[Model, tuple[tuple[Model, str], ...]]] = {
    Person: ((Lead, "person_id"), (Opportunity, "person_id"), (Contact, "person_id")),
    Account: ((Opportunity, "account_id"),),
    File: ((Attachment, "file_id"),),
}
#: How the workspace is set up: seen by all staff.
OF_THE_HOUSE: Final = frozenset(
    {
        *(Team, User, CustomField, Source, Campaign, Cost, Scorecard, Policy),
        *(RoutingRule, Share, Pipeline, PipelineStage, Form),
    }
)


@dataclass(frozen=True, slots=True)
class _Gone:
    """The act that took the row out, and what it held then."""

    act: int
    values: dict[str, Any]


def would_see(actor: Principal, model: Model, ids: Collection[int]) -> set[int]:
    """Of these rows, all of them gone, those the actor would see if they stood."""
    if sees_all(actor):
        return set(ids)
    return {pk for part in chunks(ids) for pk in _theirs(actor, model, _last(model, part))}


def known(actor: Principal, model: Model, ids: Collection[int]) -> set[int]:
    """Of these rows those the actor sees, or would see if they stood."""
    found: set[int] = set()
    for part in chunks(ids):
        found |= set(seen(model, actor).filter(pk__in=part).values_list("pk", flat=True))
        found |= would_see(actor, model, missing(model, set(part) - found))
    return found


def missing(model: Model, ids: Collection[int]) -> set[int]:
    """Those of the ids of which no row stands."""
    there = (model._base_manager.filter(pk__in=part).values_list("pk", flat=True) for part in chunks(ids))
    return set(ids).difference(*there)


def looked_after(actor: Principal, owners: Collection[int | None]) -> set[int | None]:
    """Those of the owners over whose shoulder the actor looks, as ``team.models.owned`` says it of rows that stand."""
    ids = {pk for pk in owners if pk is not None}
    if sees_all(actor):
        return {*ids, None}
    if actor.visibility == "own" or actor.role == PARTNER:
        return {actor.id} if actor.id is not None else set()
    team = User.objects.filter(pk__in=ids, team=actor.team_id) if actor.team_id else User.objects.none()
    return {actor.id, None, *team.values_list("pk", flat=True)}


def _last(model: Model, ids: Collection[int]) -> dict[int, _Gone]:
    went = Change.objects.filter(tbl=code_of(model), op="d", row_id__in=ids).order_by("id")
    read = went.values_list("row_id", "act_id", "before", "personal")
    return {row: _Gone(act, image(before, personal)) for row, act, before, personal in read}


def _theirs(actor: Principal, model: Model, rows: dict[int, _Gone]) -> set[int]:
    if model in OF_THE_HOUSE:
        return set() if actor.role == PARTNER else set(rows)
    if model in HUNG_ON:
        return _with_what_they_hung_on(actor, HUNG_ON[model], rows)
    if model in NAMING:
        each = NAMING[model].items()
        return {row for column, named in each for row in _with_what_they_hung_on(actor, {column: named}, rows)}
    if model is Activity:
        return _activities(actor, rows)
    found = _owned(actor, OWNER[model], rows) if model in OWNER else set()
    if model in (Opportunity, Account) and actor.role == PARTNER:
        return set()
    for hanging, column in SEEN_THROUGH.get(model, ()):
        found |= _through(actor, hanging, column, {pk: gone for pk, gone in rows.items() if pk not in found})
    return found


def _owned(actor: Principal, column: str, rows: dict[int, _Gone]) -> set[int]:
    theirs = looked_after(actor, {gone.values.get(column) for gone in rows.values()})
    return {pk for pk, gone in rows.items() if gone.values.get(column) in theirs}


def _with_what_they_hung_on(actor: Principal, parents: dict[str, Model], rows: dict[int, _Gone]) -> set[int]:
    found = set(rows)
    for column, parent in parents.items():
        named = known(actor, parent, {pk for gone in rows.values() if (pk := gone.values.get(column))})
        found &= {row for row, gone in rows.items() if gone.values.get(column) in named}
    return found


def _activities(actor: Principal, rows: dict[int, _Gone]) -> set[int]:
    """One's own doings, and those on the leads one sees; for staff also those with the people they see."""
    found = {pk for pk, gone in rows.items() if actor.id is not None and gone.values.get("by_id") == actor.id}
    found |= _with_what_they_hung_on(actor, {"lead_id": Lead}, rows)
    return found if actor.role == PARTNER else found | _with_what_they_hung_on(actor, {"person_id": Person}, rows)


def _through(actor: Principal, hanging: Model, column: str, rows: dict[int, _Gone]) -> set[int]:
    """Those to which a row led that went in the same act and that the actor would see."""
    if not rows:
        return set()
    went = Change.objects.filter(tbl=code_of(hanging), op="d", act__in={gone.act for gone in rows.values()})
    led: dict[int, int] = {}
    for row, act, before, personal in went.order_by("id").values_list("row_id", "act_id", "before", "personal"):
        to = image(before, personal).get(column)
        if to in rows and rows[to].act == act:
            led[row] = to
    return {led[row] for row in known(actor, hanging, led)}
