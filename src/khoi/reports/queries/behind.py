"""The records behind a figure of a report."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import F, Q, QuerySet

from khoi.leads.models import Lead
from khoi.reports.queries import courses, replaying
from khoi.reports.queries.asking import Question
from khoi.reports.rules.funnel import STAGES, Course

#: Which leads of a stage: all that reached it, or those that came no further; ``silent`` ones of these nobody touched,
#: or, at SAL, asked for a budget.
PARTS: Final = ("reached", "stopped", "silent", "backwards", "promised", "in_time", "late", "waiting")


@dataclass(frozen=True, slots=True)
class Behind:
    """What figure was pressed: ``part`` of a ``stage``, of the group ``key`` of ``by``; None is the total."""

    part: str
    stage: str = "lead"
    by: str = ""
    key: str | None = None

    def __post_init__(self) -> None:
        if self.part not in PARTS or self.stage not in STAGES or (self.by and self.by not in courses.FIELDS):
            raise ValueError("no such figure")


def leads_behind(question: Question, behind: Behind, *, now: datetime) -> "QuerySet[Lead]":
    """Today's records of the leads that the figure counted, unordered. Those taken back since are not among them."""
    if behind.part in ("promised", "in_time", "late", "waiting"):
        return _promised(question, behind, now)
    if question.replays:
        ids = {found.lead for found in replaying.courses(question, behind.by) if _is_behind(found, behind)}
        found = Lead.objects.visible_to(question.actor).filter(pk__in=ids)
    else:
        rows = courses.courses(question, behind.by).filter(_reached(behind))
        if behind.key is not None:
            rows = rows.filter(_in_group(behind))
        found = Lead.objects.visible_to(question.actor).filter(pk__in=rows.values("pk"))
    return _silent(found, behind.stage, question.moment()) if behind.part == "silent" else found


def _in_group(behind: Behind) -> Q:
    if behind.by in ("channel", "period"):
        return Q(grp=behind.key)
    return Q(grp=int(behind.key)) if behind.key else Q(grp=None)


def _reached(behind: Behind) -> Q:
    if behind.part == "backwards":
        return Q(at_1__lt=F("at_0"))
    place = STAGES.index(behind.stage)
    here = courses.WON if behind.stage == "customer" else Q(**{f"at_{place}__isnull": False})
    if behind.part == "reached" or behind.stage == "customer":
        return here
    onward = courses.WON if place + 1 == len(STAGES) - 1 else Q(**{f"at_{place + 1}__isnull": False})
    return here & ~onward


def _is_behind(found: Course, behind: Behind) -> bool:
    if behind.key is not None and found.group != behind.key:
        return False
    if behind.part == "backwards":
        return found.is_backwards
    place = STAGES.index(behind.stage)
    here = found.reached[place] is not None
    if behind.part == "reached" or behind.stage == "customer":
        return here
    return here and found.reached[place + 1] is None


def _silent(found: "QuerySet[Lead]", stage: str, at: datetime | None) -> "QuerySet[Lead]":
    if stage == "sal":
        known = Q(bant__kind="budget") & (Q(bant__occurred_at__lte=at) if at else Q())
        return found.exclude(pk__in=Lead.objects.filter(known).values("pk"))
    return found.filter(Q(responded_at=None) | Q(responded_at__gt=at)) if at else found.filter(responded_at=None)


def _promised(question: Question, behind: Behind, now: datetime) -> "QuerySet[Lead]":
    """Leads with a response clock, of one owner or of all."""
    at = question.moment() or now
    found = courses.leads(question).filter(respond_by__isnull=False)
    if behind.key is not None:
        whose = courses.owner_of("owner_id", question.moment())
        found = found.alias(whose=whose).filter(whose=int(behind.key) if behind.key else None)
    answered = Q(responded_at__lte=at)
    parts = {
        "promised": Q(),
        "in_time": answered & Q(responded_at__lte=F("respond_by")),
        "waiting": Q(respond_by__gt=at) & (Q(responded_at=None) | Q(responded_at__gt=at)),
    }
    if behind.part == "late":
        return found.exclude(parts["in_time"] | parts["waiting"])
    return found.filter(parts[behind.part])
