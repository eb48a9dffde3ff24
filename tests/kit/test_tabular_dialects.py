"""Random tables, written as other programs write them, are read back cell for cell; and a table of leads spoiled in
the ways files are found to be spoiled in the wild gives its cells back, or says which row it does not trust."""

import codecs
import csv
import io
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khoi.kit.tabular import read_table
from tests.kit.test_tabular_csv import cp1258
from tests.left_out import examples

LETTERS = "abcXYZ 019.éèđĐươăâêôớạầẽỳ,;|\t:'\"\\\n/–@#"
CELLS = st.text(LETTERS, max_size=12).map(lambda text: unicodedata.normalize("NFC", text).strip("' \t"))
# A cell with a word in it keeps a row from looking like a blank line, a sum or something below the table.
ROWS = st.lists(
    st.tuples(st.sampled_from(["Lan", "Nam Anh", "Bưởi"]), CELLS, CELLS, st.just("Hà Nội")), min_size=1, max_size=6
)
HEADINGS = ("Họ tên", "Ghi chú", "Need", "Tỉnh")
WRITERS: dict[str, dict[str, Any]] = {
    "excel": {"quoting": csv.QUOTE_MINIMAL},
    "all quoted": {"quoting": csv.QUOTE_ALL},
    "backslashes": {"quoting": csv.QUOTE_ALL, "doublequote": False, "escapechar": "\\"},
    "apostrophes": {"quoting": csv.QUOTE_ALL, "quotechar": "'"},
}
ENCODERS = {
    "utf-8": str.encode,
    "utf-8 with a mark": lambda text: codecs.BOM_UTF8 + text.encode(),
    "decomposed": lambda text: unicodedata.normalize("NFD", text).encode(),
    "utf-16": lambda text: text.encode("utf-16"),
    "utf-16-le": lambda text: text.encode("utf-16-le"),
    "utf-16-be": lambda text: text.encode("utf-16-be"),
    "windows-1258": cp1258,
}


def written(rows, delimiter=",", **how):
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, **how).writerows([HEADINGS, *rows])
    return out.getvalue()


def cells(data):
    with read_table(data) as table:
        assert table.headings == HEADINGS
        assert not table.left_out
        return [row.cells for row in table.rows]


@pytest.mark.parametrize("writer", WRITERS)
@settings(max_examples=examples(60))
@given(ROWS, st.sampled_from(",;\t|"), st.sampled_from(["\r\n", "\n"]))
def test_what_another_program_writes_is_read_cell_for_cell(writer, rows, delimiter, end):
    # Without a quote behind a backslash nobody can tell that backslashes escape.
    rows = [*rows, ("Chi", 'một "hai" ba', "", "Huế")]
    data = written(rows, delimiter, lineterminator=end, **WRITERS[writer])

    assert cells(data.encode()) == rows


@pytest.mark.parametrize("encoder", ENCODERS)
@settings(max_examples=examples(40))
@given(ROWS)
def test_in_every_encoding_the_same_cells_are_read(encoder, rows):
    assert cells(ENCODERS[encoder](written(rows).replace("–", "-"))) == [
        tuple(cell.replace("–", "-") for cell in row) for row in rows
    ]
