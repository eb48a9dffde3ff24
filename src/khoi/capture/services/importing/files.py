"""A file on its way in, and what came of it."""

from dataclasses import dataclass, field

from khoi.capture.queries.import_files import Opened
from khoi.capture.queries.import_rows import Incoming, Tally
from khoi.capture.queries.import_understanding import columns_key
from khoi.capture.rules.importing import OUTCOMES, REJECTED
from khoi.capture.rules.mapping import Mapping, dump_mapping
from khoi.capture.services.importing.rejecting import RejectedRows
from khoi.capture.services.importing.results import ImportResult
from khoi.capture.services.importing.sources import Source
from khoi.capture.services.importing.takers import Rows


@dataclass(slots=True)
class File:
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

    def take(self, taker: Rows, batch: list[Incoming]) -> None:
        """One outcome for each row; those that cannot be taken are handed back."""
        good = [row for row in batch if not row.rejected]
        outcomes = dict(zip(map(id, good), taker.take(good), strict=True)) if good else {}
        for row in batch:
            outcome = outcomes.get(id(row), REJECTED)
            self.tally.count(outcome)
            self.tally.note(row.line, row.problems)
            if outcome == REJECTED:
                self.rejected.add(row.line, row.cells, row.problems)


def result_of(file: File, act_id: int | None, speed: int, *, dry_run: bool) -> ImportResult:
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
