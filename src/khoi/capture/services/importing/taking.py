"""Importing files: what belongs together comes in as one act or not at all; a long list in parts, which are taken back
as one."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Mapping as Table
from dataclasses import replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Any, Final
from uuid import uuid4

from django.db import connection

from khoi.capture.models import ImportRun, RunState
from khoi.capture.queries.import_files import of_table
from khoi.capture.queries.import_joining import Names as JoinedNames
from khoi.capture.queries.import_refusals import ImportRefused
from khoi.capture.queries.import_rows import Incoming, incoming
from khoi.capture.queries.import_understanding import named_after, survey, understood
from khoi.capture.queries.imports import imports_folder
from khoi.capture.rules.mapping import (
    ACCOUNT,
    LEAD,
    OPPORTUNITY,
    ORDER,
    PERSON,
    PRODUCT,
    STAGE_MOVE,
    USER,
    Mapping,
    RowReader,
    Seen,
    stages_named,
)
from khoi.capture.services.importing.companies import join_parents
from khoi.capture.services.importing.context import Context, Move
from khoi.capture.services.importing.course import Course, Pace, Said
from khoi.capture.services.importing.courses import note_course, sort_courses
from khoi.capture.services.importing.files import File, result_of
from khoi.capture.services.importing.humans import People
from khoi.capture.services.importing.naming import Names
from khoi.capture.services.importing.numbering import Numbers
from khoi.capture.services.importing.own import Own, make_fields
from khoi.capture.services.importing.parts import BATCH, Parts, join_with_deals, note, note_part
from khoi.capture.services.importing.rejecting import RejectedRows
from khoi.capture.services.importing.results import ImportResult, MoveResult
from khoi.capture.services.importing.sources import Source, Terms
from khoi.capture.services.importing.stages import Stages
from khoi.capture.services.importing.takers import Rows, taker_of
from khoi.history import services as history
from khoi.history.models import Act
from khoi.history.rules.actors import Actor
from khoi.kit.db.locks import lock_values
from khoi.kit.db.planning import refresh_statistics
from khoi.kit.tabular import Row, TableRefused

#: Rows that may come in parts: each is whole by itself. Others are joined across the file, or across files.
BY_THEMSELVES: Final = (LEAD, PERSON)
#: So many rows change what the database knows of its tables.
MANY: Final = 1_000
#: (rows read, of how many).
Progress = Callable[[int, int | None], None]


class Stopped(Exception):
    """Somebody wished it: ``wish``. The parts that were in stay; of a file that comes in as a whole nothing does."""

    def __init__(self, wish: str) -> None:
        super().__init__(wish)
        self.wish = wish


class _DryRun(Exception):
    """Takes everything back that a dry run has written."""


def _nothing() -> str:
    return ""


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
    origin: str = "",
    cost: str = "",
    dry_run: bool = False,
    run: ImportRun | None = None,
    by: Actor,
    now: datetime,
    progress: Progress | None = None,
    wished: Callable[[], str] = _nothing,
) -> ImportResult:
    """``import_files`` of one. ``consent``, ``origin`` and ``cost``: see ``Terms``."""
    file = Source(source, filename, mapping, layout, sheet, encoding, delimiter, heading_row, any_size)
    how: dict[str, Any] = {"dry_run": dry_run, "run": run, "by": by, "now": now}
    terms = Terms(origin, cost, consent)
    return import_files([file], terms=terms, progress=progress, wished=wished, **how).files[0]


def import_files(
    sources: Sequence[Source],
    *,
    terms: Terms | None = None,
    dry_run: bool = False,
    run: ImportRun | None = None,
    by: Actor,
    now: datetime,
    progress: Progress | None = None,
    wished: Callable[[], str] = _nothing,
) -> MoveResult:
    """Take the rows of files in: in one act, one transaction, whatever they may point at first; a long list by itself
    that has a ``run`` in parts, each in a transaction of its own, which belong to the first one's act.

    Rows that cannot be taken are handed back in a file; a ``dry_run`` does everything and takes it back, and without
    a run, with which the file would be kept and go away, it leaves none.
    ``run`` ends in the last transaction, so it is never taken in twice; one that was broken off goes on behind its last
    part. ``progress`` is called with the number of rows read and of all rows. ``wished`` says whether to stop: see
    ``Stopped``. Raises ``ImportRefused`` and whatever the database or the disk say: then nothing was changed but what
    ``run.parts`` brought in.
    """
    began = monotonic()
    move = _Move(terms or Terms(), by=by, now=now, progress=progress, wished=wished)
    try:
        move.open(sources)
        before = move.recall(run) if run is not None and not dry_run else 0
        act_id = move.act(run, dry_run=dry_run)
        if act_id is not None and sum(file.tally.rows for file in move.files) >= MANY:
            refresh_statistics(connection)
        for file in move.files:
            file.kept = _kept(file.rejected, is_only_asked=dry_run and run is None)
    except TableRefused as refused:
        raise of_table(refused) from refused
    finally:
        move.close()
    return move.result(act_id, monotonic() - began, dry_run=dry_run, before=before)


def _kept(rejected: RejectedRows, *, is_only_asked: bool) -> str:
    if is_only_asked:
        rejected.drop()
        return ""
    return rejected.keep()


class _Move:
    """The files of one import, from being opened to what came of them."""

    def __init__(
        self, terms: Terms, *, by: Actor, now: datetime, progress: Progress | None, wished: Callable[[], str]
    ) -> None:
        self.terms = terms
        self.by = by
        self.now = now
        self.progress = progress
        self.wished = wished
        self.rows: int | None = None
        self.course: Course | None = None
        self.files: list[File] = []
        self.names = JoinedNames()
        self.listed: dict[str, dict[str, int]] = {}

    # --- before anything is written

    def open(self, sources: Iterable[Source]) -> None:
        for place, source in enumerate(sources):
            opened = source.open(by=self.by)
            opened = replace(opened, mapping=self._termed(opened.mapping))
            rejected = RejectedRows(imports_folder() / f"rejected-{uuid4().hex}.csv", opened.table.headings)
            self.files.append(File(source, place, opened, rejected))
        self.files.sort(key=lambda file: ORDER.index(file.mapping.rows))
        for file in self.files:
            if file.mapping.rows in (USER, PRODUCT):
                self._learn_names(file)
        for file in self.files:
            self._understand(file)
        if self.progress is not None:
            self.progress(0, None)
            self.rows = sum(1 for file in self.files for _ in self._again(file))

    def recall(self, run: ImportRun) -> int:
        """How many rows are in already, when the run goes in parts. What was broken off is remembered."""
        [file, *others] = self.files
        if others or file.mapping.rows not in BY_THEMSELVES:
            return 0
        try:
            self.course = Course.of(run)
            file.rejected.go_on(*self.course.rejected)
        except OSError as gone:
            raise ImportRefused("file_gone") from gone
        file.tally, self.listed = self.course.tally, self.course.listed
        return self.course.rows

    def _termed(self, mapping: Mapping) -> Mapping:
        """With where the list is from, for rows that do not say so themselves."""
        source = self.terms.source
        mapping = named_after(mapping, source)
        if not source or mapping.rows not in (LEAD, OPPORTUNITY) or "source" in mapping.constants:
            return mapping
        return replace(mapping, constants={**mapping.constants, "source": source[:120]})

    def _again(self, file: File) -> Iterator[Row]:
        """The rows once more from the first."""
        with file.source.read() as table:
            yield from table.rows

    def _learn_names(self, file: File) -> None:
        learn = self.names.take_people if file.mapping.rows == USER else self.names.take_products
        learn(file.opened.table, file.mapping, self._again(file))

    def _understand(self, file: File) -> None:
        """What the columns mean, with the whole file in view where something is still open."""
        opened = file.opened
        if opened.mapping.rows == OPPORTUNITY:
            table, rows = self.names.beside(opened.table, opened.mapping, opened.rows)
            file.opened = opened = replace(opened, table=table, rows=rows)
        mapping = opened.mapping
        if mapping.others != "fields" and not (mapping.pipeline and mapping.rows in (OPPORTUNITY, STAGE_MOVE)):
            return
        seen = self._survey(file)
        if mapping.rows == OPPORTUNITY:
            self.names.add_to(seen, mapping)
        ready = understood(mapping, opened.table.headings, seen, by=self.by)
        file.opened = replace(opened, mapping=ready)
        if mapping.pipeline:
            file.stages = stages_named(ready, seen)

    def _survey(self, file: File) -> dict[str, Seen]:
        rows = self._again(file)
        if file.mapping.rows == OPPORTUNITY:
            with file.source.read() as plain:
                _, rows = self.names.beside(plain, file.mapping, plain.rows)
                return survey(file.headings, rows)
        return survey(file.headings, rows)

    # --- the act

    def act(self, run: ImportRun | None, *, dry_run: bool) -> int | None:
        """The id of the act, None when nothing was changed."""
        if self.course is not None and run is not None:
            return self._act_in_parts(run, self.course)
        try:
            with history.act("import_file", by=self.by, now=self.now, why=self._why()) as act:
                lock_values(connection, ["khoi.import"])
                if run is not None:
                    note(run, state=RunState.DONE)
                self._take_all()
                if dry_run:
                    raise _DryRun
        except _DryRun:
            return None
        return act.pk if act.position is not None else None

    def _act_in_parts(self, run: ImportRun, course: Course) -> int | None:
        """One act for each part; those that follow the first go on with it."""
        first = Act.objects.filter(pk=run.act_id or 0, position__isnull=False).first()
        [file] = self.files
        parts = Parts(file, course, begin=self._context_of, take=self._take_batch, wished=self.wished)
        pace, is_over = Pace(), False
        while not is_over:
            pace.begin()
            before = course.rows
            with history.act("import_file", by=self.by, now=self.now, why=self._why(), part_of=first) as act:
                lock_values(connection, ["khoi.import"])
                if first is not None and not Act.objects.filter(pk=first.pk, undone_by=None).exists():
                    raise ImportRefused("taken_back")
                is_over = parts.take(pace.rows)
                note_part(run, course, first or act, of=self.rows, is_over=is_over)
            first = first or (act if act.position is not None else None)
            pace.end(course.rows - before)
            if not is_over and (wish := self.wished()):
                raise Stopped(wish)
        self.listed = course.listed
        return first.pk if first is not None else None

    def _why(self) -> dict[str, str]:
        """What history keeps of where the rows came from."""
        first = self.files[0]
        said = {"rows_are": first.mapping.rows, "layout": first.opened.layout}
        if len(self.files) > 1:
            said |= {"files": str(len(self.files))}
        terms = {"source": self.terms.source, "cost": self.terms.cost, "basis": self.terms.consent}
        return said | {name: text for name, text in terms.items() if text}

    def _take_all(self) -> None:
        move = Move(Stages())
        settled = self._settle_stages()
        people, names, numbers = People(by=self.by, now=self.now), Names(now=self.now), Numbers(self.by)
        self._note_courses(move, settled)
        seen: dict[str, Context] = {}
        for file in self.files:
            make_fields(file.mapping, by=self.by, now=self.now)
            move.stages = settled.get(file.mapping.pipeline, move.stages)
            own = Own(file.mapping)
            context = Context(self.by, self.now, file.mapping, names, people, own, numbers, move, self.terms.consent)
            self._take_file(file, context)
            seen[file.mapping.rows] = context
        if ACCOUNT in seen:
            join_parents(seen[ACCOUNT])
        if LEAD in seen:
            join_with_deals(seen[LEAD])
        self.listed = {name: dict(counts.most_common()) for name, counts in move.listed.items()}
        if made := [name for stages in settled.values() for name in stages.made]:
            self.listed["stages"] = dict.fromkeys(made, 1)

    def _context_of(self, said: Said) -> Context:
        """Of a file by itself; ``said``: what its earlier rows said."""
        [file] = self.files
        make_fields(file.mapping, by=self.by, now=self.now)
        people = People(by=self.by, now=self.now, named=said.marks["named"])
        names, own = Names(now=self.now), Own(file.mapping, said)
        beside = Numbers(self.by), Move(Stages()), self.terms.consent, said
        return Context(self.by, self.now, file.mapping, names, people, own, *beside)

    def _settle_stages(self) -> dict[str, Stages]:
        """By the pipeline they would stand in: the stages of each system, those we lack made."""
        named: dict[str, list[str]] = {}
        for file in self.files:
            if file.mapping.pipeline and file.mapping.rows in (OPPORTUNITY, STAGE_MOVE):
                named.setdefault(file.mapping.pipeline, []).extend(file.stages)
        found = {}
        for pipeline, names in named.items():
            found[pipeline] = Stages()
            found[pipeline].settle(names, pipeline=pipeline)
        return found

    def _note_courses(self, move: Move, settled: Table[str, Stages]) -> None:
        for file in self.files:
            if file.mapping.rows == STAGE_MOVE:
                for row in incoming(self._again(file), file.mapping, file.headings, {}):
                    note_course(row, move)
        sort_courses(move)

    def _take_file(self, file: File, context: Context) -> None:
        reader = RowReader(file.mapping, file.headings, context.own.kinds)
        taker = taker_of(context)
        rows = incoming(file.opened.rows, reader=reader)
        while batch := list(islice(rows, BATCH)):
            file.take(taker, batch)
            self._tell()
            if wish := self.wished():
                raise Stopped(wish)
        file.tally.note_left_out(file.opened.table.left_out)
        file.emptied = dict(reader.emptied)

    def _take_batch(self, taker: Rows, batch: list[Incoming]) -> None:
        """Of a file by itself."""
        self.files[0].take(taker, batch)
        self._tell()

    def _tell(self) -> None:
        if self.progress is not None:
            self.progress(sum(each.tally.rows for each in self.files), self.rows)

    # --- afterwards

    def close(self) -> None:
        for file in self.files:
            file.opened.table.close()
            if self.course is not None and self.course.parts:
                file.rejected.leave()
            else:
                file.rejected.drop()

    def result(self, act_id: int | None, seconds: float, *, dry_run: bool, before: int = 0) -> MoveResult:
        """``before``: rows that came in at an earlier time."""
        rows = sum(file.tally.rows for file in self.files) - before
        speed = round(rows / max(seconds, 0.001))
        files = tuple(result_of(file, act_id, speed, dry_run=dry_run) for file in self.files)
        people = self.names.called
        return MoveResult(act_id, files, listed=self.listed, people=people, rows_per_s=speed, dry_run=dry_run)
