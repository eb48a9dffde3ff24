"""How a text file separates its cells: comma, semicolon, tab or pipe, or what its ``sep=`` line says.

What rare programs write is tried only where the text shows it: apostrophes for quotes, a blank behind the comma,
colons between quoted cells, whole rows in quotes.
"""

import csv
import io
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import islice
from statistics import mode

from khoi.kit.tabular.headings import find_headings
from khoi.kit.tabular.refusals import UnknownDelimiter
from khoi.kit.tabular.tables import Dialect

DELIMITERS = (",", ";", "\t", "|")
RECORDS = 200
#: In a line with loose quotes no cell holds more delimiters.
REACH = 20
SEP_LINE = re.compile(r'\A\ufeff?"?sep=(.)"?[ \t]*(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
#: Between two quoted cells nothing but the delimiter can stand.
RARE = re.compile(r"\"([:^~#!/* ])\"|'([:^~#!/* ])'")
SPACED = re.compile(r"[\"'][,;|\t:] +[\"']")
APOSTROPHES = re.compile(r"(?:^|[,;\t|:])[ ]?'(?:[^'\n]|'')*'(?=[,;\t|:]|\r?$)", re.MULTILINE)
#: A backslash that escapes a quote or itself, or one that stands for itself.
BACKSLASH = re.compile(r"\\([\"'\\])|\\")


def announced_delimiter(sample: str) -> str | None:
    """The delimiter of a first line ``sep=;``, which Excel reads and some programs write."""
    said = SEP_LINE.match(sample)
    return said[1] if said else None


def given_delimiter(text: str) -> str:
    """The delimiter somebody named, also ``tab`` and ``\\t``. Raises ``UnknownDelimiter``."""
    sign = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|", "bar": "|"}.get(text.lower(), text)
    if len(sign) != 1 or sign.isalnum() or sign in "\"'\r\n\\\0\ufeff":
        raise UnknownDelimiter(delimiter=text[:20])
    return sign


def detect_dialect(sample: str, *, whole: bool, delimiter: str | None = None) -> Dialect:
    """The dialect of a text, from its beginning. ``whole`` says that ``sample`` is all there is."""
    said = delimiter or announced_delimiter(sample)
    dialects = list(_candidates(sample, said))
    scored = []
    for place, dialect in enumerate(dialects):
        records = first_records(sample, dialect, whole=whole)
        scored.append((_fit(records), _is_sound(sample, dialect, len(records)), -place))
    fit, _, place = max(scored)
    best = dialects[-place] if fit or said else Dialect(_absent_delimiter(sample))
    return _wrapped(sample, whole, said) or best


def _candidates(sample: str, said: str | None) -> Iterator[Dialect]:
    """The likely ones first: of two that fit equally the first is taken."""
    # Most programs double a quote inside quotes; exports of MySQL and PHP put a backslash before it.
    escapes = ("", "\\") if '\\"' in sample or "\\'" in sample else ("",)
    rare = sorted({one or other for one, other in RARE.findall(sample)} | _even(sample))
    signs = said or (*DELIMITERS, *rare)
    quotes = ('"', "'") if _apostrophes_quote(sample) else ('"',)
    spaces = (False, True) if SPACED.search(sample) else (False,)
    for quote in quotes:
        for escape in escapes:
            for spaced in spaces:
                yield from (Dialect(sign, escape, quote, spaced) for sign in signs if not (spaced and sign == " "))


def _even(sample: str) -> set[str]:
    """Signs of older programs that stand in each of the first lines as often as in the others."""
    lines = [line for line in sample[:10_000].splitlines()[:-1] if line.strip()][:30]
    return {sign for sign in "^~¦" if lines and {line.count(sign) for line in lines} == {lines[0].count(sign) or 1}}


def _apostrophes_quote(sample: str) -> bool:
    """Whether most of the lines have a cell in apostrophes and the first does not begin with a quote."""
    lines = sample.count("\n") or sample.count("\r") or 1
    return (
        sample.lstrip("\ufeff\r\n ")[:1] != '"'
        and len(APOSTROPHES.findall(sample.replace("\r", "\n"))) * 5 >= lines * 4
    )


def _wrapped(sample: str, whole: bool, said: str | None) -> Dialect | None:
    """The dialect inside, where each row is quoted whole as if it were one cell, the headings too."""
    if sample.lstrip("\ufeff\r\n")[:1] != '"':
        return None
    plain = Dialect(said or ",")
    outer = first_records(sample, plain, whole=whole)
    if not outer or any(len(record) != 1 for record in outer) or not _is_sound(sample, plain, len(outer)):
        return None
    inner = "\n".join(record[0] for record in outer if "\n" not in record[0])
    for sign in said or DELIMITERS:
        records = first_records(inner, Dialect(sign), whole=True)
        width = len(records[0]) if records else 0
        if width >= 3 and sum(1 for record in records if len(record) == width) * 10 >= len(outer) * 9:
            return Dialect(sign, wrapped=True)
    return None


def reader(lines: Iterable[str], dialect: Dialect, *, strict: bool = False) -> Iterator[list[str]]:
    """The standard library's reader, set for the dialect; lenient, unless ``strict``, so that no odd quote stops it."""
    if dialect.wrapped:
        return _unwrapping(lines, dialect)
    if dialect.escape:
        # To the standard library every backslash escapes; here those that stand before another letter are text.
        lines = (BACKSLASH.sub(lambda m: m[0] if m[1] else "\\\\", line) for line in lines)
    return csv.reader(
        lines,
        delimiter=dialect.delimiter,
        quotechar=dialect.quote,
        escapechar=dialect.escape or None,
        skipinitialspace=dialect.spaced,
        strict=strict,
    )


def _unwrapping(lines: Iterable[str], dialect: Dialect) -> Iterator[list[str]]:
    inside = replace(dialect, wrapped=False)
    for cells in csv.reader(lines, delimiter=dialect.delimiter, strict=False):
        if len([cell for cell in cells if cell]) == 1:
            yield from islice(reader(io.StringIO(cells[0], newline=""), inside), 1)
        else:
            yield cells


def split_loosely(line: str, dialect: Dialect) -> list[str]:
    """The cells of a line in which a quote closes a cell only before a delimiter or the end, and opens one only where
    some other closes it."""
    sign, quote = dialect.delimiter, dialect.quote
    parts, cells = line.split(sign), list[str]()
    while parts:
        size = 1
        if parts[0].startswith(quote):
            size = next((n for n in range(1, min(len(parts), REACH) + 1) if _closes(sign.join(parts[:n]), quote)), 1)
        cell = sign.join(parts[:size])
        cells.append(cell[1:-1].replace(quote * 2, quote) if _closes(cell, quote) else cell)
        del parts[:size]
    return cells


def _closes(cell: str, quote: str) -> bool:
    """Whether it stands in quotes: of several at its end the last one alone is not doubled."""
    behind = len(cell) - len(cell.rstrip(quote))
    return cell.startswith(quote) and len(cell) > 1 and (behind % 2 == 1 or behind == len(cell))


def first_records(sample: str, dialect: Dialect, *, whole: bool) -> list[list[str]]:
    """The first records that are not blank; the last one goes when the sample may have cut it."""
    found: list[list[str]] = []
    with suppress(csv.Error):  # a cell beyond all reason: what came before it tells enough
        found.extend(islice(reader(io.StringIO(sample, newline=""), dialect), RECORDS + 1))
    kept = found if whole and len(found) <= RECORDS else found[:-1] or found
    return [record for record in kept if any(cell.strip() for cell in record)]


def usual_width(records: Sequence[Sequence[str]]) -> int:
    """How many cells most of the records have."""
    return mode(map(len, records)) if records else 0


def _absent_delimiter(sample: str) -> str:
    """For a single column: one that does not tear its cells apart."""
    return next((delimiter for delimiter in DELIMITERS if delimiter not in sample), ",")


def _is_sound(sample: str, dialect: Dialect, count: int) -> bool:
    """Whether behind every closing quote a cell ends: of two dialects that fit equally the sound one is meant."""
    read = 0
    with suppress(csv.Error):
        for record in islice(reader(io.StringIO(sample, newline=""), dialect, strict=True), RECORDS):
            read += any(cell.strip() for cell in record)
    return read >= count


def _fit(records: list[list[str]]) -> float:
    """How well the rows agree with their headings: the share of rows as wide, weighted by the width, and by the
    share of cells that kept no quotes around them.

    Headings on the first row count double: below it any separator finds something.
    """
    start = find_headings(records)
    if not records or len(records[start]) < 2:
        return 0
    width = len(records[start])
    below = records[start + 1 :]
    share = sum(1 for record in below if len(record) == width) / len(below) if below else 1
    cells = [cell for record in records[start:] for cell in record]
    quoted = sum(1 for cell in cells if len(bare := cell.strip()) > 1 and bare[0] == bare[-1] and bare[0] in "\"'")
    # Even where every row is ragged, a delimiter in the headings says more than none.
    fit = max(share, 0.05) ** 2 * math.log2(min(width, 16)) * (1 - quoted / len(cells) / 2)
    return fit / 2 if start else fit
