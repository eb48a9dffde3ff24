from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khoi.campaigns.models import Channel
from khoi.capture.rules.mapping import (
    FIELDS,
    REJECTED_COLUMNS,
    Assertion,
    BadMapping,
    Claim,
    Column,
    External,
    ExternalKey,
    Extra,
    Mapping,
    apply,
    best_fit,
    check_against_lead,
    dump_mapping,
    fit,
    load_mapping,
)
from khoi.kit.money import Money

PLAIN = """
format = 1
name = "khach"
rows = "lead"
empty = ["-", "NULL"]

[key]
column = "Mã"
system = "so_cu"

[columns]
"Họ tên" = "person_name"
"Email" = "email"
"Điện thoại" = "phone"
"Ngày" = "arrived_at"
"Kênh" = { field = "channel", values = { "Gọi đến" = "phone" }, otherwise = "extra" }
"Nguồn" = "source"

[constants]
source = "Sổ cũ"
"""
ROW = {
    "Mã": "7",
    "Họ tên": " Bưởi  Nguyễn ",
    "Email": "buoi@vidu.vn",
    "Điện thoại": "0912 345 678",
    "Ngày": "03/02/2026",
}


def plain(**cells):
    return apply(load_mapping(PLAIN), ROW | {name.replace("_", " "): text for name, text in cells.items()})


def lead(columns, row, **more):
    return apply(Mapping("x", "lead", columns, anonymous=True, **more), row)


def deal(columns, row, **more):
    return apply(Mapping("x", "opportunity", columns, anonymous=True, **more), row)


def codes(parsed):
    return [(problem.code, problem.rejects) for problem in parsed.problems]


def test_channels_are_those_of_campaigns():
    assert set(FIELDS["lead"]["channel"].choices) == set(Channel.values)


def test_an_ordinary_row_becomes_values_and_a_key():
    parsed = plain()
    assert parsed.key == ExternalKey("so_cu", "7")
    assert parsed.values == {
        "person_name": "Bưởi Nguyễn",
        "email": "buoi@vidu.vn",
        "phone": "0912 345 678",
        "arrived_at": datetime(2026, 2, 2, 17, tzinfo=UTC),
        "source": "Sổ cũ",
    }
    assert not parsed.problems
    assert not parsed.rejected


def test_a_day_without_a_time_is_known_to_be_only_a_day():
    assert plain().days == {"arrived_at"}
    assert plain(Ngày="03/02/2026 08:30").days == frozenset()
    assert plain(Ngày="2026-02-03T08:30:00Z").moment("arrived_at") == datetime(2026, 2, 3, 8, 30, tzinfo=UTC)


def test_a_day_whose_midnight_the_zone_skips_is_still_that_day():
    parsed = lead((Column("d", ("arrived_at",)),), {"d": "2017-10-15"}, zone="America/Sao_Paulo")
    assert parsed.moment("arrived_at") == datetime(2017, 10, 15, 3, tzinfo=UTC)


def test_texts_that_mean_nothing_are_empty_and_constants_fill_the_gap():
    parsed = plain(Nguồn="null", Email=" - ", Lạ="NULL")
    assert parsed.text("source") == "Sổ cũ"
    assert "email" not in parsed.values
    assert parsed.extras == ()


def test_a_cell_wins_over_a_constant():
    assert plain(Nguồn="Hội chợ").text("source") == "Hội chợ"


def test_a_column_nobody_named_is_kept_as_a_labelled_note():
    assert plain(**{"Sở thích": "cà phê", "Trống": " "}).extras == (Extra("Sở thích", "cà phê"),)
    assert lead((Column("a", ("need",)),), {"a": "x", "b": "y"}, others="drop").extras == ()


def test_what_we_wrote_into_a_file_of_rejected_rows_is_not_read_back():
    assert plain(**dict.fromkeys(REJECTED_COLUMNS, "7")).extras == ()


def test_values_are_translated_and_unknown_ones_kept_aside():
    assert plain(Kênh="Gọi đến").text("channel") == "phone"
    parsed = plain(Kênh="Bồ câu")
    assert "channel" not in parsed.values
    assert parsed.extras == (Extra("Kênh", "Bồ câu"),)
    assert codes(parsed) == [("unknown_value", False)]


@pytest.mark.parametrize(
    ("otherwise", "value", "expected"),
    [("reject", "", [("unknown_value", True)]), ("empty", "", []), ("keep", "Mới", [])],
)
def test_what_becomes_of_an_unknown_value_is_the_mappings_choice(otherwise, value, expected):
    column = Column("t", ("region",), values={"HN": "Hà Nội"}, otherwise=otherwise)
    parsed = lead((column,), {"t": "Mới"})
    assert (parsed.text("region"), codes(parsed)) == (value, expected)
    assert lead((column,), {"t": "HN"}).text("region") == "Hà Nội"


@pytest.mark.parametrize(
    ("column", "text", "code"),
    [
        ("Email", "buoi at vidu", "bad_email"),
        ("Điện thoại", "gọi sau", "bad_phone"),
        ("Ngày", "31/02/2026", "bad_date"),
        ("Ngày", "01/01/0026", "bad_date"),
        ("Kênh", "Fax", "unknown_value"),
    ],
)
def test_what_cannot_be_read_is_told_and_nothing_of_it_is_lost(column, text, code):
    parsed = plain(**{column: text})
    assert [(p.column, p.value, p.code, p.rejects) for p in parsed.problems] == [(column, text, code, False)]
    assert Extra(column, text) in parsed.extras


def test_a_required_column_rejects_what_it_cannot_read():
    column = Column("Ngày", ("arrived_at",), required=True)
    assert codes(lead((column,), {"Ngày": "hôm qua"})) == [("bad_date", True)]
    assert codes(lead((column,), {"Ngày": ""})) == [("missing", True)]
    assert codes(lead((column,), {})) == [("missing", True)]


def test_a_row_without_its_key_is_rejected():
    assert codes(plain(Mã=" ")) == [("no_key", True)]


def test_a_row_naming_nobody_is_rejected_unless_the_mapping_welcomes_it():
    nobody = {"Mã": "7", "Ngày": "03/02/2026"}
    assert codes(apply(load_mapping(PLAIN), nobody)) == [("no_identity", True)]
    assert codes(apply(load_mapping(PLAIN.replace("[key]", "anonymous = true\n[key]")), nobody)) == []


def test_parts_of_a_name_are_joined_in_the_order_of_the_file():
    columns = (Column("Họ", ("family_name",)), Column("Đệm", ("middle_name",)), Column("Tên", ("given_name",)))
    row = {"Họ": "Nguyễn", "Đệm": "Thị", "Tên": "Bưởi"}
    assert lead(columns, row, names="family_first").text("person_name") == "Nguyễn Thị Bưởi"
    assert lead(columns, row, names="given_first").text("person_name") == "Bưởi Thị Nguyễn"
    assert "given_name" not in lead(columns, row).values


def test_a_part_that_is_not_in_the_whole_name_is_a_note():
    columns = (Column("Name", ("person_name",)), Column("First", ("given_name",)), Column("Last", ("family_name",)))
    parsed = lead(columns, {"Name": "Chị Lan", "First": "lan", "Last": "Đỗ"})
    assert (parsed.text("person_name"), parsed.extras) == ("Chị Lan", (Extra("Last", "Đỗ"),))


def test_a_name_longer_than_its_field_is_whole_in_a_note():
    columns = (Column("First", ("given_name",)), Column("Last", ("family_name",)))
    parsed = lead(columns, {"First": "a" * 150, "Last": "b" * 150})
    assert (len(parsed.text("person_name")), codes(parsed)) == (200, [("too_long", False)])
    assert parsed.extras == (Extra("First", f"{'a' * 150} {'b' * 150}"),)


def test_what_is_cut_ends_without_a_blank():
    parsed = lead((Column("Region", ("region",)),), {"Region": "a" * 79 + " b"})
    assert parsed.text("region") == "a" * 79


def test_the_first_filled_of_two_phones_counts_and_the_other_is_a_note():
    columns = (Column("Di động", ("phone",)), Column("Cố định", ("phone",)))
    parsed = lead(columns, {"Di động": "0912345678", "Cố định": "024 3825 1234"})
    assert (parsed.text("phone"), parsed.extras) == ("0912345678", (Extra("Cố định", "024 3825 1234"),))
    assert lead(columns, {"Di động": "", "Cố định": "024 3825 1234"}).text("phone") == "024 3825 1234"


def test_a_phone_dialled_in_another_country_gets_its_code():
    column = Column("Phone", ("phone",))
    assert lead((column,), {"Phone": "(650) 253-0000"}, country="US").text("phone") == "+16502530000"
    assert codes(lead((column,), {"Phone": "(650) 253-0000"})) == [("bad_phone", False)]


@pytest.mark.parametrize(
    ("typed", "kept", "more", "problems"),
    [
        ("p:+84912345678", "+84912345678", (), []),
        ("84912345678.0", "84912345678", (), []),
        ("8.4912345678E+10", "84912345678", (), []),
        ("8.49E+10", "", (), [("shortened", False)]),
        ("912345678", "912345678", (), []),
        ("0912345678 / 0987654321", "0912345678", ("0987654321",), []),
        ("0912345678 ::: 0987654321 (chị Lan)", "0912345678", ("0987654321 (chị Lan)",), []),
        ("024 3825 1234/1235", "024 3825 1234", (), []),
    ],
)
def test_a_phone_is_read_as_programs_write_it(typed, kept, more, problems):
    parsed = lead((Column("SĐT", ("phone",)),), {"SĐT": typed, "Tên": "Lan"})
    assert (parsed.text("phone"), tuple(text for _, text in parsed.more), codes(parsed)) == (kept, more, problems)


@pytest.mark.parametrize(
    ("typed", "kept", "more"),
    [
        ("lan@sen.example; lan2@sen.example", "lan@sen.example", ("lan2@sen.example",)),
        ("mailto:lan@sen.example,", "lan@sen.example", ()),
        ("a,lan@sen.example", "", ()),
        ("Lan <lan@sen.example>", "", ()),
    ],
)
def test_only_where_each_part_is_an_address_a_cell_holds_several(typed, kept, more):
    parsed = lead((Column("Email", ("email",)),), {"Email": typed, "Tên": "Lan"})
    assert (parsed.text("email"), tuple(text for _, text in parsed.more)) == (kept, more)
    assert codes(parsed) == ([] if kept else [("bad_email", False)])
    assert kept or parsed.extras[0] == Extra("Email", typed)


@pytest.mark.parametrize("typed", ["46329", "46329,0", "1793638800", "1793638800000", "3 thg 11, 2026", "20261103"])
def test_a_day_is_read_as_programs_count_it(typed):
    parsed = lead((Column("Ngày", ("arrived_at",)),), {"Ngày": typed, "Tên": "Lan"})
    assert parsed.moment("arrived_at") == datetime(2026, 11, 2, 17, tzinfo=UTC)


def test_a_number_a_spreadsheet_shortened_is_nobodys():
    mapping = load_mapping(PLAIN)
    assert codes(apply(mapping, ROW | {"Mã": "1,20211E+17"})) == [("shortened", True)]


def test_what_stands_behind_a_phone_is_a_note():
    parsed = lead((Column("SĐT", ("phone",)),), {"SĐT": "024 3825 1234/1235"})
    assert parsed.extras == (Extra("SĐT", "024 3825 1234/1235"),)


def test_several_notes_stand_one_below_the_other():
    columns = (Column("a", ("note",)), Column("b", ("note",)))
    assert lead(columns, {"a": "một", "b": "hai\nba"}).text("note") == "một\nhai\nba"


def test_a_text_too_long_is_cut_and_kept_whole_beside():
    parsed = lead((Column("Ngành", ("industry",)),), {"Ngành": "x" * 100})
    assert parsed.text("industry") == "x" * 80
    assert parsed.extras == (Extra("Ngành", "x" * 100),)
    assert codes(parsed) == [("too_long", False)]


def test_one_column_can_fill_two_fields_and_a_note():
    parsed = lead((Column("d", ("arrived_at", "stage_at"), extra="Lần đầu"),), {"d": "2026-02-03"})
    assert parsed.moment("arrived_at") == parsed.moment("stage_at") is not None
    assert parsed.extras == (Extra("Lần đầu", "2026-02-03"),)


def test_amounts_are_whole_minor_units_of_the_rows_own_currency():
    columns = (Column("Tiền", ("amount",)), Column("Loại", ("currency",)))
    assert deal(columns, {"Tiền": "1.500.000"}).money("amount") == Money(1_500_000, "VND")
    assert deal(columns, {"Tiền": "12,50", "Loại": "eur"}).money("amount") == Money(1250, "EUR")
    assert codes(deal(columns, {"Tiền": "nhiều"})) == [("bad_amount", False)]
    assert codes(deal(columns, {"Tiền": "-5"})) == [("bad_amount", False)]


def test_dates_days_and_counts_have_their_types():
    assert deal((Column("d", ("close_on",)),), {"d": "01/03/2026 07:00"}).day("close_on") == date(2026, 3, 1)
    assert deal((Column("d", ("close_on",)),), {"d": "01/03/2026"}, dates="mdy").day("close_on") == date(2026, 1, 3)
    assert deal((Column("d", ("close_on",), pattern="%d %b %Y"),), {"d": "1 Mar 2026"}).day("close_on").month == 3
    assert lead((Column("n", ("employees",)),), {"n": "1.200"}).whole("employees") == 1200
    assert codes(lead((Column("n", ("employees",)),), {"n": "50-100"})) == [("bad_number", False)]


def test_a_row_asserts_what_the_mapping_says_of_it():
    asserts = (Assertion("lead", "converted", "won_at"), Assertion("opportunity", "won", "won_at", "Thắng", ("có",)))
    columns = (Column("Lúc", ("won_at",)),)
    row = {"Lúc": "2026-02-03 08:00"}
    at = datetime(2026, 2, 3, 1, tzinfo=UTC)
    assert deal(columns, row, asserts=asserts).claims == (Claim("lead", "converted", at, day_only=False),)
    assert len(deal(columns, row | {"Thắng": "Có"}, asserts=asserts).claims) == 2
    assert deal(columns, {"Lúc": ""}, asserts=asserts).claims == ()
    assert codes(deal(columns, {"Lúc": "mai"}, asserts=asserts)) == [("bad_date", True)]


def test_a_stage_column_is_an_assertion_too():
    columns = (Column("Stage", ("stage",)), Column("Date", ("arrived_at",)))
    parsed = lead(columns, {"Stage": "MQL", "Date": "2026-02-03"})
    assert parsed.claims == (Claim("lead", "mql", datetime(2026, 2, 2, 17, tzinfo=UTC), day_only=True),)


def test_a_deal_needs_its_lead_where_the_mapping_joins_them():
    parsed = deal((), {"id": ""}, join=External("id", "so_cu"))
    assert (parsed.join, codes(parsed)) == (None, [("no_join", True)])
    assert deal((), {"id": "7"}, join=External("id", "so_cu")).join == ExternalKey("so_cu", "7")


def test_a_deal_won_before_the_first_contact_is_kept_with_a_warning():
    parsed = deal((Column("won", ("won_at",)),), {"won": "2026-02-03"})
    later, same = datetime(2026, 2, 4, tzinfo=UTC), parsed.moment("won_at")
    assert [(p.code, p.rejects) for p in check_against_lead(parsed, first_contact_at=later)] == [
        ("won_before_first_contact", False)
    ]
    assert check_against_lead(parsed, first_contact_at=same) == ()


def test_a_mapping_is_compared_with_a_file_before_any_row_is_read():
    found = fit(load_mapping(PLAIN), ["Mã", "Họ tên", "Email", "Tuổi"])
    assert found.needed == ()
    assert found.missing == ("Điện thoại", "Ngày", "Kênh", "Nguồn")
    assert found.others == ("Tuổi",)
    assert fit(load_mapping(PLAIN), ["Họ tên"]).needed == ("Mã",)


def test_the_mapping_made_for_a_file_is_found_by_its_headings():
    few, many = (
        Mapping(name, "lead", tuple(Column(c, ("need",)) for c in columns))
        for name, columns in (("few", "a"), ("many", "ab"))
    )
    assert best_fit([few, many], "abc") is many
    assert best_fit([few, many], "ac") is few
    assert best_fit([few, many], "bc") is None


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("format = 1", "format = 2", "unknown_format", 2),
        ("format = 1", "format = = 1", "not_toml", 2),
        ('rows = "lead"', 'rows = "leads"', "unknown_choice", 4),
        ('name = "khach"', "", "missing_entry", 0),
        ('name = "khach"', "name = 5", "wrong_type", 3),
        ('"email"', '"e-mail"', "unknown_field", 13),
        ('"email"', '{ field = "email", requird = true }', "unknown_entry", 13),
        ('"email"', "{}", "column_without_use", 13),
        ('"email"', "7", "wrong_type", 13),
        ('otherwise = "extra"', 'otherwise = "guess"', "unknown_choice", 16),
        ('system = "so_cu"', "", "missing_entry", 7),
        ('source = "Sổ cũ"', 'sauce = "Sổ cũ"', "unknown_field", 20),
        ('rows = "lead"', 'rows = "lead"\nzone = "Asia/Saigon2"', "unknown_zone", 5),
        ('source = "Sổ cũ"', 'channel = "Bồ câu"', "bad_constant", 20),
        ('rows = "lead"', 'rows = "lead"\ncurrency = "đồng"', "unknown_choice", 5),
        ("[constants]", '[[asserts]]\nof = "lead"\nis = "rich"\nat = "arrived_at"\n[constants]', "unknown_choice", 21),
        ("[constants]", '[[asserts]]\nof = "lead"\nis = "mql"\nat = "email"\n[constants]', "unknown_field", 22),
    ],
)
def test_a_mistake_in_a_mapping_is_named_with_its_line(old, new, code, line):
    with pytest.raises(BadMapping) as refused:
        load_mapping(PLAIN.replace(old, new, 1))
    assert (code, line) in [(problem.code, problem.line) for problem in refused.value.problems]


def test_all_mistakes_are_told_at_once():
    with pytest.raises(BadMapping) as refused:
        load_mapping(PLAIN.replace('"email"', '"mail"').replace('"phone"\n', '"tel"\n').replace("format = 1", ""))
    assert [problem.code for problem in refused.value.problems] == ["unknown_format", "unknown_field", "unknown_field"]


TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=20)
COLUMNS = st.builds(
    Column,
    TEXT,
    st.lists(st.sampled_from(sorted(FIELDS["lead"])), min_size=1, max_size=2).map(tuple),
    extra=TEXT,
    required=st.booleans(),
    values=st.dictionaries(TEXT, TEXT, max_size=3),
    otherwise=st.sampled_from(["keep", "extra", "empty", "reject"]),
    pattern=TEXT,
)
MAPPINGS = st.builds(
    Mapping,
    TEXT,
    st.just("lead"),
    st.lists(COLUMNS, max_size=4, unique_by=lambda column: column.heading).map(tuple),
    title=TEXT,
    dates=st.sampled_from(["dmy", "mdy"]),
    anonymous=st.booleans(),
    empty=st.lists(TEXT).map(tuple),
    key=st.none() | st.builds(External, TEXT, TEXT),
    constants=st.dictionaries(st.sampled_from(["source", "need"]), TEXT),
    asserts=st.just((Assertion("lead", "mql", "arrived_at", "x", ("a", "b")),)) | st.just(()),
)


@given(MAPPINGS)
def test_a_mapping_written_down_is_read_back_the_same(mapping):
    assert load_mapping(dump_mapping(mapping)) == mapping


@given(MAPPINGS, st.dictionaries(TEXT, st.text()))
def test_no_row_breaks_a_mapping(mapping, row):
    cells = row | {column.heading: text for column, text in zip(mapping.columns, row.values(), strict=False)}
    parsed = apply(mapping, cells)
    assert set(parsed.values) <= set(FIELDS["lead"])
    assert all(len(str(value)) <= 20_000 for value in parsed.values.values())
