"""The rows of whole tables as of a moment, as far as somebody may see them today, to be read in place of the tables.

Only the rows that differ from today's are put together; the others are read where they stand.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Final

from khoi.accounts.models import Account, AccountValue, Contact
from khoi.activities.models import Activity, Task
from khoi.campaigns.models import Campaign, Cost, Source
from khoi.history.queries import Differing, rows_that_differ
from khoi.kit.db.fronting import Front
from khoi.leads.models import BantFact, Lead, LeadValue
from khoi.people.models import ContactPoint, Person, PersonValue, PossibleDuplicate
from khoi.pipeline.models import Opportunity, OpportunityValue, Pipeline, PipelineStage, StageMove
from khoi.qualification.models import Policy, StageChange
from khoi.routing.models import Assignment
from khoi.scoring.models import Scorecard
from khoi.team.rules import Principal
from khoi.timemachine.queries.departed import HUNG_ON, OWNER, SEEN_THROUGH, missing, would_see
from khoi.timemachine.queries.past import AHEAD, Moment, Values, told_by_then
from khoi.timemachine.queries.standing import Model, seen, sees_all
from khoi.touchpoints.models import Touchpoint

#: What people are found and shown by, and what their leads are scored by.
_PEOPLE: Final = (Person, ContactPoint, Account)
_SCORES: Final = (Touchpoint, Activity, BantFact, Scorecard, LeadValue)
_STAGES: Final = (Pipeline, PipelineStage)
#: Kind of page → the tables it reads. To a page of the past every other table with rights of its own is empty, so
#: nothing of today is shown among what was there then.
TABLES: Final[Mapping[str, tuple[Model, ...]]] = {
    "leads": (Lead, *_PEOPLE, *_SCORES, Task),
    "people": (*_PEOPLE, PersonValue, Contact, Lead),
    "accounts": (Account, AccountValue, Contact, Opportunity, *_STAGES),
    "deals": (Opportunity, OpportunityValue, Person, Account, Contact, Lead, Task, *_STAGES),
    "tasks": (Task, Lead, Person),
    "activities": (Activity, Lead, Person),
    "money": (Source, Campaign, Cost),
    "pipelines": _STAGES,
    "search": (Lead, *_PEOPLE, Opportunity, *_STAGES),
    "home": (
        *(Lead, *_PEOPLE, *_SCORES, Task, Opportunity, *_STAGES),
        *(Contact, StageChange, StageMove, Assignment, Policy),
    ),
}
#: The first day anybody may ask for.
FIRST: Final = date(1900, 1, 1)
#: Tables whose rows somebody may see or not; the setting of the house is seen by all staff.
GUARDED: Final[frozenset[Model]] = frozenset({*OWNER, *HUNG_ON, *SEEN_THROUGH, Activity, PossibleDuplicate})
#: Rows of one table that are put together at most: on two busy cores under a minute. Past it the day is too far away to
#: be searched.
MOST: Final = 50_000
#: A record → the decisions whose dates it follows.
DECIDED: Final[Mapping[Model, tuple[tuple[Model, str], ...]]] = {
    Lead: ((StageChange, "lead"), (Assignment, "lead")),
    Opportunity: ((StageMove, "opportunity"),),
}


def fronts_of(actor: Principal, moment: Moment, tables: Collection[Model]) -> list[Front]:
    """What stands in front of the tables for the actor. Raises ``TooManyDiffer``."""
    found: dict[Model, Differing] = {}
    for model in sorted(tables, key=_order):
        found[model] = _differing(model, moment, also=_found_by(model, found))
    fronts = {model: _front(model, differing, actor) for model, differing in found.items()}
    if Person in fronts and not sees_all(actor):
        fronts[Person] = _with_people_of(fronts, found[Person].rows)
    hidden = [Front(model, {}, (), alone=True) for model in GUARDED - fronts.keys()]
    return [*fronts.values(), *hidden]


def whole_table(model: Model, moment: Moment, actor: Principal) -> Front:
    return _front(model, _differing(model, moment, ()), actor)


def _order(model: Model) -> int:
    """What others are found by comes first."""
    return [Account, Person, ContactPoint].index(model) if model in _PEOPLE else 4 if model in FOUND_BY else 3


#: Records whose derived columns say something of other rows: those tables, with the columns that lead there.
FOUND_BY: Final[Mapping[Model, tuple[tuple[Model, str, str], ...]]] = {
    Lead: (
        *((Person, "pk", "person"), (ContactPoint, "person_id", "person"), (Touchpoint, "person_id", "person")),
        *((Activity, "person_id", "person"), (BantFact, "lead_id", "pk"), (LeadValue, "lead_id", "pk")),
    ),
    Opportunity: ((Person, "pk", "person"), (Account, "pk", "account")),
}


def _found_by(model: Model, found: Mapping[Model, Differing]) -> set[int]:
    """Ids of records of which another row that differs tells."""
    ids: set[int] = set()
    for other, column, lookup in FOUND_BY.get(model, ()):
        if other in found:
            for which in ({"pk__in": part} for part in (found[other].came, *_parts(found[other].rows))):
                named = other._base_manager.filter(**which).values(column)
                ids |= set(model._base_manager.filter(**{f"{lookup}__in": named}).values_list("pk", flat=True))
    return ids


def _parts(ids: Iterable[int]) -> Iterable[list[int]]:
    every = sorted(ids)
    for start in range(0, len(every), 5_000):
        yield every[start : start + 5_000]


def _differing(model: Model, moment: Moment, also: Collection[int]) -> Differing:
    if moment.known == "now":
        also = {*also, *_decided_since(model, moment.at)}
    found = rows_that_differ(model, moment.at, known=moment.known, most=MOST, also=also)
    if moment.known == "now":
        told_by_then(model, {pk: row for pk, row in found.rows.items() if row is not None}, moment.at)
    return found


def _decided_since(model: Model, at: datetime) -> set[int]:
    """Ids of records that something befell later, though one act may have told it all."""
    ids: set[int] = set()
    for decision, column in DECIDED.get(model, ()):
        ids |= set(decision._base_manager.filter(occurred_at__gt=at).values_list(column, flat=True))
    for column in AHEAD.get(model, ()):
        ids |= set(model._base_manager.filter(**{f"{column}__gt": at}).values_list("pk", flat=True))
    return ids


def _front(model: Model, found: Differing, actor: Principal) -> Front:
    """The rows that differ, as far as the actor sees them today or would if they stood."""
    there = {pk: row for pk, row in found.rows.items() if row is not None}
    if sees_all(actor) or model not in GUARDED:
        return Front(model, there, frozenset(found.rows), found.came)
    gone = missing(model, there)
    theirs = would_see(actor, model, gone)
    for part in _parts(there.keys() - gone):
        theirs |= set(seen(model, actor).filter(pk__in=part).values_list("pk", flat=True))
    mine = {pk: row for pk, row in there.items() if pk in theirs}
    return Front(model, mine, frozenset(found.rows), found.came, seen(model, actor).order_by().values("pk"))


def _with_people_of(fronts: Mapping[Model, Front], everybody: Mapping[int, Values | None]) -> Front:
    """Who sees a lead or a deal sees whose it was."""
    front = fronts[Person]
    records = [one for model, one in fronts.items() if model in (Lead, Opportunity)]
    named = {row["person_id"] for one in records for row in one.rows.values()}
    rows = {pk: row for pk in named if (row := everybody.get(pk)) is not None}
    return replace(front, rows={**front.rows, **rows}, also=named - everybody.keys())
