import csv
import io
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from khoi.kit.tabular import (
    csv_roundtrip,
    csv_safe,
    guard,
    read_table,
    starts_formula,
    unguard,
    write_csv_roundtrip,
    write_csv_safe,
)

SIGNS = "=+-@＝＋－＠\t\r\n'\"‘“ \u200b\ufeff,;|0a"
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")) | st.text(SIGNS)
NFC_TEXTS = TEXTS.map(lambda text: unicodedata.normalize("NFC", text))
TABLES = st.lists(st.tuples(NFC_TEXTS, NFC_TEXTS), max_size=5)
FORMULAS = ["=1+1", "+84 901", "-5", "@SUM(1)", "\t=1", "\r=1", " =1", "'=1", '"=1', "＝1", " ＋1", "＠x", "\u200b=1"]


def written(lines):
    return b"".join(lines)


def read_back(data):
    with read_table(data) as table:
        return [row.cells for row in table.rows]


def as_rows(table):
    return [("k", *cells) for cells in table]


@given(TABLES)
@example([("sep=;", "'=1"), ("''=1", "\\"), ('\\"a', "b")])
def test_what_is_exported_safely_is_imported_unchanged(table):
    assert read_back(written(csv_safe(["key", "a", "b"], as_rows(table)))) == as_rows(table)


@given(TABLES)
@example([("'=1", "''=1")])
def test_a_round_trip_export_is_imported_unchanged(table):
    assert read_back(written(csv_roundtrip(["key", "a", "b"], as_rows(table)))) == as_rows(table)


@given(TABLES)
def test_no_exported_cell_starts_a_formula(table):
    text = written(csv_safe(["key", "a", "b"], as_rows(table))).decode("utf-8-sig")
    for record in csv.reader(io.StringIO(text, newline="")):
        for cell in record:
            bare = cell.strip(' "\ufeff\u200b\x00').lstrip("\t\r\n")
            assert not bare.startswith(tuple("=+-@＝＋－＠"))
            assert not cell.startswith(("\t", "\r"))


@given(TEXTS)
def test_the_guard_comes_off_exactly_as_it_went_on(text):
    assert unguard(guard(text)) == text


@pytest.mark.parametrize("text", FORMULAS)
def test_each_way_to_start_a_formula_gets_an_apostrophe(text):
    assert starts_formula(text)
    assert guard(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "An", "0901 234 567", "'", "O'Hara", "'quoted'", "1+1", "a=b", "a@b.vn", "–"])
def test_ordinary_text_is_left_alone(text):
    assert guard(text) == text == unguard(text)


def test_headings_are_guarded_too():
    assert b'"\'=1"' in written(csv_safe(["=1"], []))


def test_the_round_trip_export_prefixes_nothing_but_our_own_prefix():
    data = written(csv_roundtrip(["a"], [["=1"], ["'=1"], ["+84"]]))
    assert data.decode("utf-8-sig").split("\r\n") == ['"a"', '"=1"', "\"''=1\"", '"+84"', ""]


def test_both_can_be_written_into_an_open_file(tmp_path):
    for write in (write_csv_safe, write_csv_roundtrip):
        with (tmp_path / "out.csv").open("wb") as out:
            write(out, ["Điện thoại"], [["+84 901 234 567"]])
        assert read_back((tmp_path / "out.csv").read_bytes()) == [("+84 901 234 567",)]
