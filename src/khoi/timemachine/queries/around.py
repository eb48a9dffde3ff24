"""One record and all that its page reads, as of a moment: whatever hung on it then, and no other row.

Rights are today's: of what hung on the record only those rows are there which the actor sees, or would see if they
still stood. Who sees a record sees whose it was and at which account.
"""

from collections.abc import Collection, Iterable
from typing import Final

from django.db.models import Q

from khoi.accounts.models import Account, AccountValue, Contact
from khoi.activities.models import Activity, Attachment, Task
from khoi.campaigns.models import Campaign, Source
from khoi.custom.models import CustomField
from khoi.history.models import Act, Change, code_of
from khoi.kit.db.fronting import Front
from khoi.leads.models import BantFact, Lead, LeadValue
from khoi.people.models import Consent, ContactPoint, Person, PersonValue
from khoi.people.rules.merging import MERGING
from khoi.pipeline.models import Opportunity, OpportunityValue, Pipeline, PipelineStage, StageMove
from khoi.qualification.models import Policy, StageChange
from khoi.routing.models import Assignment
from khoi.scoring.models import Scorecard
from khoi.team.rules import Principal
from khoi.timemachine.queries.departed import known
from khoi.timemachine.queries.past import Moment, Values, gone_from, moved_from, rows_as_of
from khoi.timemachine.queries.standing import Model
from khoi.timemachine.queries.then import GUARDED, whole_table
from khoi.touchpoints.models import Touchpoint
from khoi.workspace.models import File

#: What hangs on a person, and what of it their leads are scored by.
_OF_PEOPLE: Final = (Lead, Opportunity, Contact, ContactPoint, PersonValue, Consent, Task, Activity, Touchpoint)
_SCORING: Final = (ContactPoint, Activity, Touchpoint)
_OF_LEADS: Final = (LeadValue, BantFact, StageChange, Assignment)
_OF_DEALS: Final = (OpportunityValue, StageMove)
#: How the workspace was set up: few rows, read as a whole.
_HOUSE: Final = (Source, Campaign, Scorecard, Policy, Pipeline, PipelineStage, CustomField)
#: Leads and deals of an account that its page shows, the latest.
SHOWN: Final = 50


def fronts_around(model: Model, pk: int, actor: Principal, moment: Moment) -> list[Front]:
    """Nothing when the record was not there."""
    there = _Around(actor, moment)
    there.add(model, [pk])
    if not there.rows.get(model):
        return []
    if model is Account:
        there.of_account(pk)
    else:
        own = {pk} | there.named(Person, "merged_into_id") if model is Person else there.named(model, "person_id")
        there.of_people(own, _OF_PEOPLE)
    there.beside()
    alone = [Front(table, there.rows.get(table, {}), (), alone=True) for table in GUARDED | there.rows.keys()]
    return [*alone, *(whole_table(table, moment, actor) for table in _HOUSE)]


class _Around:
    """Table → the rows found so far."""

    def __init__(self, actor: Principal, moment: Moment) -> None:
        self.actor, self.moment = actor, moment
        self.rows: dict[Model, dict[int, Values]] = {}

    def add(self, model: Model, ids: Iterable[int]) -> None:
        if new := set(ids) - self.rows.get(model, {}).keys():
            found = rows_as_of(model, new, self.moment.at, known=self.moment.known)
            self.rows[model] = self.rows.get(model, {}) | found

    def add_seen(self, model: Model, ids: Collection[int]) -> None:
        self.add(model, known(self.actor, model, set(ids)) if ids else ())

    def named(self, model: Model, column: str) -> set[int]:
        """What the rows of a table name in a column."""
        return {row[column] for row in self.rows.get(model, {}).values() if row[column] is not None}

    def hung(self, model: Model, column: str, on: Collection[int], once: Collection[int] = ()) -> None:
        """Rows that named one of ``on``; ``once``: whom they may name today."""
        ids = _candidates(model, column, {*on, *once})
        if column == "account_id":
            ids |= moved_from(model, column, on, self.moment.at)
        mine = known(self.actor, model, ids - self.rows.get(model, {}).keys()) if ids else set()
        found = rows_as_of(model, mine, self.moment.at, known=self.moment.known) if mine else {}
        theirs = {pk: row for pk, row in found.items() if row[column] in on}
        self.rows[model] = self.rows.get(model, {}) | theirs

    def of_people(self, people: set[int], tables: Iterable[Model]) -> None:
        self.add(Person, people)
        once = _one_with(people)
        self.hung(Person, "merged_into_id", people, once)
        for table in tables:
            self.hung(table, "person_id", people, once)

    def of_account(self, pk: int) -> None:
        for table in (AccountValue, Contact, Opportunity, Lead):
            self.hung(table, "account_id", {pk})
        for table, day in ((Opportunity, "opened_at"), (Lead, "arrived_at")):
            latest = sorted(self.rows[table].items(), key=lambda pair: (pair[1][day], pair[0]), reverse=True)
            self.rows[table] = dict(latest[:SHOWN])
        self.of_people(self.named(Lead, "person_id"), _SCORING)

    def beside(self) -> None:
        """What leads, deals and doings led to."""
        self.add_seen(Lead, self.named(Opportunity, "lead_id"))
        self.add_seen(Contact, self.named(Opportunity, "contact_id"))
        self.add(Person, set().union(*(self.named(model, "person_id") for model in (Lead, Opportunity, Contact))))
        self.add(Account, set().union(*(self.named(model, "account_id") for model in (Lead, Opportunity, Contact))))
        for tables, column, of in (
            (_OF_LEADS, "lead_id", Lead),
            (_OF_DEALS, "opportunity_id", Opportunity),
            ((Attachment,), "activity_id", Activity),
        ):
            for table in tables if self.rows.get(of) else ():
                self.hung(table, column, self.rows[of].keys())
        self.add(File, self.named(Attachment, "file_id"))


def _candidates(model: Model, column: str, pks: Collection[int]) -> set[int]:
    """Rows that name one of them today, or did when they were deleted."""
    standing = model._base_manager.filter(**{f"{column}__in": list(pks)}).values_list("pk", flat=True)
    return {*standing, *gone_from(model, column, pks)}


def _one_with(people: set[int]) -> set[int]:
    """They, and whoever ever was one of them by a merge: what hangs on the one today may have hung on the other."""
    found: set[int] = set()
    while new := people - found:
        found |= new
        merged = Person._base_manager.filter(Q(pk__in=new) | Q(merged_into__in=new)).values_list("pk", "merged_into")
        acts = Act.objects.filter(verb=MERGING, subject_tbl=code_of(Person), subject_id__in=new)
        lost = Change.objects.filter(act__in=acts, tbl=code_of(Person)).values_list("row_id", flat=True)
        people = found | {pk for pair in merged for pk in pair if pk is not None} | set(lost)
    return found
