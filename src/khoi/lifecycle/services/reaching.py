"""The response clock: it starts when a lead gets its owner and stops at the first touch from us."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.db.models import Q

from khoi.activities.models import SPOKE, TOUCHES, Activity
from khoi.history.models import Act, code_of
from khoi.history.queries.lives import chunks
from khoi.kit.db.asking import records
from khoi.kit.db.writing import update_row
from khoi.leads.models import Lead, WorkStatus
from khoi.leads.rules import ENDED
from khoi.qualification.models import Basis, StageChange
from khoi.workspace import queries as workspace
from khoi.workspace.models import Workspace

#: An enquiry older than this when it reaches us (an imported one) has no promise left to keep.
FRESH_DAYS = 2
_DONE = "select * from activities_activity where id in ({ids}) and by_id is not null"


def start_clocks(
    leads: Iterable[Lead],
    *,
    now: datetime,
    imported: bool = False,
    staged: Collection[int] | None = None,
    of: Workspace | None = None,
) -> None:
    """Promise a first contact within the workspace's working minutes, in memory: the caller writes the leads.

    ``imported`` with a file; ``staged``: ids of those whose stage the file says, of leads that are not stored yet.
    """
    fresh = [lead for lead in leads if lead.respond_by is None and _is_waiting(lead, now)]
    if imported:
        fresh = _just_asked(fresh, staged)
    if not fresh:
        return
    deadline = workspace.deadline(now, of)
    for lead in fresh:
        lead.respond_by = deadline


def _is_waiting(lead: Lead, now: datetime) -> bool:
    """Suspects asked for nothing, ended leads want nothing more."""
    return (now - lead.arrived_at).days < FRESH_DAYS and lead.lifecycle_stage not in (*ENDED, "suspect")


def _just_asked(leads: list[Lead], staged: Collection[int] | None) -> list[Lead]:
    """Of imported leads only those that are known to have asked lately: no list without dates, and nobody whose
    stage the file knew already."""
    dated = [lead for lead in leads if lead.arrived_at < lead.created_at]
    known = _staged(dated) if staged is None else staged
    return [lead for lead in dated if lead.pk not in known]


def _staged(leads: list[Lead]) -> set[int]:
    said = StageChange.objects.filter(lead__in=leads, basis=Basis.IMPORTED).values_list("lead_id", flat=True)
    return set(said) if leads else set()


def answer_clocks(act: Act, touched: Mapping[int, frozenset[int]], *, now: datetime) -> set[int]:
    """A first call, mail or meeting stops the clock and moves the work status. Returns the leads it answered."""
    if not (ids := touched.get(code_of(Activity), frozenset())):
        return set()
    leads: dict[int, Lead] = {}
    changed: dict[int, Lead] = {}
    done = [activity for chunk in chunks(ids) for activity in records(Activity, _DONE, chunk)]
    for activity in sorted(done, key=lambda one: (one.occurred_at, one.pk)):
        for found in _leads_answered(activity) if activity.kind in TOUCHES else ():
            lead = leads.setdefault(found.pk, found)  # of several touches in one act the first one counts
            if _answer(lead, activity):
                changed[lead.pk] = lead
    for lead in changed.values():
        update_row(lead, ["responded_at", "work_status"])
    return set(leads)


def _leads_answered(activity: Activity) -> list[Lead]:
    """The lead it was logged on; else every open lead of the person."""
    if activity.lead_id is not None:
        return records(Lead, "select * from leads_lead where id in ({ids})", [activity.lead_id])
    theirs = records(Lead, "select * from leads_lead where person_id in ({ids})", [activity.person_id])
    return [lead for lead in theirs if lead.lifecycle_stage not in ENDED]


def _answer(lead: Lead, activity: Activity) -> bool:
    """Whether it changed the lead, in memory."""
    if lead.lifecycle_stage in ENDED:
        return False
    before = (lead.responded_at, lead.work_status)
    spoke = activity.outcome in SPOKE or activity.direction == "in"
    if lead.responded_at is None and activity.direction == "out":
        lead.responded_at = activity.occurred_at
    if lead.work_status == WorkStatus.NEW or (spoke and lead.work_status == WorkStatus.ATTEMPTING):
        lead.work_status = WorkStatus.CONTACTED if spoke else WorkStatus.ATTEMPTING
    return (lead.responded_at, lead.work_status) != before


def answers_of(activity_ids: Iterable[int], *, leaving_out: Collection[int] = ()) -> list[Lead]:
    """The leads whose clock one of these stopped; asked before they go."""
    done = Activity.objects.filter(pk__in=activity_ids, kind__in=TOUCHES, by__isnull=False, direction="out")
    found: dict[int, Lead] = {}
    for person, lead, at in done.values_list("person", "lead", "occurred_at"):
        answered = Lead.objects.filter(pk=lead) if lead else Lead.objects.filter(person=person)
        found |= {one.pk: one for one in answered.filter(responded_at=at).exclude(pk__in=leaving_out)}
    return list(found.values())


def forget_answers(leads: Iterable[Lead]) -> None:
    """Their clocks stop at the first touch that is left, or run on."""
    for lead in leads:
        touches = Activity.objects.filter(person=lead.person_id, kind__in=TOUCHES, by__isnull=False)
        left = touches.filter(Q(lead=lead) | Q(lead=None), occurred_at__gte=lead.arrived_at)
        first = left.filter(direction="out").order_by("occurred_at", "id").first()
        lead.responded_at = first.occurred_at if first is not None else None
        if not left.exists() and lead.work_status in (WorkStatus.ATTEMPTING, WorkStatus.CONTACTED):
            lead.work_status = WorkStatus.NEW
        lead.save(update_fields=["responded_at", "work_status"])
