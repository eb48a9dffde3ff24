import datetime as dt
import io
import subprocess
import tracemalloc
import zipfile

import pytest
import xlsxwriter

from khoi.kit.tabular import (
    DoesNotFit,
    EmptyFile,
    Limits,
    NotATable,
    TooLarge,
    read_table,
    write_xlsx,
)
from khoi.kit.tabular.xlsx_streaming import uncoded


def book(fill):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as workbook:
        fill(workbook)
    return out.getvalue()


def read(data, **asked):
    with read_table(data, "file.xlsx", **asked) as table:
        return table, list(table.rows)


def typed(workbook):
    page = workbook.add_worksheet("Khách")
    day, moment = (workbook.add_format({"num_format": f}) for f in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm"))
    page.write_row(0, 0, ["Ngày", "Lúc", "Điện thoại", "Tiền", "VIP"])
    page.write_datetime(1, 0, dt.date(2026, 2, 1), day)
    page.write_number(1, 1, 46054 + 8.5 / 24, moment)
    page.write_number(1, 2, 84901234567)
    page.write_number(1, 3, 0.1 + 0.2)
    page.write_boolean(1, 4, True)
    page.write_row(3, 0, ["", "", 1e20, -1.5e-7])


def test_dates_are_iso_text_and_numbers_carry_no_float_dress():
    table, rows = read(book(typed))
    assert table.headings == ("Ngày", "Lúc", "Điện thoại", "Tiền", "VIP")
    assert rows[0].cells == ("2026-02-01", "2026-02-01T08:30:00", "84901234567", "0.3", "true")
    assert (rows[1].number, rows[1].cells[2:4]) == (4, ("1" + "0" * 20, "-0.00000015"))


def mixed(workbook):
    """Every kind of cell, formats of one's own, missing rows and columns, texts said once and shared."""
    formats = (
        "yyyy-mm-dd",
        "hh:mm",
        "dd/mm/yyyy hh:mm:ss",
        "#,##0.00",
        '"d"0',
        "[h]:mm",
        "[$-409]d mmm yy",
        "[Red]0.0",
    )
    looks = [workbook.add_format({"num_format": code}) for code in formats]
    workbook.add_worksheet("Bìa")
    page = workbook.add_worksheet("Khách")
    page.write_row(2, 1, [f"h{place}" for place in range(10)])
    for line, value in enumerate([0, 0.5, 1, 59, 60, 61, 1.25, 46054.35416667, 12345678.5, 1 / 3, 0.1 + 0.2], start=3):
        for place, look in enumerate(looks):
            if place != 5 or value < 1_000_000:
                page.write_number(line + line // 7, place + 1, min(value, 99_999) if place < 7 else value, look)
        page.write_string(line + line // 7, 9, ["Bưởi", " x ", "<&>", "😀", "a\r\nb\x01_x0041_\ufffe"][line % 5])
        page.write_boolean(line + line // 7, 10, line % 2 == 0)
    page.write_formula(20, 1, "=1+1", None, "hai")
    page.write_rich_string(20, 2, "a", looks[0], "b", "c")


def test_a_large_sheet_is_read_row_by_row_to_the_same_texts():
    data = book(mixed)
    table, rows = read(data)
    streamed, found = read(data, limits=Limits(quick_sheet_bytes=0))
    assert found == rows
    assert len(rows) > 10
    assert (streamed.sheet, streamed.sheets, streamed.notes) == (table.sheet, table.sheets, table.notes)
    assert read(book(many), sheet="Hai", limits=Limits(quick_sheet_bytes=0))[1][0].cells == ("d",)


def test_memory_does_not_grow_with_a_large_sheet():
    def peak(lines):
        def fill(workbook):
            page = workbook.add_worksheet()
            for line in range(lines):
                page.write_row(line, 0, [f"Khách {line}", "một ghi chú", line])

        data = book(fill)
        tracemalloc.start()
        with read_table(data, limits=Limits(quick_sheet_bytes=0)) as table:
            assert sum(1 for _ in table.rows) == lines - 1
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    assert peak(12_000) < peak(4_000) + 500_000


@pytest.mark.parametrize(
    ("member", "change"),
    [
        ("xl/worksheets/sheet2.xml", (b"<sheetData>", b"<sheetData><row r='x'>")),
        ("xl/worksheets/sheet2.xml", (b'<c r="B3"', b'<c r="ZZZZ3"')),
        ("xl/worksheets/sheet2.xml", (b"</worksheet>", b"")),
        ("xl/workbook.xml", (b"<workbook", b"<!DOCTYPE w [<!ENTITY a 'b'>]><workbook")),
        ("xl/_rels/workbook.xml.rels", (b"worksheets/sheet2", b"../../../etc/passwd")),
    ],
)
def test_a_large_sheet_that_is_broken_is_refused(member, change):
    with zipfile.ZipFile(io.BytesIO(book(mixed))) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    assert change[0] in members[member]
    members[member] = members[member].replace(change[0], change[1], 1)
    with pytest.raises(NotATable):
        read(archive(members), limits=Limits(quick_sheet_bytes=0))


def many(workbook):
    workbook.add_worksheet("Bìa").hide()
    workbook.add_worksheet("Một").write_row(2, 1, ["a", "b"])
    second = workbook.add_worksheet("Hai")
    second.write_row(0, 0, ["c"])
    second.write_row(1, 0, ["d"])
    workbook.get_worksheet_by_name("Một").activate()
    workbook.get_worksheet_by_name("Một").set_first_sheet()


def test_the_first_sheet_shown_is_read_and_the_others_are_named():
    table, rows = read(book(many))
    assert table.sheet == "Một"
    assert table.headings == ("#1", "a", "b")
    assert not rows
    assert [note.detail for note in table.notes if note.code == "other_sheets"] == ["Hai"]


def test_a_sheet_can_be_asked_for_by_name():
    table, rows = read(book(many), sheet="Hai")
    assert (table.headings, rows[0].number, rows[0].cells) == (("c",), 2, ("d",))
    with pytest.raises(NotATable) as refused:
        read(book(many), sheet="Ba; rm -rf")
    assert refused.value.reason == "no_sheet"


def test_a_sheet_with_nothing_on_it_is_empty():
    with pytest.raises(EmptyFile):
        read(book(lambda workbook: workbook.add_worksheet()))


def test_a_cover_without_a_word_is_passed_over():
    def fill(workbook):
        workbook.add_worksheet("Bìa")
        workbook.add_worksheet("Khách").write_row(0, 0, ["a", "a"])

    table, _ = read(book(fill))
    assert (table.sheet, table.sheets, table.headings) == ("Khách", ("Bìa", "Khách"), ("a", "a (2)"))


def archive(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, data in members.items():
            packed.writestr(name, data)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (archive({"a.jpg": "x"}), "archive"),
        (archive({"[Content_Types].xml": "", "word/document.xml": ""}), "document"),
        (archive({"xl/workbook.xml": "not xml"}), "unreadable"),
        (book(typed)[:900], "damaged"),
        (b"PK\x03\x04", "damaged"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "unreadable"),
    ],
)
def test_what_only_looks_like_a_sheet_is_refused(data, reason):
    with pytest.raises(NotATable) as refused:
        read(data)
    assert refused.value.reason == reason


def test_a_zip_bomb_is_refused_before_it_is_opened():
    with pytest.raises(TooLarge):
        read(archive({"xl/workbook.xml": b"\0" * 30_000_000}), limits=Limits(unpacked_bytes=20_000_000))


def corners(workbook):
    page = workbook.add_worksheet()
    page.write_string(0, 0, "a")
    page.write_string(1_048_575, 16_383, "b")


def test_a_tiny_sheet_with_far_corners_does_not_take_the_machine():
    with pytest.raises(TooLarge):
        read(book(corners), limits=Limits(sheet_memory_bytes=1 << 30))


def test_opened_archives_leave_nothing_on_disk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    data = archive({"xl/workbook.xml": "", "../../escaped.txt": "x", "/absolute.txt": "x"})
    with pytest.raises(NotATable):
        read(data)
    assert not list(tmp_path.rglob("*"))
    assert not (tmp_path.parent.parent / "escaped.txt").exists()


def test_a_table_closed_early_ends_its_reader(monkeypatch):
    started = []

    class Watched(subprocess.Popen[str]):
        def __init__(self, *arguments, **options):
            super().__init__(*arguments, **options)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Watched)
    table = read_table(book(long))
    next(table.rows)
    assert started[0].returncode is None
    table.close()
    assert started[0].returncode is not None


def long(workbook):
    page = workbook.add_worksheet()
    for line in range(20_000):
        page.write_string(line, 0, "a rather long text to fill the pipe")


NAMESPACE = "urn:oasis:names:tc:opendocument:xmlns:"
ODS = f"""<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="{NAMESPACE}office:1.0"
 xmlns:table="{NAMESPACE}table:1.0" xmlns:text="{NAMESPACE}text:1.0"><office:body><office:spreadsheet>
<table:table table:name="Khách"><table:table-row>
<table:table-cell office:value-type="string"><text:p>Tên</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>Ngày</text:p></table:table-cell></table:table-row>
<table:table-row><table:table-cell office:value-type="string"><text:p>Bưởi</text:p></table:table-cell>
<table:table-cell office:value-type="date" office:date-value="2026-02-01"><text:p>01/02/26</text:p></table:table-cell>
</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"""
MANIFEST = f"""<?xml version="1.0" encoding="UTF-8"?>
<manifest:manifest xmlns:manifest="{NAMESPACE}manifest:1.0"></manifest:manifest>"""


def test_open_document_sheets_are_read():
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    data = archive({"mimetype": kind, "META-INF/manifest.xml": MANIFEST, "content.xml": ODS.replace("\n", "")})
    table, rows = read(data)
    assert (table.sheet, table.headings) == ("Khách", ("Tên", "Ngày"))
    assert rows[0].cells == ("Bưởi", "2026-02-01")


def test_what_we_write_as_a_sheet_comes_back_the_same():
    rows: list[list[str | int]] = [
        ["=1+1", 5],
        ["+84 901 234 567", -3],
        ["'=2", 0],
        ["http://vidu.vn", 1],
        ["a\r\nb\x01_x0041_\ufffe\uffff", 2],
    ]
    out = io.BytesIO()
    write_xlsx(out, ["text", "count"], rows)
    _, found = read(out.getvalue())
    assert [list(row.cells) for row in found] == [[text, str(count)] for text, count in rows]


def test_signs_written_as_codes_are_read_by_rows_too_and_a_half_is_none():
    assert uncoded("_xD83D__xDE00_ _x0041_ _xD83D_") == "😀 A \ufffd"


def test_a_written_sheet_holds_no_formula():
    out = io.BytesIO()
    write_xlsx(out, ["=h"], [["=1+1"], ["@SUM(A1)"], ["{=1}"]])
    sheet = zipfile.ZipFile(out).read("xl/worksheets/sheet1.xml")
    assert b"<f" not in sheet
    assert sheet.count(b'<c r="A') == 4


def test_what_does_not_fit_a_sheet_is_said_not_cut():
    with pytest.raises(DoesNotFit) as refused:
        write_xlsx(io.BytesIO(), ["a"], [["x" * 32_768]])
    assert refused.value.code == "cell_too_long"
