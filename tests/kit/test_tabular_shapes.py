"""Where a table begins and ends inside its file, and which file of an archive it is."""

import io
import zipfile

import pytest

from khoi.kit.tabular import Limits, NoHeadingRow, NotATable, TooLarge, UnknownDelimiter, read_table, write_xlsx

HEAD = "Tên,Email,Điện thoại,Số tiền"
LAN, NAM = "Lan,lan@sen.example,0912345678,100", "Nam,nam@tre.example,0912345679,200"


def read(*lines, **asked):
    data = lines[0] if isinstance(lines[0], bytes) else "\n".join(lines).encode()
    with read_table(data, **asked) as table:
        return table, [row.cells[0] for row in table.rows]


def left_out(table):
    return [(row.number, row.problems[0]) for row in table.left_out]


def test_headings_are_found_below_whatever_stands_above_them():
    table, names = read("CÔNG TY SEN", "Ngày xuất:,01/02/2026,,", "", "Liên hệ,,,Tiền", HEAD, LAN, NAM)
    assert (table.heading_row, table.headings[0], names) == (5, "Tên", ["Lan", "Nam"])
    assert left_out(table) == [(1, "above_headings"), (2, "above_headings"), (4, "above_headings")]


def test_a_letterhead_in_two_columns_stands_above_the_headings():
    table, rows = read(
        b"Report,,,,\nAs of 2026,,by An,,\n,Name,Email,Phone,Company\n,Lan,l@sen.example,0912345678,Sen\n,,,,\n"
    )
    assert (table.heading_row, table.headings[1], len(rows)) == (3, "Name", 1)


def test_headings_may_be_said_to_stand_elsewhere():
    table, names = read(HEAD, "Name,Mail,Phone,Amount", LAN, heading_row=2)
    assert (table.headings[0], names, left_out(table)) == ("Name", ["Lan"], [(1, "above_headings")])
    with pytest.raises(NoHeadingRow):
        read(HEAD, "", LAN, heading_row=2)


def test_a_table_without_headings_keeps_its_first_row():
    table, names = read(LAN, NAM)
    assert (table.headings, table.heading_row, names) == (("#1", "#2", "#3", "#4"), 0, ["Lan", "Nam"])
    assert [note.code for note in table.notes] == ["no_headings"]
    assert read("a,b", "c,d", heading_row=0)[1] == ["a", "c"]


@pytest.mark.parametrize("lines", [("0912345678", "0987654321"), ("Lan,0912345678", "Nam,0987654321")])
def test_a_phone_above_phones_is_no_heading(lines):
    table, names = read(*lines)
    assert (table.heading_row, len(names)) == (0, 2)


def test_rows_of_words_alone_are_no_headings():
    table, names = read("Tên,,", "Lan,Hà Nội,", "Nam,Huế,nóng")
    assert (table.heading_row, names) == (1, ["Lan", "Nam"])


@pytest.mark.parametrize(
    "lines",
    [
        ["Tổng cộng,,,300"],
        ["", "Total,,,300", "Copyright (c) 2026 Sen"],
        ["", "Người lập", "Trần Văn A"],
        ["FOOTNOTE", "FOOTNOTE"],
        ["Subtotal (2),,,300"],
        ["Nam Total,,,300"],
        [HEAD],
    ],
)
def test_what_is_no_row_is_left_out_and_told(lines):
    table, names = read(HEAD, LAN, NAM, *lines)
    assert names == ["Lan", "Nam"]
    assert [number for number, _ in left_out(table)] == [4 + n for n, line in enumerate(lines) if line]


@pytest.mark.parametrize(
    "line",
    [
        "Total,total@total.example,,300",
        "Tổng kho Sài Gòn,,0912345670,",
        "Lê Thị Tổng,,,300",
        "Total Energies,,,300",
        "Bưởi,,,",
    ],
)
def test_a_row_that_only_looks_a_little_like_a_sum_or_a_footer_stays(line):
    table, names = read(HEAD, LAN, NAM, line)
    assert (names[2:], table.left_out) == ([line.split(",")[0]], [])


def test_single_cells_inside_a_table_are_rows_and_so_they_are_at_its_end():
    table, names = read(HEAD, "Lan,,,", NAM, "", "Bưởi,,,")
    assert (names, table.left_out) == (["Lan", "Nam", "Bưởi"], [])


def test_a_file_whose_every_row_is_quoted_is_taken_apart():
    lines = [HEAD, 'Lan,"lan@sen.example, x",,', NAM]
    table, names = read("\n".join('"' + line.replace('"', '""') + '"' for line in lines).encode())
    assert (names, [note.code for note in table.notes]) == (["Lan", "Nam"], ["wrapped"])


def test_a_row_in_one_cell_that_cannot_be_taken_apart_is_not_trusted():
    with read_table(f'{HEAD}\n{LAN}\n"Nam,nam@tre.example,0912,1,2",,,\n'.encode()) as table:
        assert [row.problems for row in table.rows] == [(), ("row_in_one_cell",)]


def test_a_row_with_another_delimiter_is_taken_apart_there():
    with read_table(f"{HEAD}\n{LAN}\n{NAM.replace(',', ';')}\n".encode()) as table:
        assert [(row.cells[0], row.problems) for row in table.rows] == [("Lan", ()), ("Nam", ("other_delimiter",))]


@pytest.mark.parametrize(("said", "sign"), [("tab", "\t"), ("\\t", "\t"), ("semicolon", ";"), ("#", "#")])
def test_the_delimiter_somebody_names_is_used(said, sign):
    table, names = read(f"a{sign}b,c\n1{sign}2,3\n".encode(), delimiter=said)
    assert (table.headings, names) == (("a", "b,c"), ["1"])
    for nonsense in ("ab", '"', "x", "\n"):
        with pytest.raises(UnknownDelimiter):
            read(b"a,b\n", delimiter=nonsense)


# --- archives


def packed(members):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return out.getvalue()


def sheet():
    out = io.BytesIO()
    write_xlsx(out, ["Tên", "Email"], [["Chi", "chi@x.example"]])
    return out.getvalue()


EXPORT = {
    "__MACOSX/._a.csv": "x",
    "WE_1/Account.csv": "\n",
    "Lead.csv": f"{HEAD}\n{LAN}\n",
    "Contact.csv": "LastName,Id\nNam,1\n",
}


def test_of_an_archive_the_first_file_that_is_a_table_is_read_and_the_others_are_named():
    table, names = read(packed(EXPORT | {"photo.jpg": "x", "book.xlsx": sheet()}))
    assert (table.sheet, names) == ("Lead.csv", ["Lan"])
    assert table.sheets == ("WE_1/Account.csv", "Lead.csv", "Contact.csv", "book.xlsx")
    assert [note.detail for note in table.notes if note.code == "other_sheets"] == [
        *table.sheets[:1],
        *table.sheets[2:],
    ]


def test_a_file_of_an_archive_can_be_asked_for_by_name():
    assert read(packed(EXPORT), sheet="Contact.csv")[1] == ["Nam"]
    assert read(packed({"book.xlsx": sheet()}), sheet="book.xlsx")[1] == ["Chi"]
    with pytest.raises(NotATable) as refused:
        read(packed(EXPORT), sheet="Ba.csv")
    assert refused.value.reason == "no_sheet"


def test_an_archive_names_no_place_on_our_disk(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table, names = read(packed({"../../escaped.csv": "a,b\n1,2\n", "/etc/absolute.csv": "c,d\n3,4\n"}))
    assert (table.sheets, names) == (("../../escaped.csv", "/etc/absolute.csv"), ["1"])
    assert not list(tmp_path.rglob("*"))
    assert not (tmp_path.parent.parent / "escaped.csv").exists()


def test_a_file_that_would_unpack_beyond_the_limit_is_refused_even_when_the_archive_lies():
    data = packed({"a.csv": b"a,b\n" + b"1,2\n" * 100_000})
    with pytest.raises(TooLarge):
        read(data, limits=Limits(unpacked_bytes=100_000))
    lying = data.replace((400_004).to_bytes(4, "little"), (99).to_bytes(4, "little"))
    with pytest.raises(NotATable) as refused:
        read(lying, limits=Limits(unpacked_bytes=100_000))
    assert refused.value.reason == "damaged"


TABLE = packed({"a.csv": "a,b\n" + "1,2\n" * 99})
ODD = {
    "archive": packed({"inner.csv": packed({"a.csv": "a,b"})}),
    "pdf": packed({"a.csv": b"%PDF-1.7"}),
    "encrypted": TABLE.replace(b"\x00\x00\x08\x00", b"\x01\x00\x08\x00"),
    "damaged": TABLE[:60],
}


@pytest.mark.parametrize("reason", ODD)
def test_what_cannot_be_read_in_an_archive_says_why(reason):
    with pytest.raises(NotATable) as refused:
        read(ODD[reason])
    assert refused.value.reason == reason


@pytest.mark.parametrize(("text", "reason"), [(b'[{"name": "Lan"}]', "json"), (b"BEGIN:VCARD\nFN:Lan\n", "vcard")])
def test_text_that_is_no_table_says_what_it_is(text, reason):
    with pytest.raises(NotATable) as refused:
        read_table(text)
    assert refused.value.reason == reason


def test_a_sign_that_stands_evenly_in_every_line_separates():
    table, names = read("Tên^SĐT^Email", "Lan^0912345678^lan@sen.example", "Nam^0987654321^nam@tre.example")
    assert (len(table.headings), names) == (3, ["Lan", "Nam"])
