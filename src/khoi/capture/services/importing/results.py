"""What came of an import."""

from dataclasses import dataclass, field
from typing import Any

from khoi.capture.rules.importing import OUTCOMES


@dataclass(frozen=True, slots=True)
class ImportResult:
    """``created + updated + unchanged + skipped + rejected == rows``.

    ``act_id``: the act to undo; None when nothing was changed (also by a dry run). ``problems``: why rows were
    rejected, ``warnings``: what was odd about rows that were taken; both by kind, as
    ``{code, column, rejects, count, lines, value}`` with the first lines. ``rejected_file``: a path, or empty.
    ``sheet`` was read of a spreadsheet or an archive, ``other_sheets`` were not.
    """

    act_id: int | None
    rows: int
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    rejected: int = 0
    rejected_file: str = ""
    rows_per_s: int = 0
    problems: list[dict[str, Any]] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    layout: str = ""
    mapping: str = ""
    dry_run: bool = False
    sheet: str = ""
    other_sheets: tuple[str, ...] = ()
    filename: str = ""
    #: Which of the files it was, counted from 0 as they were given.
    place: int = 0
    #: What the rows are: lead, person, account, opportunity, stage_move, user or product.
    rows_are: str = ""
    #: Texts that were read as empty, and how often.
    emptied: dict[str, int] = field(default_factory=dict)
    #: See ``queries.import_understanding``; empty where somebody wrote down what the columns mean.
    columns_key: str = ""

    @property
    def counts(self) -> dict[str, int]:
        """Rows by outcome, and how many there were."""
        return {"rows": self.rows} | {name: getattr(self, name) for name in OUTCOMES}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file of which nothing was taken, and why, as ``ImportRefused`` says it."""

    filename: str
    code: str
    says: str


@dataclass(frozen=True, slots=True)
class MoveResult:
    """What came of several files taken in one act. ``listed``: names people are told of: ``owners`` who are no users
    here, ``stages`` we had to make, each with how many rows say so. ``people``: who sells, with what a table of them
    says of each."""

    act_id: int | None
    files: tuple[ImportResult, ...]
    left_out: tuple[LeftOut, ...] = ()
    listed: dict[str, dict[str, int]] = field(default_factory=dict)
    people: dict[str, dict[str, str]] = field(default_factory=dict)
    rows_per_s: int = 0
    dry_run: bool = False

    @property
    def counts(self) -> dict[str, int]:
        """Rows by outcome, of all files."""
        return {name: sum(result.counts[name] for result in self.files) for name in ("rows", *OUTCOMES)}
