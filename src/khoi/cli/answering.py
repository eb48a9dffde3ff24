"""What a command says: one JSON object, or plain lines; and the ways it ends."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

DONE: Final = 0
FAILED: Final = 1
MISUSED: Final = 2
REFUSED: Final = 3
#: The word for a way to end that has no word of its own.
ERRORS: Final = {FAILED: "failed", MISUSED: "misused", REFUSED: "refused"}


class Stop(Exception):
    """The command ends here. ``sentence`` says why and what was kept; ``error`` is its word for programs, and
    ``answer`` goes along with --json."""

    def __init__(
        self, sentence: str, *, code: int = FAILED, error: str = "", answer: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code
        self.error = error or ERRORS[code]
        self.answer = answer

    def told(self) -> dict[str, Any]:
        """The one object a program gets."""
        return {"ok": False, "error": self.error, "message": self.sentence, **(self.answer or {})}


def say(*lines: str) -> None:
    for line in lines:
        print(line, flush=True)


def warn(sentence: str) -> None:
    """One line on the error stream."""
    print(" ".join(sentence.split()), file=sys.stderr, flush=True)


def show(answer: Mapping[str, Any], *, as_json: bool, lines: Iterable[str]) -> int:
    """The answer for a program, or the lines for a person. Always ``DONE``."""
    if as_json:
        show_json(answer)
    else:
        say(*lines)
    return DONE


def show_json(answer: object) -> None:
    print(json.dumps(answer, ensure_ascii=False, default=plain, indent=2), flush=True)


def plain(value: object) -> object:
    """What JSON has no word for."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Columns under each other, numbers to the right."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(len(row[at]) for row in [list(head), *cells]) for at in range(len(head))]
    return ["  ".join(map(_fit, row, widths)).rstrip() for row in [head, *cells]]


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M")
    return "–" if value is None else " ".join(str(value).split())


def _fit(text: str, width: int) -> str:
    is_number = text.replace(".", "").replace(",", "").replace("%", "").lstrip("-").isdigit()
    return text.rjust(width) if is_number else text.ljust(width)
