"""Handing rejected rows back: the file as it came, with line and reason in two columns in front."""

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from khoi.capture.queries.import_words import row_sentence
from khoi.capture.rules.mapping import REJECTED_COLUMNS, Problem
from khoi.kit.tabular import guard


class RejectedRows:
    """Written as the rows come, so that memory stays flat; the file exists only once there is a row for it."""

    def __init__(self, path: Path, headings: Sequence[str]) -> None:
        self.path = path
        self.headings = [heading for heading in headings if heading not in REJECTED_COLUMNS]
        self.places = [place for place, heading in enumerate(headings) if heading not in REJECTED_COLUMNS]
        self.width = len(headings)
        self.file: BinaryIO | None = None

    def add(self, line: int, cells: Sequence[str], problems: Sequence[Problem]) -> None:
        """``cells`` beyond the headings stay behind the others, where they stood."""
        reasons = "; ".join(dict.fromkeys(row_sentence(p.code, p.column, p.value) for p in problems if p.rejects))
        kept = [cells[place] for place in self.places]
        self._open().write(_line([str(line), reasons, *kept, *cells[self.width :]]))

    def _open(self) -> BinaryIO:
        if self.file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.file = self._partial().open("wb")
            self.file.write(b"\xef\xbb\xbf" + _line([*REJECTED_COLUMNS, *self.headings]))
        return self.file

    def _partial(self) -> Path:
        return self.path.with_suffix(".partial")

    def keep(self) -> str:
        """The name of the finished file, or nothing when every row was taken."""
        if self.file is None:
            return ""
        self.file.close()
        self._partial().replace(self.path)
        return self.path.name

    def leave(self) -> None:
        """For whoever goes on later."""
        if self.file is not None:
            self.file.close()

    def mark(self) -> tuple[str, int]:
        """Where it ends now, for good: what is behind that is cut off by whoever goes on from here."""
        if self.file is None:
            return "", 0
        self.file.flush()
        os.fsync(self.file.fileno())
        return self.path.name, self.file.tell()

    def go_on(self, name: str, length: int) -> None:
        """With the file that somebody left. Raises ``OSError`` when it is gone."""
        if name:
            self.path = self.path.with_name(name)
            self.file = self._partial().open("r+b")
            self.file.truncate(length)
            self.file.seek(length)

    def drop(self) -> None:
        """Nothing was imported, so nothing was rejected."""
        if self.file is not None:
            self.file.close()
            self._partial().unlink(missing_ok=True)


def _line(cells: Sequence[str]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerow([guard(cell) for cell in cells])
    return buffer.getvalue().encode("utf-8", errors="replace")
