"""Tables from anywhere: reading CSV and spreadsheets of any origin, writing them safely.

``read_table`` gives headings and rows or raises a ``TableRefused``; ``write_csv_safe``, ``write_csv_roundtrip``
and ``write_xlsx`` write (``csv_safe`` and ``csv_roundtrip`` give the lines, for a streamed answer).
"""

from khoi.kit.tabular.guarding import guard, starts_formula, unguard
from khoi.kit.tabular.reading import read_table
from khoi.kit.tabular.refusals import (
    EmptyFile,
    NoHeadingRow,
    NotATable,
    RowTooLong,
    TableRefused,
    TooLarge,
    TooManyColumns,
    TooManyRows,
    UnknownDelimiter,
    UnknownEncoding,
)
from khoi.kit.tabular.shaping import DEEPEST
from khoi.kit.tabular.tables import Dialect, Limits, Note, Row, Table
from khoi.kit.tabular.writing import (
    DoesNotFit,
    csv_roundtrip,
    csv_safe,
    write_csv_roundtrip,
    write_csv_safe,
    write_xlsx,
)

__all__ = [
    "DEEPEST",
    "Dialect",
    "DoesNotFit",
    "EmptyFile",
    "Limits",
    "NoHeadingRow",
    "NotATable",
    "Note",
    "Row",
    "RowTooLong",
    "Table",
    "TableRefused",
    "TooLarge",
    "TooManyColumns",
    "TooManyRows",
    "UnknownDelimiter",
    "UnknownEncoding",
    "csv_roundtrip",
    "csv_safe",
    "guard",
    "read_table",
    "starts_formula",
    "unguard",
    "write_csv_roundtrip",
    "write_csv_safe",
    "write_xlsx",
]
