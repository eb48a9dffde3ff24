"""Why a file is not read. Each refusal carries a code and data, never a sentence: the screens write those."""


class TableRefused(Exception):
    """The file as a whole cannot be read. ``code`` is lower_snake; ``data`` holds JSON-ready values."""

    code = "refused"

    def __init__(self, **data: str | int | list[str]) -> None:
        self.data = data
        said = ", ".join(f"{name}={value!r}" for name, value in data.items())
        super().__init__(f"{self.code}({said})" if said else self.code)


class NotATable(TableRefused):
    """Something else than rows and columns.

    ``reason``: ``binary``, ``archive``, ``document``, ``html``, ``xml``, ``json``, ``vcard``, ``pdf``,
    ``rtf``, ``damaged``,
    ``encrypted``, ``no_sheet`` (the named sheet, or file of an archive, does not exist) or ``unreadable``.
    """

    code = "not_a_table"

    def __init__(self, reason: str, **data: str | int | list[str]) -> None:
        self.reason = reason
        super().__init__(reason=reason, **data)


class EmptyFile(TableRefused):
    """No byte, or no cell with anything in it."""

    code = "empty_file"


class UnknownEncoding(TableRefused):
    """Text in no encoding we can name, or the encoding asked for does not exist."""

    code = "unknown_encoding"


class UnknownDelimiter(TableRefused):
    """Cells cannot be separated by that: it has to be one character, and no quote, letter, digit or line end."""

    code = "unknown_delimiter"


class NoHeadingRow(TableRefused):
    """Nothing stands on the line that was said to hold the headings. ``line`` is that line."""

    code = "no_heading_row"

    def __init__(self, line: int) -> None:
        super().__init__(line=line)


class TooManyColumns(TableRefused):
    """The heading row is wider than ``limit``."""

    code = "too_many_columns"

    def __init__(self, count: int, limit: int) -> None:
        self.count = count
        super().__init__(count=count, limit=limit)


class TooManyRows(TableRefused):
    """More rows than ``limit``. Raised while reading: the rows before it have been given out."""

    code = "too_many_rows"

    def __init__(self, limit: int) -> None:
        super().__init__(limit=limit)


class RowTooLong(TableRefused):
    """A cell or a line beyond all reason, most often an opening quote that is never closed.

    ``line`` is where the row begins. Raised while reading.
    """

    code = "row_too_long"

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(line=line)


class TooLarge(TableRefused):
    """A spreadsheet that would unpack to more than ``limit`` bytes, or did while being read."""

    code = "too_large"

    def __init__(self, limit: int) -> None:
        super().__init__(limit=limit)
