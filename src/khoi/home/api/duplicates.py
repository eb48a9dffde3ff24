"""Everybody looked through at once, for programs."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema

from khoi.duplicates import services as duplicates
from khoi.duplicates.models import Scan
from khoi.duplicates.queries import groups, latest_scan
from khoi.duplicates.queries.groups import SHOWN
from khoi.home.queries.merging import MERGE
from khoi.team.api import Id, Moment, who
from khoi.team.queries import authorize

router = Router(tags=["people"])


class ScanOut(Schema):
    id: Id
    state: str = Field(description="waiting, running, done or failed")
    step: str = Field(description="While it runs: read, compare, weigh or keep")
    done: int
    total: int = Field(description="0 when nothing can be counted")
    counts: dict[str, int] = Field(description="Once it is done: people, pairs, groups, new, gone")
    error: str
    asked_at: Moment
    finished_at: Moment | None


class GroupOut(Schema):
    members: list[Id] = Field(description="The longest known first")
    reasons: list[str]
    sure: int = Field(description="Percent, of the weakest pair")


class EverybodyOut(Schema):
    scan: ScanOut | None = Field(description="The latest")
    groups: list[GroupOut]


@router.post("/duplicates/scan", response={202: ScanOut}, summary="Look through everybody for duplicates")
def start_scan(request: HttpRequest) -> tuple[int, dict[str, Any]]:
    """A job does it; while one waits or runs, that is the one. Nobody is merged. Errors: 422
    ``match_not_installed``."""
    actor = who(request)
    authorize(actor, MERGE)
    return 202, _shown(duplicates.start_scan(by=actor, now=timezone.now()))


@router.get("/duplicates", response=EverybodyOut, summary="What the last look through everybody found")
def show_found(request: HttpRequest) -> dict[str, Any]:
    """The surest 25 groups of people who may be one, of those where you see all members. Pairs of two, with those
    found at entry, are at ``/people/duplicates``."""
    actor = who(request)
    authorize(actor, MERGE)
    scan = latest_scan()
    return {
        "scan": None if scan is None else _shown(scan),
        "groups": [
            {"members": [one.public_id for one in group.members], "reasons": group.reasons, "sure": group.sure}
            for group in groups(actor)[:SHOWN]
        ],
    }


def _shown(scan: Scan) -> dict[str, Any]:
    names = ("state", "step", "done", "total", "counts", "error", "asked_at", "finished_at")
    return {"id": scan.public_id, **{name: getattr(scan, name) for name in names}}
