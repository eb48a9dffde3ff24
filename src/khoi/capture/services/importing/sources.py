"""What comes in: files, how to read them, and what is said of them as a whole."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from khoi.capture.queries.import_files import Opened, open_file, read
from khoi.capture.rules.mapping import Mapping
from khoi.history.rules.actors import Actor
from khoi.kit.tabular import Table


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

    def read(self) -> Table:
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
