"""The process that opens spreadsheets. Run by path, alone: it imports nothing of ours.

Arguments: memory limit in bytes, processor limit in seconds, and ``sheet:NAME`` where one sheet is asked for.
Standard input is the file. Standard output: one JSON object, then one JSON list of texts per sheet row from
the first, then ``end``.
"""

import datetime as dt
import io
import json
import sys
from contextlib import suppress
from decimal import Decimal
from pathlib import Path

Cell = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


def main() -> None:
    """Read the sheet asked for and print it; say ``refused`` and why when it cannot be opened."""
    limit_resources(int(sys.argv[1]), int(sys.argv[2]))
    from python_calamine import CalamineError, load_workbook

    asked = next((word.removeprefix("sheet:") for word in sys.argv[3:] if word.startswith("sheet:")), None)
    try:
        book = load_workbook(io.BytesIO(sys.stdin.buffer.read()))
        names = choose(book.sheets_metadata, asked)
        if not names:
            say({"refused": "no_sheet"})
            return
        # The first one shown with anything on it: a cover may stand before the list.
        sheets = (book.get_sheet_by_name(name) for name in names)
        sheet = next((sheet for sheet in sheets if sheet.start is not None), None)
        sheet = sheet or book.get_sheet_by_name(names[0])
    except (CalamineError, OSError, ValueError) as error:
        say({"refused": "encrypted" if "password" in str(error).lower() else "unreadable"})
        return
    say({"sheet": sheet.name, "sheets": shown(book.sheets_metadata, sheet.name)})
    left = sheet.start[1] if sheet.start else 0
    for row in sheet.iter_rows():
        cells = [text(cell) for cell in row]
        say([""] * left + cells if any(cells) else [])
    sys.stdout.write("end\n")


def limit_resources(memory: int, seconds: int) -> None:
    """Set the limits where the system knows them (all but Windows)."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    # When the machine itself runs out of memory, Linux should end this process and not the server.
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


def choose(sheets: list, asked: str | None) -> list[str]:  # type: ignore[type-arg]
    """The sheet asked for, else those shown."""
    if asked is not None:
        return [sheet.name for sheet in sheets if sheet.name == asked]
    return shown(sheets, "")


def shown(sheets: list, read: str) -> list[str]:  # type: ignore[type-arg]
    """The sheets somebody sees who opens the file, and the one that is read; all of them where all are hidden."""
    seen = [sheet.name for sheet in sheets if "Visible" in str(sheet.visible).split(".")[-1:] or sheet.name == read]
    return seen or [sheet.name for sheet in sheets]


def text(cell: Cell) -> str:
    """A cell as text: dates in ISO form, whole numbers without a point, at most the 15 digits a sheet keeps."""
    if isinstance(cell, str):
        # The two signs no XML holds, which calamine leaves as they are written.
        return cell.replace("_xFFFE_", "\ufffe").replace("_xFFFF_", "\uffff") if "_xFFF" in cell else cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int):
        return str(cell)
    if isinstance(cell, float):
        return number(cell)
    if isinstance(cell, dt.timedelta):
        return str(cell)
    return cell.isoformat()


def number(value: float) -> str:
    """A number without exponent or trailing zeros."""
    if value.is_integer():
        return str(int(value))
    return format(Decimal(format(value, ".15g")), "f")


def say(what: object) -> None:
    """One JSON line."""
    sys.stdout.write(json.dumps(what) + "\n")


if __name__ == "__main__":
    try:
        main()
    except MemoryError:
        sys.exit(2)
