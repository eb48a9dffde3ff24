"""Runs: a file is started by somebody, taken in by a job, paused or let go, and says afterwards what came of it."""

import contextlib
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from django.db import DatabaseError

from khoi.capture.models import ImportRun, RunState
from khoi.capture.queries.import_refusals import ImportRefused
from khoi.capture.queries.import_signs import CANCEL, PAUSE, last_sign
from khoi.capture.queries.imports import imports_folder as folder
from khoi.capture.queries.imports import is_undone
from khoi.capture.rules.mapping import Mapping as Columns
from khoi.capture.services.importing.parts import Superseded
from khoi.capture.services.importing.receiving import label_of, let_go
from khoi.capture.services.importing.results import ImportResult
from khoi.capture.services.importing.signs import Signs, wipe_signs, wish
from khoi.capture.services.importing.sources import Source, Terms
from khoi.capture.services.importing.taking import Progress, Stopped, import_file, import_files
from khoi.history.rules.actors import Actor
from khoi.kit.db.full import is_full
from khoi.kit.jobs import wake
from khoi.team.queries import principal_of

logger = logging.getLogger("khoi.import")

#: A run that has given no sign of life for so long belonged to a process that died.
SILENT: Final = timedelta(minutes=5)
#: Rejected rows are other people's data: they are kept as long as somebody may be mending them.
KEPT_FOR: Final = timedelta(days=30)
DESCRIBED: Final = frozenset(
    {"mapping", "layout", "consent", "sheet", "encoding", "delimiter", "heading_row", "source", "cost"}
)
LENGTHS: Final = {"layout": 120, "sheet": 120, "encoding": 40, "delimiter": 10, "source": 120, "cost": 40}
#: Refusals of files that are tables well enough but tell of nothing we keep: the others come in without them.
NOTHING_OF_OURS: Final = frozenset({"columns_unknown", "empty_file"})
Clock = Callable[[], datetime]


def describe_run(run: ImportRun, *, changes: Mapping[str, Any], by: Actor, now: datetime) -> ImportRun:
    """Note how to read the file, as long as it has not begun: ``mapping`` (TOML), ``layout``, ``sheet``, ``encoding``,
    ``delimiter``, ``heading_row`` (a number or None); and where it is from: ``source``, ``cost``, ``consent``."""
    states = {RunState.DRAFT, RunState.FAILED} | ({RunState.DONE} if run.dry_run else set())
    if run.parts and not is_undone(run):
        raise ImportRefused("not_startable")
    said = {name: changes[name] for name in DESCRIBED & changes.keys()}
    cut = {name: said[name][:length] for name, length in LENGTHS.items() if name in said}
    _change(run, states, **said | cut)
    return run


def start_run(run: ImportRun, *, dry_run: bool = False, by: Actor, now: datetime) -> ImportRun:
    """Let the next free job take it in. A dry run that is done, or a run that was paused or failed, may be started
    again; one of which a part is in goes on behind it, unless that was taken back."""
    if not run.stored_as or not (folder() / run.stored_as).is_file():
        raise ImportRefused("file_gone")
    startable = {RunState.DRAFT, RunState.FAILED, RunState.PAUSED} | ({RunState.DONE} if run.dry_run else set())
    values: dict[str, Any] = {"dry_run": dry_run, "error": {}, "started_at": None, "finished_at": None}
    if is_undone(run) or not run.parts:
        _forget_rejected(run)
        values |= {"parts": 0, "act_id": None, "counts": {}, "rejected_file": ""}
    elif dry_run:
        raise ImportRefused("not_startable")
    _change(run, startable, state=RunState.WAITING, **values)
    wipe_signs(run)
    ImportRun.objects.filter(move=run).update(dry_run=dry_run, error={})
    wake()
    return run


def pause_run(run: ImportRun, *, by: Actor, now: datetime) -> ImportRun:
    """Before it begins at once; at work after the part at hand. What comes in as a whole begins anew afterwards."""
    if not _changed(run, {RunState.WAITING}, state=RunState.PAUSED):
        if run.dry_run or not _hears(run):
            raise ImportRefused("not_at_work")
        wish(run, PAUSE)
    return run


def cancel_run(run: ImportRun, *, by: Actor, now: datetime) -> ImportRun:
    """Let the file go. At work it stops after the part at hand, or, where it comes in as a whole, with nothing changed;
    the rows of parts that are in stay, and can be taken back."""
    if _hears(run):
        wish(run, CANCEL)
        return run
    ended = {RunState.DRAFT, RunState.WAITING, RunState.PAUSED, RunState.FAILED}
    _change(run, ended, state=RunState.CANCELLED, finished_at=now)
    _let_others_go(run, now)
    let_go(run)
    return run


def _hears(run: ImportRun) -> bool:
    """Whether it is at work and looks for wishes: a file at hand, taken in by the command, stops by the keyboard."""
    return bool(ImportRun.objects.filter(pk=run.pk, state=RunState.RUNNING).exclude(stored_as="").exists())


def _let_others_go(run: ImportRun, now: datetime) -> None:
    for other in ImportRun.objects.filter(move=run):
        _finish(other, now, state=RunState.CANCELLED)
        let_go(other)


def _change(run: ImportRun, states: set[Any], **values: Any) -> None:
    """Only while the run is in one of ``states``: two people press at the same moment, one is first."""
    if not _changed(run, states, **values):
        raise ImportRefused("not_startable")


def _changed(run: ImportRun, states: set[Any], **values: Any) -> bool:
    if not ImportRun.objects.filter(pk=run.pk, state__in=states).update(**values):
        return False
    for name, value in values.items():
        setattr(run, name, value)
    return True


def import_next(*, clock: Clock) -> bool:
    """Claim one waiting run and take it in; False when there is none. Any number of processes may ask."""
    run = _claim(clock())
    if run is None:
        return False
    try:
        take_in(run, clock=clock, signs=Signs(run))
    except Exception as problem:
        if not isinstance(problem, ImportRefused | Stopped):
            logger.exception("import %s failed", run.public_id)
    return True


def _claim(now: datetime) -> ImportRun | None:
    run: ImportRun
    waiting = ImportRun.objects.filter(state__in=[RunState.WAITING, RunState.RUNNING], move=None)
    for run in waiting.order_by("id"):
        if run.state == RunState.RUNNING and (not run.stored_as or now - last_sign(run) < SILENT):
            continue
        held = ImportRun.objects.filter(pk=run.pk, state=run.state, started_at=run.started_at)
        if held.update(state=RunState.RUNNING, started_at=now):
            run.state, run.started_at = RunState.RUNNING, now
            return run
    return None


def take_in(run: ImportRun, *, clock: Clock, signs: Signs) -> ImportResult:
    """Import the file of a claimed run; how it ended stands in the run. Raises what stopped it."""
    by = principal_of(run.by, via="web") if run.by is not None else None
    others = list(ImportRun.objects.filter(move=run).order_by("id"))
    if others:
        return _take_all_in(run, others, by=by, clock=clock, signs=signs)
    return _guarded(
        run,
        lambda: import_file(
            _source(run),
            filename=run.file_name,
            mapping=run.mapping or None,
            layout=run.layout,
            sheet=run.sheet,
            encoding=run.encoding,
            delimiter=run.delimiter,
            heading_row=run.heading_row,
            consent=run.consent,
            origin=run.source,
            cost=run.cost,
            dry_run=run.dry_run,
            run=run,
            by=_allowed(by),
            now=run.started_at or clock(),
            progress=signs,
            wished=signs.wished,
        ),
        clock,
    )


def _take_all_in(run: ImportRun, others: list[ImportRun], *, by: Any, clock: Clock, signs: Signs) -> ImportResult:
    """The files of several runs in one act; each run says what came of its file."""
    left_out: list[tuple[ImportRun, ImportRefused]] = []
    runs: list[ImportRun] = []
    try:
        sources = [source for each in (run, *others) if (source := _looked_at(each, run, by, left_out, runs))]
        terms = Terms(run.source, run.cost, run.consent)
        how: dict[str, Any] = {"dry_run": run.dry_run, "run": run, "by": _allowed(by), "now": run.started_at or clock()}
        result = import_files(sources, terms=terms, progress=signs, wished=signs.wished, **how)
    except Superseded:
        raise
    except BaseException as problem:
        write_failure(run, clock(), problem)
        if run.state == RunState.CANCELLED:
            _let_others_go(run, clock())
        raise
    for file in result.files:
        finish_run(runs[file.place], file, clock())
    for each, refused in left_out:
        _finish(each, clock(), state=RunState.FAILED, error=_error(refused))
    for each in (run, *others) if not run.dry_run else ():
        let_go(each)
    return next(file for file in result.files if runs[file.place] is run)


def _looked_at(
    each: ImportRun, first: ImportRun, by: Any, left_out: list[tuple[ImportRun, ImportRefused]], runs: list[ImportRun]
) -> Source | None:
    """The file of one of several runs; it comes to ``runs``, or to ``left_out`` when it tells of nothing we keep."""
    source = _as_source(each)
    try:
        source.look(by=_allowed(by))
    except ImportRefused as refused:
        if each is first or refused.code not in NOTHING_OF_OURS:
            raise
        left_out.append((each, refused))
        return None
    runs.append(each)
    return source


def _as_source(run: ImportRun) -> Source:
    return Source(
        _source(run),
        run.file_name,
        mapping=run.mapping or None,
        layout="" if run.mapping else run.layout,
        sheet=run.sheet,
        encoding=run.encoding,
        delimiter=run.delimiter,
        heading_row=run.heading_row,
    )


def _source(run: ImportRun) -> Path:
    path = folder() / run.stored_as
    if not run.stored_as or not path.is_file():
        raise ImportRefused("file_gone")
    return path


def _allowed(by: Any) -> Any:
    """Rights may have gone since the file was uploaded."""
    if by is None or not by.may("import.run"):
        raise ImportRefused("not_allowed")
    return by


def import_now(
    path: Path,
    *,
    filename: str = "",
    mapping: Columns | str | None = None,
    layout: str = "",
    sheet: str = "",
    encoding: str = "",
    delimiter: str = "",
    heading_row: int | None = None,
    terms: Terms | None = None,
    dry_run: bool = False,
    by: Actor,
    clock: Clock,
    progress: Progress | None = None,
) -> ImportResult:
    """Import a file that is at hand, in this process. Its run is listed with the others; a dry run is not."""
    now = clock()
    if not path.is_file():
        raise ImportRefused("no_file", value=str(path))
    terms = terms or Terms()
    run = run_at_hand(filename or path.name, terms, dry_run=dry_run, by=by, now=now)
    run.layout, run.sheet, run.encoding = layout, sheet[:120], encoding[:40]
    run.delimiter, run.heading_row = delimiter[:10], heading_row
    if not dry_run:
        run.save()

    def take() -> ImportResult:
        run.size = path.stat().st_size
        return import_file(
            path,
            filename=run.file_name,
            mapping=mapping,
            layout=layout,
            sheet=sheet,
            encoding=encoding,
            delimiter=delimiter,
            heading_row=heading_row,
            any_size=True,
            consent=terms.consent,
            origin=terms.source,
            cost=terms.cost,
            dry_run=dry_run,
            run=run if run.pk else None,
            by=by,
            now=now,
            progress=progress,
        )

    return _guarded(run, take, clock)


def run_at_hand(filename: str, terms: Terms, *, dry_run: bool, by: Actor, now: datetime) -> ImportRun:
    """The run of a file that is taken in at once; not stored yet."""
    return ImportRun(
        file_name=label_of(filename),
        source=terms.source[:120],
        cost=terms.cost[:40],
        consent=terms.consent,
        dry_run=dry_run,
        state=RunState.RUNNING,
        by_id=by.id,
        created_at=now,
        started_at=now,
    )


def _guarded(run: ImportRun, take: Callable[[], ImportResult], clock: Clock) -> ImportResult:
    try:
        result = take()
    except Superseded:
        raise
    except BaseException as problem:
        write_failure(run, clock(), problem)
        raise
    finish_run(run, result, clock())
    if not run.dry_run:
        let_go(run)
    return result


def write_failure(run: ImportRun, now: datetime, problem: BaseException) -> None:
    """The disk may be full for this line too; the run is then found silent and taken up again. How far it came stands
    in the run already."""
    with contextlib.suppress(Exception):
        if run.pk:
            run.refresh_from_db(fields=["parts", "act_id", "counts", "rejected_file"])
        if not isinstance(problem, Stopped):
            _finish(run, now, state=RunState.FAILED, error=_error(problem))
        elif problem.wish == PAUSE:
            _finish(run, now, state=RunState.PAUSED)
        else:
            _finish(run, now, state=RunState.CANCELLED)
            let_go(run)


def finish_run(run: ImportRun, result: ImportResult, now: datetime) -> None:
    """How it ended stands in the run; what its columns mean is known the next time."""
    _finish(
        run,
        now,
        state=RunState.DONE,
        layout=result.layout,
        mapping=result.mapping,
        columns_key=result.columns_key,
        counts=result.counts | {"rows_per_s": result.rows_per_s},
        problems=[*result.problems, *result.warnings],
        rejected_file=result.rejected_file,
        act_id=result.act_id,
        file_name=run.file_name,
        size=run.size,
    )


def _finish(run: ImportRun, now: datetime, **values: Any) -> None:
    values["finished_at"] = now
    for name, value in values.items():
        setattr(run, name, value)
    if run.pk:
        run.save(update_fields=list(values))
    wipe_signs(run)


def _error(problem: BaseException) -> dict[str, Any]:
    if isinstance(problem, ImportRefused):
        return {"code": problem.code, "data": problem.data}
    if is_full(problem):
        return {"code": "disk_full", "data": {}}
    if isinstance(problem, DatabaseError) and "locked" in str(problem):
        return {"code": "busy", "data": {}}
    if isinstance(problem, KeyboardInterrupt | SystemExit):
        return {"code": "interrupted", "data": {}}
    return {"code": "fault", "data": {}}


def forget_runs(*, now: datetime) -> int:
    """Rejected rows and uploads nobody came back for; how many runs let go of a file. The runs stay listed."""
    gone = 0
    for run in ImportRun.objects.filter(created_at__lt=now - KEPT_FOR).exclude(stored_as="", rejected_file=""):
        let_go(run)
        _forget_rejected(run)
        gone += 1
    return gone


def _forget_rejected(run: ImportRun) -> None:
    if run.rejected_file:
        (folder() / run.rejected_file).unlink(missing_ok=True)
        ImportRun.objects.filter(pk=run.pk).update(rejected_file="")
