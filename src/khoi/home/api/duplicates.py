"""Everybody looked through at once, for programs."""

from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema

from khoi.duplicates import services as duplicates
from khoi.duplicates.models import MergeRun, Scan, ScanState
from khoi.duplicates.queries import certain_groups, groups, latest_merging, latest_scan
from khoi.duplicates.queries.groups import SHOWN
from khoi.home.queries.groups import groups_of, public_ids
from khoi.home.queries.merging import MERGE
from khoi.people.models import Person
from khoi.team.api import Body, Id, Moment, who
from khoi.team.queries import authorize, find
from khoi.team.rules import Principal

router = Router(tags=["people"])


class Left(Schema):
    survivor: Id
    other: Id
    why: str = Field(description="told_apart, erased, gone, merged_elsewhere, already_one or taken_back")


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


class MergeRunOut(Schema):
    id: Id
    state: str = Field(description="waiting, running, done or failed")
    done: int
    total: int = Field(description="How many groups")
    counts: dict[str, int] = Field(description="merged: how many people lead to somebody else now; groups: of how many")
    left: list[Left] = Field(description="Who was not merged")
    act: int | None = Field(description="Undo it to take all of it back")
    error: str
    asked_at: Moment
    finished_at: Moment | None


class GroupOut(Schema):
    members: list[Id] = Field(description="The longest known first")
    reasons: list[str]
    sure: int = Field(description="Percent, of the weakest pair")


class MergeManyIn(Body):
    """Either the groups, each of people who are one, or all that are certain."""

    groups: Annotated[list[Annotated[list[Id], Field(min_length=2, max_length=20)]], Field(max_length=500)] = []
    certain: bool = False
    dry_run: bool = Field(False, description="Only answer which groups would be merged")


class MergeManyOut(Schema):
    dry_run: bool
    groups: list[list[Id]] = Field(description="What is merged, or would be")
    merging: MergeRunOut | None = Field(description="Null of a dry run, or when there is nothing to merge")


class EverybodyOut(Schema):
    scan: ScanOut | None = Field(description="The latest")
    merging: MergeRunOut | None = Field(description="The latest you asked for")
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
        "merging": _merging(latest_merging(actor), actor),
        "groups": [
            {"members": [one.public_id for one in group.members], "reasons": group.reasons, "sure": group.sure}
            for group in groups(actor)[:SHOWN]
        ],
    }


@router.post("/duplicates/merge", response={200: MergeManyOut, 202: MergeManyOut}, summary="Merge many people at once")
def merge_many(request: HttpRequest, body: MergeManyIn) -> tuple[int, dict[str, Any]]:
    """Everybody of a group becomes the one on whom most hangs. A few groups are merged when this answers (200), of more
    a job sees to it (202) and ``GET /duplicates`` tells how far it is. Each merge is an act, all are undone as one."""
    actor = who(request)
    authorize(actor, MERGE)
    chosen = [[one.pk for one in group.members] for group in certain_groups(actor)] if body.certain else []
    if body.groups:
        for public_id in {one for ids in body.groups for one in ids}:
            find(actor, MERGE, Person, public_id=public_id)
        chosen += groups_of(body.groups, actor)
    run = None
    if chosen and not body.dry_run:
        run = duplicates.merge_groups(chosen, by=actor, now=timezone.now(), clock=timezone.now)
    names = public_ids({pk for ids in chosen for pk in ids}, actor)
    told = {
        "dry_run": body.dry_run,
        "groups": [[names[pk] for pk in ids] for ids in chosen],
        "merging": _merging(run, actor),
    }
    return (202 if run is not None and run.state == ScanState.WAITING else 200), told


def _merging(run: MergeRun | None, actor: Principal) -> dict[str, Any] | None:
    if run is None:
        return None
    names = public_ids({pk for one, other, _ in run.left for pk in (one, other)}, actor)
    left = [(names.get(one), names.get(other), why) for one, other, why in run.left]
    names_of = ("state", "done", "total", "counts", "error", "asked_at", "finished_at")
    return {
        "id": run.public_id,
        "act": run.act_id,
        "left": [{"survivor": one, "other": other, "why": why} for one, other, why in left if one and other],
        **{name: getattr(run, name) for name in names_of},
    }


def _shown(scan: Scan) -> dict[str, Any]:
    names = ("state", "step", "done", "total", "counts", "error", "asked_at", "finished_at")
    return {"id": scan.public_id, **{name: getattr(scan, name) for name in names}}
