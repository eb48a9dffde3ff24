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

    @property
    def counts(self) -> dict[str, int]:
        """Rows by outcome, and how many there were."""
        return {"rows": self.rows} | {name: getattr(self, name) for name in OUTCOMES}
