"""Which deals somebody wants to see: what the address of the board and of the list says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from khoi.kit import periods
from khoi.kit.search import every_word
from khoi.pipeline.models import Opportunity, Pipeline, PipelineStage, StageKind
from khoi.pipeline.queries.steps import has_next_step
from khoi.team.models import User
from khoi.team.rules import MAY, Principal

#: The tabs: code → label.
VIEWS: Final = {
    "team": _("My team"),
    "mine": _("Mine"),
    "still": _("Standing still"),
    "month": _("Closing this month"),
    "all": _("All"),
}
STATES: Final = {"open": _("Open"), "won": _("Won"), "lost": _("Lost"), "every": _("Open and closed")}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for. ``state``: open, won, lost or every; ``step``: none for deals without a next step;
    ``closed``: a period like 2026-Q4, '' for any time; ``usual``: whether ``pipeline`` is the first one; ``own``: what
    the address asks of custom fields; ``asks`` the same as filters of everything there is, columns, ends and tabs
    alike, where it is the board that asks."""

    view: str
    pipeline: Pipeline
    usual: bool = True
    owner: User | None = None
    state: str = "open"
    stage: PipelineStage | None = None
    step: str = ""
    closed: str = ""
    q: str = ""
    own: tuple[tuple[str, str], ...] = ()
    asks: tuple[Q, ...] = ()

    def address(self, **changes: Any) -> str:
        """The query string that says this, with changes."""
        said = replace(self, **changes)
        return "?" + urlencode([*said.parts.items(), *said.own])

    @property
    def parts(self) -> dict[str, str]:
        """What the address says beside the custom fields; what is usual is left out."""
        parts = {
            "pipeline": "" if self.usual else self.pipeline.code,
            "view": self.view,
            "owner": str(self.owner.public_id) if self.owner else "",
            "state": "" if self.state == "open" else self.state,
            "stage": self.stage.code if self.stage else "",
            "step": self.step,
            "closed": self.closed,
            "q": self.q,
        }
        return {name: value for name, value in parts.items() if value}


def read_wanted(asked: Mapping[str, str], actor: Principal) -> Wanted | None:
    """What an address asks for; a word it does not know counts as not said. None without any pipeline."""
    pipelines = list(Pipeline.objects.visible_to(actor).order_by("id"))
    if not pipelines:
        return None
    pipeline = next((p for p in pipelines if p.code == asked.get("pipeline")), pipelines[0])
    stage = asked.get("stage") and PipelineStage.objects.filter(pipeline=pipeline, code=asked["stage"]).first()
    closed = asked.get("closed", "")
    return Wanted(
        view=asked["view"] if asked.get("view") in views_of(actor) else next(iter(views_of(actor))),
        pipeline=pipeline,
        usual=pipeline == pipelines[0],
        owner=_user(asked.get("owner", ""), actor),
        state=asked["state"] if asked.get("state") in STATES else "open",
        stage=stage or None,
        step="none" if asked.get("step") == "none" else "",
        closed=closed if periods.parse_period(closed) else "",
        q=asked.get("q", "").strip()[:80],
    )


def views_of(actor: Principal) -> tuple[str, ...]:
    """The tabs that differ for this actor, the usual one first. Who sells nothing has no team that does."""
    if actor.visibility == "own":
        return ("mine", "still", "month")
    if actor.team_id is None or actor.role not in MAY["opportunity.create"]:
        return ("all", "mine", "still", "month")
    return ("team", "mine", "still", "month", "all")


def _user(public_id: str, actor: Principal) -> User | None:
    if not public_id:
        return None
    try:
        return User.objects.visible_to(actor).filter(public_id=public_id).first()
    except ValidationError:
        return None


def view_q(view: str, actor: Principal, stages: Iterable[PipelineStage], now: datetime, zone: ZoneInfo) -> Q:
    """The condition of a tab, among deals the actor may see."""
    if view == "mine":
        return Q(owner=actor.id)
    if view == "team":
        return Q(owner__team=actor.team_id)
    if view == "still":
        return _standing_still(stages, now, zone)
    if view == "month":
        month = periods.month(periods.today(now, zone))
        return Q(stage__kind=StageKind.OPEN, close_on__gte=month.start, close_on__lt=month.end)
    return Q()


def _standing_still(stages: Iterable[PipelineStage], now: datetime, zone: ZoneInfo) -> Q:
    """More days in their stage than it allows; days as people count them, from midnight to midnight."""
    day = periods.today(now, zone)
    still = Q(pk__in=[])
    for stage in stages:
        if stage.rot_days is not None and stage.kind == StageKind.OPEN:
            since, _end = periods.instants(periods.day(day - timedelta(days=stage.rot_days)), zone)
            still |= Q(stage=stage, entered_stage_at__lt=since)
    return still


def deals(
    wanted: Wanted, actor: Principal, stages: Iterable[PipelineStage], now: datetime, zone: ZoneInfo
) -> "QuerySet[Opportunity]":
    """The deals that are wanted and may be seen, in no order yet."""
    found = scope(wanted, actor).filter(view_q(wanted.view, actor, stages, now, zone))
    if wanted.state != "every":
        found = found.filter(stage__kind=wanted.state)
    if wanted.stage:
        found = found.filter(stage=wanted.stage)
    if wanted.step:
        found = found.exclude(has_next_step())
    if (period := periods.parse_period(wanted.closed)) is not None:
        since, until = periods.instants(period, zone)
        found = found.filter(closed_at__gte=since, closed_at__lt=until)
    return found.filter(every_word(wanted.q, "search")) if wanted.q else found


def scope(wanted: Wanted, actor: Principal) -> "QuerySet[Opportunity]":
    """What all tabs have in common: the pipeline, the owner, and on the board what is asked of custom fields."""
    found = Opportunity.objects.visible_to(actor).filter(pipeline=wanted.pipeline)
    for ask in wanted.asks:
        found = found.filter(ask)
    return found.filter(owner=wanted.owner) if wanted.owner else found
