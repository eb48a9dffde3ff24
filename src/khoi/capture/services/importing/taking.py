"""Importing files that belong together: all of their good rows in one act, or nothing at all."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from collections.abc import Mapping as Table
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Any, Final, Protocol
from uuid import uuid4

from django.db import connection

from khoi.capture.models import ImportRun, RunState
from khoi.capture.queries.import_files import Opened, of_table, open_file, read
from khoi.capture.queries.import_joining import Names as JoinedNames
from khoi.capture.queries.import_rows import Incoming, Tally, incoming
from khoi.capture.queries.import_understanding import columns_key, named_after, survey, understood
from khoi.capture.queries.imports import imports_folder
from khoi.capture.rules.importing import OUTCOMES, REJECTED, SKIPPED, UNCHANGED
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
    dump_mapping,
    stages_named,
)
from khoi.capture.services.importing.companies import AccountRows, join_parents
from khoi.capture.services.importing.contacts import PersonRows
from khoi.capture.services.importing.context import Context, Move
from khoi.capture.services.importing.courses import MoveRows, note_course, sort_courses
from khoi.capture.services.importing.deals import DealRows
from khoi.capture.services.importing.humans import People
from khoi.capture.services.importing.leads import LeadRows
from khoi.capture.services.importing.naming import Names
from khoi.capture.services.importing.numbered import NumberedDealRows
from khoi.capture.services.importing.numbering import Numbers
from khoi.capture.services.importing.own import Own, make_fields
from khoi.capture.services.importing.placing import join_leads
from khoi.capture.services.importing.rejecting import RejectedRows
from khoi.capture.services.importing.results import ImportResult, MoveResult
from khoi.capture.services.importing.stages import Stages
from khoi.history import services as history
from khoi.history.rules.actors import Actor
from khoi.kit.db.locks import lock_values
from khoi.kit.tabular import Row, TableRefused
from khoi.kit.tabular import Table as KitTable

BATCH: Final = 2_000
Progress = Callable[[int], None]


class Superseded(Exception):
    """Another process has taken the run over; nothing was changed here."""


class _DryRun(Exception):
    """Takes everything back that a dry run has written."""


class _Rows(Protocol):
    def take(self, rows: list[Incoming]) -> list[str]: ...


@dataclass(frozen=True, slots=True)
class Source:
    """A file and how to read it. ``mapping`` is a mapping or its TOML."""

    content: Path | bytes
    filename: str
    mapping: Mapping | str | None = None
    layout: str = ""
    sheet: str = ""
    encoding: str = ""
    delimiter: str = ""
    heading_row: int | None = None
    any_size: bool = False

    def read(self) -> KitTable:
        """The table, from its first row."""
        return read(self.content, filename=self.filename, **self.how)

    def open(self, *, by: Actor) -> Opened:
        """With what its columns mean. Raises ``ImportRefused``."""
        said: dict[str, Any] = {"mapping": self.mapping, "layout": self.layout}
        return open_file(self.content, filename=self.filename, by=by, **said, **self.how)

    def look(self, *, by: Actor) -> None:
        """Raises ``ImportRefused`` when it cannot be taken."""
        self.open(by=by).table.close()

    @property
    def how(self) -> dict[str, Any]:
        """How the file is read, as far as somebody has said so."""
        return {
            "sheet": self.sheet,
            "encoding": self.encoding,
            "delimiter": self.delimiter,
            "heading_row": self.heading_row,
            "any_size": self.any_size,
        }


@dataclass(frozen=True, slots=True)
class Terms:
    """What is said of a list as a whole: where it is from, what it cost, and in which words or on what basis its
    people may be written to; without a basis nobody may."""

    source: str = ""
    cost: str = ""
    consent: str = ""


@dataclass(slots=True)
class _File:
    """A file on its way in. ``stages``: those its rows name."""

    source: Source
    place: int
    opened: Opened
    rejected: RejectedRows
    tally: Tally = field(default_factory=Tally)
    stages: list[str] = field(default_factory=list)
    emptied: dict[str, int] = field(default_factory=dict)
    kept: str = ""

    @property
    def mapping(self) -> Mapping:
        return self.opened.mapping

    @property
    def headings(self) -> tuple[str, ...]:
        return self.opened.table.headings


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
) -> ImportResult:
    """``import_files`` of one. ``consent``, ``origin`` and ``cost``: see ``Terms``."""
    file = Source(source, filename, mapping, layout, sheet, encoding, delimiter, heading_row, any_size)
    terms = Terms(origin, cost, consent)
    result = import_files([file], terms=terms, dry_run=dry_run, run=run, by=by, now=now, progress=progress)
    return result.files[0]


def import_files(
    sources: Sequence[Source],
    *,
    terms: Terms | None = None,
    dry_run: bool = False,
    run: ImportRun | None = None,
    by: Actor,
    now: datetime,
    progress: Progress | None = None,
) -> MoveResult:
    """Take the rows of files in: one act, one transaction, whatever they may point at first.

    Rows that cannot be taken are handed back in a file; a ``dry_run`` does everything and takes it back, and without
    a run, with which the file would be kept and go away, it leaves none.
    ``run`` ends in the same transaction, so it is never taken in twice. ``progress`` is called with the number of
    rows read. Raises ``ImportRefused`` (nothing was changed) and whatever the database or the disk say.
    """
    began = monotonic()
    move = _Move(terms or Terms(), by=by, now=now, progress=progress)
    try:
        move.open(sources)
        act_id = move.act(run, dry_run=dry_run)
        for file in move.files:
            file.kept = _kept(file.rejected, is_only_asked=dry_run and run is None)
    except TableRefused as refused:
        raise of_table(refused) from refused
    finally:
        move.close()
    return move.result(act_id, monotonic() - began, dry_run=dry_run)


def _kept(rejected: RejectedRows, *, is_only_asked: bool) -> str:
    if is_only_asked:
        rejected.drop()
        return ""
    return rejected.keep()


class _Move:
    """The files of one import, from being opened to what came of them."""

    def __init__(self, terms: Terms, *, by: Actor, now: datetime, progress: Progress | None) -> None:
        self.terms = terms
        self.by = by
        self.now = now
        self.progress = progress
        self.files: list[_File] = []
        self.names = JoinedNames()
        self.listed: dict[str, dict[str, int]] = {}

    # --- before anything is written

    def open(self, sources: Iterable[Source]) -> None:
        for place, source in enumerate(sources):
            opened = source.open(by=self.by)
            opened = replace(opened, mapping=self._termed(opened.mapping))
            rejected = RejectedRows(imports_folder() / f"rejected-{uuid4().hex}.csv", opened.table.headings)
            self.files.append(_File(source, place, opened, rejected))
        self.files.sort(key=lambda file: ORDER.index(file.mapping.rows))
        for file in self.files:
            if file.mapping.rows in (USER, PRODUCT):
                self._learn_names(file)
        for file in self.files:
            self._understand(file)

    def _termed(self, mapping: Mapping) -> Mapping:
        """With where the list is from, for rows that do not say so themselves."""
        source = self.terms.source
        mapping = named_after(mapping, source)
        if not source or mapping.rows not in (LEAD, OPPORTUNITY) or "source" in mapping.constants:
            return mapping
        return replace(mapping, constants={**mapping.constants, "source": source[:120]})

    def _again(self, file: _File) -> Iterator[Row]:
        """The rows once more from the first."""
        with file.source.read() as table:
            yield from table.rows

    def _learn_names(self, file: _File) -> None:
        learn = self.names.take_people if file.mapping.rows == USER else self.names.take_products
        learn(file.opened.table, file.mapping, self._again(file))

    def _understand(self, file: _File) -> None:
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

    def _survey(self, file: _File) -> dict[str, Seen]:
        rows = self._again(file)
        if file.mapping.rows == OPPORTUNITY:
            with file.source.read() as plain:
                _, rows = self.names.beside(plain, file.mapping, plain.rows)
                return survey(file.headings, rows)
        return survey(file.headings, rows)

    # --- the act

    def act(self, run: ImportRun | None, *, dry_run: bool) -> int | None:
        """The id of the act, None when nothing was changed."""
        try:
            with history.act("import_file", by=self.by, now=self.now, why=self._why()) as act:
                lock_values(connection, ["khoi.import"])
                if run is not None:
                    _end(run)
                self._take_all()
                if dry_run:
                    raise _DryRun
        except _DryRun:
            return None
        return act.pk if act.position is not None else None

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
        if LEAD in seen and "opportunity" in seen[LEAD].mapping.links:
            join_leads(seen[LEAD], seen[LEAD].mapping.links["opportunity"].system)
        self.listed = {name: dict(counts.most_common()) for name, counts in move.listed.items()}
        if made := [name for stages in settled.values() for name in stages.made]:
            self.listed["stages"] = dict.fromkeys(made, 1)

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

    def _take_file(self, file: _File, context: Context) -> None:
        taker = _taker(context)
        reader = RowReader(file.mapping, file.headings, context.own.kinds)
        for batch in _batches(file, reader):
            good = [row for row in batch if not row.rejected]
            outcomes = dict(zip(map(id, good), taker.take(good), strict=True)) if good else {}
            for row in batch:
                outcome = outcomes.get(id(row), REJECTED)
                file.tally.count(outcome)
                file.tally.note(row.line, row.problems)
                if outcome == REJECTED:
                    file.rejected.add(row.line, row.cells, row.problems)
            if self.progress is not None:
                self.progress(sum(each.tally.rows for each in self.files))
        file.tally.note_left_out(file.opened.table.left_out)
        file.emptied = dict(reader.emptied)

    # --- afterwards

    def close(self) -> None:
        for file in self.files:
            file.opened.table.close()
            file.rejected.drop()

    def result(self, act_id: int | None, seconds: float, *, dry_run: bool) -> MoveResult:
        rows = sum(file.tally.rows for file in self.files)
        speed = round(rows / max(seconds, 0.001))
        files = tuple(_result(file, act_id, speed, dry_run=dry_run) for file in self.files)
        people = self.names.called
        return MoveResult(act_id, files, listed=self.listed, people=people, rows_per_s=speed, dry_run=dry_run)


def _end(run: ImportRun) -> None:
    """``started_at`` is the claim: whoever lost it in the meantime stops here."""
    held = ImportRun.objects.filter(pk=run.pk, state=RunState.RUNNING, started_at=run.started_at)
    if not held.update(state=RunState.DONE):
        raise Superseded


def _taker(context: Context) -> _Rows:
    mapping = context.mapping
    if mapping.rows == OPPORTUNITY:
        return NumberedDealRows(context) if mapping.key else DealRows(context)
    if mapping.rows == STAGE_MOVE:
        return MoveRows(context)
    if mapping.rows in (USER, PRODUCT):
        return _NameRows(context)
    if mapping.rows == ACCOUNT:
        return AccountRows(context)
    return PersonRows(context) if mapping.rows == PERSON else LeadRows(context)


class _NameRows:
    """Rows that explain names: nothing of them is stored but with the deals that use the names."""

    def __init__(self, context: Context) -> None:
        self.context = context

    def take(self, rows: list[Incoming]) -> list[str]:
        return [self._take(row) for row in rows]

    def _take(self, row: Incoming) -> str:
        name = row.parsed.text("email") or row.parsed.text("person_name")
        if self.context.mapping.rows == PRODUCT or self.context.names.owner(name) is not None:
            return UNCHANGED
        row.warn("name_only", self.context.heading("person_name"), name)
        return SKIPPED


def _batches(file: _File, reader: RowReader) -> Iterator[list[Incoming]]:
    rows = incoming(file.opened.rows, reader=reader)
    while batch := list(islice(rows, BATCH)):
        yield batch


def _result(file: _File, act_id: int | None, speed: int, *, dry_run: bool) -> ImportResult:
    tally = file.tally
    return ImportResult(
        act_id=act_id,
        rows=tally.rows,
        **{name: tally.outcomes[name] for name in OUTCOMES},
        rejected_file=file.kept,
        rows_per_s=speed,
        problems=tally.by_kind(rejects=True),
        warnings=tally.by_kind(rejects=False),
        layout=file.opened.layout,
        mapping=dump_mapping(file.mapping),
        dry_run=dry_run,
        sheet=file.opened.table.sheet,
        other_sheets=tuple(note.detail for note in file.opened.table.notes if note.code == "other_sheets"),
        filename=file.source.filename,
        place=file.place,
        rows_are=file.mapping.rows,
        emptied=file.emptied,
        columns_key=columns_key(file.opened.table.headings),
    )
