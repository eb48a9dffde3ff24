"""Reports for programs: the same figures as on the page, read only."""

from datetime import timedelta
from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Field, Query, Router, Schema

from khoi.kit.periods import Period
from khoi.kit.refusals import Refusal
from khoi.reports.queries import answers
from khoi.reports.queries import funnel as funnels
from khoi.reports.queries import pipeline as pipelines
from khoi.reports.queries import response as responses
from khoi.reports.queries import sources as sourcing
from khoi.reports.queries.asking import EVER
from khoi.team import queries as team
from khoi.team.api import Day, Id, Problem, who
from khoi.team.models import User
from khoi.team.rules import Principal
from khoi.workspace import queries as workspace

router = Router(tags=["reports"])


class Asked(Schema):
    """``known``: what we know ``now`` about the day ``as_of``, or what we showed ``then``."""

    since: Day | None = Field(None, alias="from", description="First day of arrival")
    until: Day | None = Field(None, alias="to", description="Last day of arrival")
    as_of: Day | None = Field(None, description="Look at the end of this day; without it, at this moment")
    known: Literal["now", "then"] = "now"
    owner: Id | None = None

    @property
    def period(self) -> Period | None:
        if self.since is None and self.until is None:
            return None
        start, last = self.since or EVER.start, self.until or EVER.end - timedelta(days=1)
        if last < start:
            raise Refusal("ends_before_it_starts", "to")
        return Period(start, min(last, EVER.end - timedelta(days=1)) + timedelta(days=1))


class AskedOfSource(Asked):
    source: str | None = Field(None, description="A source's code; empty for leads without one")


class AskedFunnel(AskedOfSource):
    by: Literal["source", "owner", "channel", "campaign", "team", "period"] | None = None


class FunnelOut(Schema):
    rows: list[dict[str, Any]]
    total: dict[str, int]
    stages: list[dict[str, Any]]
    bottleneck: str | None
    won_before_contact: int


class RowsOut(Schema):
    rows: list[dict[str, Any]]
    total: dict[str, Any]


class PipelineOut(RowsOut):
    other_currencies: list[dict[str, Any]]
    changed: dict[str, Any] | None = None


@router.get("/reports/funnel", response=FunnelOut)
def funnel(request: HttpRequest, asked: Query[AskedFunnel]) -> dict[str, Any]:
    common = _common(_reader(request), asked)
    return answers.funnel_answer(funnels.funnel(**common, by=asked.by, period=asked.period, source=asked.source))


@router.get("/reports/sources", response=RowsOut)
def sources(request: HttpRequest, asked: Query[Asked]) -> dict[str, Any]:
    common = _common(_reader(request), asked)
    today = workspace.today(timezone.now())
    return answers.sources_answer(sourcing.sources(**common, period=asked.period, today=today))


@router.get("/reports/pipeline", response=PipelineOut)
def pipeline(request: HttpRequest, asked: Query[Asked]) -> dict[str, Any]:
    """With ``from``: also what changed from the end of that day to the end of ``to``, else ``as_of``, else now."""
    common = _common(_reader(request), asked)
    answer = answers.pipeline_answer(pipelines.pipeline(**common))
    if asked.since is not None:
        until = asked.until or asked.as_of
        if until is not None and until < asked.since:
            raise Refusal("ends_before_it_starts", "to")
        del common["as_of"]
        answer["changed"] = answers.changes_answer(pipelines.changes(**common, since=asked.since, until=until))
    return answer


@router.get("/reports/response", response=RowsOut)
def response(request: HttpRequest, asked: Query[AskedOfSource]) -> dict[str, Any]:
    common = _common(_reader(request), asked)
    found = responses.response(**common, period=asked.period, source=asked.source, now=timezone.now())
    return answers.response_answer(found)


def _reader(request: HttpRequest) -> Principal:
    actor = who(request)
    team.authorize(actor, "report.view")
    return actor


def _common(actor: Principal, asked: Asked) -> dict[str, Any]:
    """What every report is asked. An owner nobody knows is hidden; a day to come has no figures yet."""
    if asked.as_of is not None and asked.as_of > workspace.today(timezone.now()):
        raise Problem(422, "bad_day", _("%(day)s is still to come.") % {"day": asked.as_of.isoformat()})
    owner = team.find(actor, "team.view", User, public_id=asked.owner).pk if asked.owner else None
    return {"actor": actor, "as_of": asked.as_of, "known": asked.known, "owner": owner}
