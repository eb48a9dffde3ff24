import codecs
import tracemalloc
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khoi.kit.tabular import (
    EmptyFile,
    Limits,
    NotATable,
    RowTooLong,
    TableRefused,
    TooManyColumns,
    TooManyRows,
    UnknownEncoding,
    read_table,
)

LEADS = "Họ tên,Ghi chú\nNguyễn Thị Bưởi,Đã hỏi giá\nTrần Đức Ổi,Gọi lại sáng thứ Bảy\n"
NAMES = ["Nguyễn Thị Bưởi", "Trần Đức Ổi"]


def read(data, **asked):
    with read_table(data, "file.csv", **asked) as table:
        return table, list(table.rows)


def cells(data, **asked):
    return [row.cells for row in read(data, **asked)[1]]


def cp1258(text):
    """As Windows writes it: tone marks as characters of their own where there is no ready letter."""
    out = []
    for letter in unicodedata.normalize("NFC", text):
        try:
            out.append(letter.encode("cp1258"))
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", letter)
            tone = next(mark for mark in parts if mark in "\u0300\u0301\u0303\u0309\u0323")
            rest = unicodedata.normalize("NFC", parts.replace(tone, ""))
            out.append((rest + tone).encode("cp1258"))
    return b"".join(out)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (LEADS.encode(), "utf-8"),
        (codecs.BOM_UTF8 + LEADS.encode(), "utf-8-sig"),
        (LEADS.encode("utf-16"), "utf-16"),
        (codecs.BOM_UTF16_BE + LEADS.encode("utf-16-be"), "utf-16"),
        (LEADS.encode("utf-16-le"), "utf-16-le"),
        (LEADS.encode("utf-16-be"), "utf-16-be"),
        (LEADS.encode("utf-32"), "utf-32"),
        (cp1258(LEADS), "cp1258"),
        (unicodedata.normalize("NFD", LEADS).encode(), "utf-8"),
    ],
)
def test_vietnamese_is_read_in_any_encoding_and_comes_out_composed(data, name):
    table, rows = read(data)
    assert table.encoding == name
    assert table.headings == ("Họ tên", "Ghi chú")
    assert [row.cells[0] for row in rows] == NAMES
    assert not table.notes


@pytest.mark.parametrize(
    "text", ["Città,Giorno\nForlì,lunedì\n", "Nome,Ação\nJoão,Comunicação\n", "Nom,Ville\nRené,Orléans\n"]
)
def test_other_western_text_is_not_taken_for_vietnamese(text):
    table, rows = read(text.encode("cp1252"))
    assert table.encoding == "cp1252"
    assert rows[0].cells == tuple(text.split("\n")[1].split(","))
    assert [note.code for note in table.notes] == ["encoding_guessed"]


def test_an_odd_byte_late_in_a_large_file_is_still_seen():
    table, rows = read(b"name\n" + b"plain\n" * 50_000 + cp1258("Nguyễn Đức\n"))
    assert table.encoding == "cp1258"
    assert rows[-1].cells == ("Nguyễn Đức",)


def test_a_damaged_utf8_file_stays_utf8_and_the_row_is_named():
    table, rows = read(LEADS.encode() * 5 + b"B\xff,x\n")
    assert table.encoding == "utf-8"
    assert [note.code for note in table.notes] == ["bad_bytes"]
    assert rows[-1].problems == ("undecodable",)
    assert not rows[-1].usable
    assert all(row.usable for row in rows[:-1])


def test_the_encoding_somebody_names_is_used():
    assert cells("a\né\n".encode("cp1250"), encoding="cp1250") == [("é",)]
    for nonsense in ("klingon", "hex", "a\0b"):
        with pytest.raises(UnknownEncoding):
            read(b"a\n1\n", encoding=nonsense)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_among_others_in_the_text(delimiter):
    rows = [["Tên", "Giá", "Ghi chú"], ["An", "1 500", '"a, b; c | d"'], ["Bình", "2", '"x\ty"']]
    table, _ = read("\n".join(delimiter.join(row) for row in rows).encode())
    assert table.dialect.delimiter == delimiter
    assert table.headings == ("Tên", "Giá", "Ghi chú")


def test_a_decimal_comma_does_not_make_a_comma_file():
    assert cells(b"name;price\nAn;1,5\nBinh;2,5\n") == [("An", "1,5"), ("Binh", "2,5")]


def test_a_sep_line_decides_and_is_not_a_heading():
    table, rows = read(b"sep=^\r\na^b\r\n1,2^3\r\n")
    assert table.headings == ("a", "b")
    assert (rows[0].number, rows[0].cells) == (3, ("1,2", "3"))


def test_a_single_column_keeps_its_commas():
    assert cells(b"name\nNguyen, An\nTran Binh\n") == [("Nguyen, An",), ("Tran Binh",)]


def test_quotes_may_be_escaped_by_a_backslash():
    assert cells(b'name,said\n"An","a \\"b\\", c"\n"Binh","d"\n') == [("An", 'a "b", c'), ("Binh", "d")]


def test_rows_are_numbered_as_an_editor_shows_them():
    _, rows = read(b'a,b\n1,"two\nlines"\n\n,\n3,4\n')
    assert [(row.number, row.cells) for row in rows] == [(2, ("1", "two\nlines")), (6, ("3", "4"))]


def test_a_title_above_the_headings_is_skipped_and_told():
    table, rows = read("DANH SÁCH KHÁCH HÀNG\n\nTên,Email,Điện thoại\nAn,an@vidu.vn,\nBình,,0901\n".encode())
    assert table.headings == ("Tên", "Email", "Điện thoại")
    assert [(note.code, note.detail) for note in table.notes] == [("title_skipped", "DANH SÁCH KHÁCH HÀNG")]
    assert [row.number for row in rows] == [4, 5]


def test_a_ragged_row_is_reported_not_dropped():
    _, rows = read(b"a,b,c\n1,2\n1,2,3,4\n1,2,3,,\n1,2,3\n")
    assert [row.problems for row in rows] == [("too_few_cells",), ("too_many_cells",), (), ()]
    assert [row.usable for row in rows] == [True, False, True, True]
    assert rows[0].cells == ("1", "2", "")
    assert rows[1].cells == ("1", "2", "3", "4")


def test_a_row_quoted_as_one_cell_is_taken_apart():
    _, rows = read(b'a,b\n1,2\n"3,""x, y"""\n5,6\n')
    assert rows[1].cells == ("3", "x, y")
    assert rows[1].problems == ("whole_row_quoted",)


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ('Lan,"màn 32" mới",09', ("Lan", 'màn 32" mới', "09")),
        ('Lan,"màn 32" mới,09', ("Lan", '"màn 32" mới', "09")),
        ('Lan,"màn "to" mới",09', ("Lan", 'màn "to" mới', "09")),
        ('Lan,"màn ""to""\nvà đẹp",09', ("Lan", 'màn "to"\nvà đẹp', "09")),
    ],
)
def test_a_quote_inside_a_quoted_cell_is_not_dropped(line, cells):
    _, rows = read(f'Tên,Ghi chú,SĐT\n{line}\n"Nam","màn ""to""",08\n'.encode())
    assert (rows[0].cells, rows[0].usable, rows[1].cells) == (cells, True, ("Nam", 'màn "to"', "08"))


@pytest.mark.parametrize("line", ['Lan,"màn "to", mới",09', 'Lan,"màn "to"\nvà đẹp",09'])
def test_where_quotes_could_mean_two_things_the_row_is_not_trusted(line):
    _, rows = read(f"Tên,Ghi chú,SĐT\n{line}\nNam,ok,08\n".encode())
    assert [row.usable for row in rows][:1] + [row.usable for row in rows][-1:] == [False, True]
    assert "unclosed_quote" in rows[0].problems


def test_a_stray_quote_is_a_letter_and_spoils_no_other_row():
    _, rows = read(b'a,b\n1,2\n3,"4\n5,6\n7,"eight\nnine"\n')
    assert [row.cells for row in rows] == [("1", "2"), ("3", '"4'), ("5", "6"), ("7", "eight\nnine")]
    assert [row.problems for row in rows] == [(), ("stray_quote",), (), ()]
    assert [row.number for row in rows] == [2, 3, 4, 5]


def test_a_quote_left_open_where_nobody_can_tell_spoils_only_its_own_row():
    _, rows = read(b'a,b\n1,2\n3,"4\n5\n')
    assert [row.usable for row in rows] == [True, False]
    assert "unclosed_quote" in rows[1].problems


def test_a_nul_is_taken_out_and_told():
    _, rows = read(b"name,note\n" + b"An,some words\n" * 20 + b"Bi\0nh,x\n")
    assert rows[-1].cells == ("Binh", "x")
    assert rows[-1].problems == ("nul_removed",)


@pytest.mark.parametrize("data", [b"", b"  \n\n", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, b"\0\0\0", b",,,\n,,\n"])
def test_nothing_in_it_is_said_so(data):
    with pytest.raises(EmptyFile):
        read(data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"%PDF-1.7\n", "pdf"),
        (b"\x89PNG\r\n\x1a\n", "binary"),
        (b"\x1f\x8b\x08\x00", "archive"),
        (b"<html><table><tr><td>x", "html"),
        (b'<?xml version="1.0"?><Workbook/>', "xml"),
        (b"{\\rtf1", "rtf"),
        (bytes(range(256)) * 20, "binary"),
        (b"a,b\n" + b"\0\0\0\1" * 500, "binary"),
    ],
)
def test_what_is_no_table_is_refused_with_its_reason(data, reason):
    with pytest.raises(NotATable) as refused:
        read(data)
    assert refused.value.data["reason"] == reason


def test_of_two_columns_of_one_name_the_second_gets_a_number():
    table, rows = read(b"Email,Name, Email ,Email (2)\nx,y,z,w\n")
    assert table.headings == ("Email", "Name", "Email (3)", "Email (2)")
    assert [(note.code, note.detail) for note in table.notes] == [("renamed_column", "Email (3)")]
    assert rows[0].cells == ("x", "y", "z", "w")


def test_a_column_without_a_name_gets_its_place_as_one():
    table, rows = read(b"name,,city\nAn,x,Hue\n")
    assert table.headings == ("name", "#2", "city")
    assert table.record(rows[0]) == {"name": "An", "#2": "x", "city": "Hue"}


def test_size_limits_are_kept():
    with pytest.raises(TooManyColumns):
        read(b",".join(b"h%d" % place for place in range(1001)))
    with pytest.raises(TooManyRows):
        read(b"a\n" + b"1\n" * 11, limits=Limits(rows=10))
    assert len(read(b"a\n" + b"1\n" * 10, limits=Limits(rows=10))[1]) == 10


@pytest.mark.parametrize("long", [b"x" * (1 << 20), b'"' + b"x\n" * 200_000])
def test_an_endless_line_or_cell_is_refused_with_its_line(long):
    with pytest.raises(RowTooLong) as refused:
        read(b"a,b\n1,2\n3," + long)
    assert refused.value.line == 3


def test_memory_does_not_grow_with_the_file(tmp_path):
    def peak(rows):
        path = tmp_path / f"{rows}.csv"
        path.write_bytes(b"name,note\n" + "Nguyễn,một ghi chú dài vừa phải\n".encode() * rows)
        tracemalloc.start()
        with read_table(path) as table:
            assert sum(1 for _ in table.rows) == rows
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    assert peak(120_000) < peak(30_000) + 1_000_000


@pytest.mark.parametrize("name", ["../../etc/passwd", "a\0b.csv", "x" * 5000, "\u202egpj.csv", "CON", "a. ", "|id"])
def test_the_users_file_name_is_only_a_label(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with read_table(b"a\n1\n", name) as table:
        assert table.filename == name
        assert [row.cells for row in table.rows] == [("1",)]
    assert not list(tmp_path.iterdir())


@given(st.binary(max_size=300) | st.text("ab,;\t|\"'\\\r\n\0=é\ufeff<", max_size=80).map(str.encode))
def test_no_bytes_break_the_reader(data):
    try:
        table, rows = read(data)
    except TableRefused:
        return
    assert all(len(row.cells) >= len(table.headings) for row in rows)
    assert all(unicodedata.is_normalized("NFC", cell) and "\0" not in cell for row in rows for cell in row.cells)
