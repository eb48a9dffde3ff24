"""Proving that the history is whole: every link, every change, and the triggers that write them."""

from dataclasses import dataclass
from functools import cache

from django.db import connection, transaction
from django.db.models import Exists, Model, OuterRef

from khoi.history.models import Act, Change, Head, code_of
from khoi.history.queries.chained import Seals, acts_in_order, seals
from khoi.history.queries.coverage import coverage
from khoi.history.queries.lives import recorded_models
from khoi.history.rules.chain import GENESIS, link
from khoi.history.services.acting import current_act
from khoi.history.services.recording import strays
from khoi.history.services.shaping import shape, shape_in
from khoi.kit.db.asking import Question, answer, question


@dataclass(frozen=True, slots=True)
class Anchor:
    """The end of the chain at some moment, to be kept elsewhere: only with it a cut-off tail is found."""

    position: int
    chain: bytes


@dataclass(frozen=True, slots=True)
class Verified:
    """``first_bad``: id of the first act that does not hold, the name of a trigger, or ``table/id`` of a row.

    ``reason``: ``trigger`` (missing, changed, switched off or strange), ``orphan_change`` (a change outside any
    sealed act), ``altered`` (an act or its changes), ``reordered`` (a place in the chain is missing or taken
    twice), ``cut_off`` (the chain ends before its head, or before the anchor), ``undone`` (which acts are taken
    back is not what the undos say), ``unrecorded`` (a row came or went beside the record), ``reshaped`` (tables or
    triggers were changed since Khơi last did, so rows may have been rewritten with nobody recording it).
    """

    ok: bool
    acts: int
    first_bad: int | str | None
    reason: str | None = None


def anchor() -> Anchor:
    """Where the chain ends now."""
    head = Head.objects.filter(pk=1).first()
    return Anchor(head.position, bytes(head.chain)) if head else Anchor(0, GENESIS)


def verify(*, since: Anchor | None = None, moved: bool = False, workers: int = 1) -> Verified:
    """Check everything. What is written meanwhile may make a sound history look broken for a moment; then it
    is looked at once more while nobody writes. ``moved``: a copy, whose shape is its own. ``workers``: processes that
    share the work; more than one only outside of any transaction, in a program with a single thread."""
    before = anchor()
    found = _verify(since, moved, workers)
    if found.ok or anchor() == before:
        return found
    with transaction.atomic():
        Head.objects.select_for_update().filter(pk=1).first()
        return _verify(since, moved)


def _verify(since: Anchor | None, moved: bool, workers: int = 1) -> Verified:
    if names := strays(connection):
        return Verified(False, Act.objects.count(), names[0], "trigger")
    if (orphan := _unsealed()) is not None:
        return Verified(False, Act.objects.count(), orphan, "orphan_change")
    with seals(workers) as digests:
        walked, noted = _walk(since, digests)
    if not walked.ok:
        return walked
    if not moved and noted not in (None, shape()):
        return Verified(False, walked.acts, None, "reshaped")
    if (wrong := _wrongly_marked()) is not None:
        return Verified(False, walked.acts, wrong, "undone")
    if (row := _unrecorded()) is not None:
        return Verified(False, walked.acts, row, "unrecorded")
    return walked


def _unsealed() -> int | None:
    """An act that was never sealed, though no act of ours is open: somebody wrote beside us."""
    left = Act.objects.filter(position=None).exclude(pk=_mine()).order_by("id")
    return left.values_list("pk", flat=True).first()


def _mine() -> int:
    opened = current_act()
    return opened.pk if opened else 0


def _walk(since: Anchor | None, digests: Seals) -> tuple[Verified, str | None]:
    """Every link in order, and the shape that was noted last."""
    chain, position = GENESIS, 0
    noted: str | None = None
    met = since is None or since.position == 0
    for *fields, seal, stored in acts_in_order():
        act, why = fields[0], fields[11]
        position += 1
        if fields[1] != position:
            return Verified(False, position - 1, act, "reordered"), noted
        digest = digests.of(act)
        chain = link(chain, fields, digest or b"")
        if digest is None or digest != seal or chain != stored:
            return Verified(False, position - 1, act, "altered"), noted
        if since is not None and since.position == position:
            met = since.chain == chain
        noted = shape_in(why) or noted
    end = anchor()
    if (end.position, end.chain) != (position, chain) or not met:
        return Verified(False, position, end.position, "cut_off"), noted
    if (loose := digests.left(but=_mine())) is not None:
        return Verified(False, position, loose, "orphan_change"), noted
    return Verified(True, position, None), noted


def _wrongly_marked() -> int | None:
    """``undone_by`` is written after an act was sealed, so the chain cannot cover it; the undos can."""
    marked = dict(Act.objects.filter(undone_by__isnull=False).values_list("pk", "undone_by"))
    covered = coverage().held
    wrong = [act for act in marked.keys() | covered.keys() if marked.get(act) != covered.get(act)]
    return min(wrong, default=None)


def _unrecorded() -> str | None:
    """A row nobody is recorded to have entered, or one that is gone though nobody took it out."""
    for model in recorded_models():
        for row in answer(_asking_beside(model)) or answer(_asking_missing(model)):
            return f"{model._meta.db_table}/{row[0]}"
    return None


@cache
def _asking_beside(model: type[Model]) -> Question:
    """A row nobody is recorded to have entered."""
    entered = Change.objects.filter(tbl=code_of(model), op="i").values("row_id")
    return question(model._base_manager.exclude(pk__in=entered).order_by("pk").values_list("pk")[:1])


@cache
def _asking_missing(model: type[Model]) -> Question:
    """A row that is absent, though the last thing recorded of it is not that it went."""
    coming = Change.objects.filter(tbl=code_of(model), op="i").exclude(row_id__in=model._base_manager.values("pk"))
    going = Change.objects.filter(tbl=code_of(model), op="d", row_id=OuterRef("row_id"), pk__gt=OuterRef("pk"))
    return question(coming.filter(~Exists(going)).order_by("pk").values_list("row_id")[:1])
