"""Importing one file: all of its good rows in one act, or nothing at all."""

from collections.abc import Callable, Iterator
from collections.abc import Mapping as Table
from datetime import datetime
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Final
from uuid import uuid4

from django.db import connection

from khoi.capture.models import ImportRun, RunState
from khoi.capture.queries.import_files import Opened, of_table, open_file
from khoi.capture.queries.import_rows import Incoming, Tally, incoming
from khoi.capture.queries.imports import imports_folder
from khoi.capture.rules.importing import OUTCOMES, REJECTED
from khoi.capture.rules.mapping import LEAD, Mapping, dump_mapping
from khoi.capture.services.importing.context import Context
from khoi.capture.services.importing.deals import DealRows
from khoi.capture.services.importing.humans import People
from khoi.capture.services.importing.leads import LeadRows
from khoi.capture.services.importing.naming import Names
from khoi.capture.services.importing.own import Own, make_fields
from khoi.capture.services.importing.rejecting import RejectedRows
from khoi.capture.services.importing.results import ImportResult
from khoi.custom.rules import Kind
from khoi.history import services as history
from khoi.history.rules.actors import Actor
from khoi.kit.db.locks import lock_values
from khoi.kit.tabular import TableRefused

BATCH: Final = 500
Progress = Callable[[int], None]


class Superseded(Exception):
    """Another process has taken the run over; nothing was changed here."""


class _DryRun(Exception):
    """Takes everything back that a dry run has written."""


def import_file(
    source: Path | bytes,
    *,
    filename: str,
    mapping: Mapping | str | None = None,
    layout: str = "",
    sheet: str = "",
    encoding: str = "",
    delimiter: str = "",
    heading_row: int | None = None,
    any_size: bool = False,
    consent: str = "",
    dry_run: bool = False,
    run: ImportRun | None = None,
    by: Actor,
    now: datetime,
    progress: Progress | None = None,
) -> ImportResult:
    """Take the rows of a file in: one act, one transaction. ``mapping`` is a mapping or its TOML.

    Rows that cannot be taken are handed back in a file; a ``dry_run`` does everything and takes it back, and without
    a run, with which the file would be kept and go away, it leaves none.
    ``consent``: in which words and how these people agreed to be written to; without it nothing is recorded.
    ``run`` ends in the same transaction, so it is never taken in twice. ``progress`` is called with the number of
    rows read. Raises ``ImportRefused`` (nothing was changed) and whatever the database or the disk say.
    """
    began = monotonic()
    with_file = open_file(
        source,
        filename=filename,
        mapping=mapping,
        layout=layout,
        sheet=sheet,
        encoding=encoding,
        delimiter=delimiter,
        heading_row=heading_row,
        any_size=any_size,
    )
    tally = Tally()
    rejected = RejectedRows(imports_folder() / f"rejected-{uuid4().hex}.csv", with_file.table.headings)
    try:
        with with_file.table:
            act_id = _act(
                with_file, rejected, tally, consent, dry_run=dry_run, run=run, by=by, now=now, progress=progress
            )
        kept = _kept(rejected, is_only_asked=dry_run and run is None)
    except TableRefused as refused:
        rejected.drop()
        raise of_table(refused) from refused
    except BaseException:
        rejected.drop()
        raise
    return _result(with_file, tally, act_id, kept, monotonic() - began, dry_run=dry_run)


def _kept(rejected: RejectedRows, *, is_only_asked: bool) -> str:
    if is_only_asked:
        rejected.drop()
        return ""
    return rejected.keep()


def _act(
    opened: Opened,
    rejected: RejectedRows,
    tally: Tally,
    consent: str,
    *,
    dry_run: bool,
    run: ImportRun | None,
    by: Actor,
    now: datetime,
    progress: Progress | None,
) -> int | None:
    """The id of the act, None when nothing was changed."""
    why = {"rows_are": opened.mapping.rows, "layout": opened.layout}
    try:
        with history.act("import_file", by=by, now=now, why=why) as act:
            lock_values(connection, ["khoi.import"])
            if run is not None:
                _end(run)
            make_fields(opened.mapping, by=by, now=now)
            context = Context(
                by, now, opened.mapping, Names(now=now), People(by=by, now=now), Own(opened.mapping), consent
            )
            _take_all(opened, context, rejected, tally, progress)
            if dry_run:
                raise _DryRun
    except _DryRun:
        return None
    return act.pk if act.position is not None else None


def _end(run: ImportRun) -> None:
    """``started_at`` is the claim: whoever lost it in the meantime stops here."""
    held = ImportRun.objects.filter(pk=run.pk, state=RunState.RUNNING, started_at=run.started_at)
    if not held.update(state=RunState.DONE):
        raise Superseded


def _take_all(
    opened: Opened, context: Context, rejected: RejectedRows, tally: Tally, progress: Progress | None
) -> None:
    taker = LeadRows(context) if opened.mapping.rows == LEAD else DealRows(context)
    for batch in _batches(opened, context.own.kinds):
        good = [row for row in batch if not row.rejected]
        outcomes = dict(zip(map(id, good), taker.take(good), strict=True)) if good else {}
        for row in batch:
            outcome = outcomes.get(id(row), REJECTED)
            tally.count(outcome)
            tally.note(row.line, row.problems)
            if outcome == REJECTED:
                rejected.add(row.line, row.cells, row.problems)
        if progress is not None:
            progress(tally.rows)
    tally.note_left_out(opened.table.left_out)


def _batches(opened: Opened, kinds: Table[str, Kind]) -> Iterator[list[Incoming]]:
    rows = incoming(opened.rows, opened.mapping, opened.table.headings, kinds)
    while batch := list(islice(rows, BATCH)):
        yield batch


def _result(
    opened: Opened, tally: Tally, act_id: int | None, kept: str, seconds: float, *, dry_run: bool
) -> ImportResult:
    return ImportResult(
        act_id=act_id,
        rows=tally.rows,
        **{name: tally.outcomes[name] for name in OUTCOMES},
        rejected_file=kept,
        rows_per_s=round(tally.rows / max(seconds, 0.001)),
        problems=tally.by_kind(rejects=True),
        warnings=tally.by_kind(rejects=False),
        layout=opened.layout,
        mapping=dump_mapping(opened.mapping),
        dry_run=dry_run,
        sheet=opened.table.sheet,
        other_sheets=tuple(note.detail for note in opened.table.notes if note.code == "other_sheets"),
    )
