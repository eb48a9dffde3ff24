"""Columns that fill fields of the workspace's own: typed, rejected cell by cell, made on the way, and taken back."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from khoi.capture.models import ImportRun
from khoi.capture.rules.mapping import BadMapping, NewField, dump_mapping, guess_type, load_mapping
from khoi.capture.services import importing
from khoi.capture.services.importing import ImportRefused
from khoi.custom import services as custom
from khoi.custom.models import CustomField
from khoi.custom.queries import told_of, values_of
from khoi.history.models import Act
from khoi.history.rules.actors import SYSTEM
from khoi.history.services import undo_act
from khoi.leads.models import Lead
from khoi.pipeline.models import Opportunity
from khoi.team import services as team
from tests.capture.importing import DEALS, LEADS, csv, facts, take
from tests.cast import NOW

HEADS = "ID,Name,Phone,Pallets,Rent,Until,Size,Needs,Wifi,Map,Warehouse"
ROW = '7,Lan,0912345678,"1.234,5",320 triệu,31/12/2026,lớn,Scanner; Cân,có,www.maps.example/a,Kho  Bình'
OWN = (
    LEADS
    + """
Pallets = "custom.pallets"
Rent = "custom.rent"
Until = "custom.until"
Size = "custom.size"
Needs = "custom.needs"
Wifi = "custom.wifi"
Map = "custom.map"
Warehouse = "custom.warehouse"
"""
)
NEW = (
    LEADS
    + """
Pallets = "custom.pallets"
Size = "custom.size"

[custom.pallets]
type = "number"
label = "Pallets"

[custom.size]
type = "choice"
label = "Cỡ kho"
choices = ["Nhỏ", "Lớn"]
"""
)
STANDS = {
    "pallets": Decimal("1234.5"),
    "rent": 320_000_000,
    "until": date(2026, 12, 31),
    "size": "large",
    "needs": ("scanner", "scale"),
    "wifi": True,
    "map": "https://www.maps.example/a",
    "warehouse": "Kho Bình",
}


def add(object_, type_, key, label="", **more):
    return custom.add_field(object_, type=type_, key=key, label=label or key, **more, by=SYSTEM, now=NOW)


@pytest.fixture
def own(ready):
    for type_, key in (
        *(("number", "pallets"), ("money", "rent"), ("date", "until"), ("yes_no", "wifi"), ("link", "map")),
        ("text", "warehouse"),
    ):
        add("lead", type_, key)
    add(
        "lead", "choice", "size", choices=[{"label": "Small", "label_vi": "Nhỏ"}, {"label": "Large", "label_vi": "Lớn"}]
    )
    add("lead", "multi_choice", "needs", choices=["Scanner", {"label": "Scale", "label_vi": "Cân"}])


def values():
    return values_of(Lead.objects.all()).get(Lead.objects.latest("id").pk, {})


def test_a_row_fills_each_type_as_vietnamese_files_write_it(own, an):
    result = take(an.by, HEADS, ROW, mapping=OWN)
    assert (result.created, result.problems, result.warnings) == (1, [], [])
    assert values() == STANDS


def test_the_same_file_again_changes_nothing(own, an):
    take(an.by, HEADS, ROW, mapping=OWN)
    before = facts()
    again = take(an.by, HEADS, ROW, mapping=OWN)
    assert (again.unchanged, again.act_id) == (1, None)
    assert facts() == before


def test_a_newer_file_changes_what_differs_and_an_empty_cell_empties_nothing(own, an):
    take(an.by, HEADS, ROW, mapping=OWN)
    result = take(an.by, "ID,Name,Phone,Pallets,Size", "7,Lan,0912345678,80,", mapping=OWN)
    assert result.updated == 1
    assert values() == {**STANDS, "pallets": Decimal(80)}


def test_a_lead_known_by_its_person_has_only_blanks_filled(own, an):
    without_key = OWN.replace('[key]\ncolumn = "ID"\nsystem = "old-crm"\n', "")
    take(an.by, "Name,Phone,Pallets", "Lan,0912345678,3", mapping=without_key)
    result = take(an.by, "Name,Phone,Pallets,Size", "Lan,0912345678,9,lớn", mapping=without_key)
    assert result.updated == 1
    assert values() == {"pallets": Decimal(3), "size": "large"}


@pytest.mark.parametrize(
    ("heading", "text", "code"),
    [
        ("Pallets", "nhiều", "not_a_number"),
        ("Rent", "5 USD", "not_money"),
        ("Until", "31/02/2026", "not_a_date"),
        ("Size", "Vừa", "unknown_own_choice"),
        ("Needs", "Scanner; Máy in", "unknown_own_choice"),
        ("Wifi", "chưa rõ", "not_yes_or_no"),
        ("Map", "javascript:alert(1)", "not_a_link"),
        ("Warehouse", "k" * 501, "longer_than_field"),
    ],
)
def test_a_cell_a_field_cannot_take_rejects_its_row_with_one_reason(own, an, heading, text, code):
    result = take(an.by, f"ID,Name,{heading}", f"7,Lan,{text}", "8,Nam,", mapping=OWN)
    assert (result.created, result.rejected) == (1, 1)
    assert [(one["code"], one["column"], one["lines"]) for one in result.problems] == [(code, heading, [2])]


@pytest.mark.parametrize(("otherwise", "extras"), [("extra", {"Pallets": "nhiều"}), ("empty", {})])
def test_a_mapping_may_keep_or_drop_such_a_cell(own, an, otherwise, extras):
    kept = OWN.replace(
        'Pallets = "custom.pallets"', f'Pallets = {{ field = "custom.pallets", otherwise = "{otherwise}" }}'
    )
    assert take(an.by, "ID,Name,Pallets", "7,Lan,nhiều", mapping=kept).created == 1
    assert (values(), Lead.objects.get().extras) == ({}, extras)


def test_fields_the_mapping_describes_are_made_and_undone_with_the_import(ready, admin):
    before = facts()
    result = take(admin.by, "ID,Name,Pallets,Size", "7,Lan,12,lớn", "8,Nam,,NHỎ", mapping=NEW)
    made = {field.key: (field.type, field.label) for field in CustomField.objects.of("lead")}
    assert made == {"pallets": ("number", "Pallets"), "size": ("choice", "Cỡ kho")}
    assert sorted(map(str, told_of(Lead.objects.all()).values())) == [
        "{'pallets': 12, 'size': 'lon'}",
        "{'size': 'nho'}",
    ]

    undo_act(Act.objects.get(pk=result.act_id), by=admin.by, now=NOW)
    assert facts() == before


def test_fields_that_are_there_already_are_filled_and_stay(ready, admin):
    take(admin.by, "ID,Name,Pallets,Size", "7,Lan,12,lớn", mapping=NEW)
    second = take(admin.by, "ID,Name,Pallets,Size", "7,Lan,13,nhỏ", mapping=NEW)
    assert CustomField.objects.count() == 2
    undo_act(Act.objects.get(pk=second.act_id), by=admin.by, now=NOW)
    assert values() == {"pallets": Decimal(12), "size": "lon"}


def test_a_dry_run_makes_no_field(ready, admin):
    before = facts()
    assert take(admin.by, "ID,Name,Pallets,Size", "7,Lan,12,lớn", mapping=NEW, dry_run=True).created == 1
    assert facts() == before


def test_only_who_may_make_fields_makes_them_by_a_file(ready, chi):
    with pytest.raises(ImportRefused) as refused:
        take(chi.by, "ID,Name,Pallets,Size", "7,Lan,12,lớn", mapping=NEW)
    assert refused.value.code == "may_not_make_fields"
    assert not Lead.objects.exists()


@pytest.mark.parametrize("case", ["unknown_own_field", "own_field_archived", "own_field_differs"])
def test_a_mapping_that_names_no_usable_field_is_refused_whole(ready, admin, case):
    if case != "unknown_own_field":
        field = add("lead", "text", "pallets")
        if case == "own_field_archived":
            custom.archive_field(field, by=SYSTEM, now=NOW)
    mapping = OWN if case == "unknown_own_field" else NEW
    with pytest.raises(ImportRefused) as refused:
        take(admin.by, "ID,Name,Pallets,Size", "7,Lan,12,lớn", mapping=mapping)
    assert refused.value.code == case


def test_a_deal_fills_its_own_fields(ready, admin):
    add("opportunity", "number", "pallets")
    mapping = DEALS.replace('Deal = "name"', 'Deal = "name"\nPallets = "custom.pallets"').replace(
        '[join]\ncolumn = "ID"\nsystem = "old-crm"\n', ""
    )
    lines = ("Deal,Company,Pallets", "Kho một,Sen,5", "Kho hai,Sen,nhiều")
    assert (take(admin.by, *lines, mapping=mapping).created, take(admin.by, *lines, mapping=mapping).unchanged) == (
        1,
        1,
    )
    assert told_of(Opportunity.objects.all()) == {Opportunity.objects.get().pk: {"pallets": 5}}


def test_a_mapping_with_new_fields_is_written_and_read_back_the_same():
    mapping = load_mapping(NEW)
    assert mapping.makes["custom.size"] == NewField("choice", "Cỡ kho", ("Nhỏ", "Lớn"))
    assert load_mapping(dump_mapping(mapping)) == mapping


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ('"custom.pallets"', '"custom.Pallets"', "unknown_field"),
        ('"custom.pallets"', '"custom."', "unknown_field"),
        ('type = "number"', 'type = "whole"', "unknown_choice"),
        ('choices = ["Nhỏ", "Lớn"]', "", "missing_entry"),
        ('label = "Pallets"', 'label = "Pallets"\nsize = 3', "unknown_entry"),
    ],
)
def test_a_mistake_about_a_field_is_named(old, new, code):
    with pytest.raises(BadMapping) as bad:
        load_mapping(NEW.replace(old, new, 1))
    assert [problem.code for problem in bad.value.problems] == [code]


@pytest.mark.parametrize(
    ("texts", "type_"),
    [
        (["12", "1.234,5", ""], "number"),
        (["31/12/2026", "2026-01-05"], "date"),
        (["320 triệu", "1,2 tỷ"], "money"),
        (["có", "Không", "có"], "yes_no"),
        (["https://a.example/x", "www.b.example"], "link"),
        (["Nhỏ", "Lớn", "nhỏ", "lớn", "Nhỏ"], "choice"),
        (["Cân; Máy in", "cân", "máy in; Cân"], "multi_choice"),
        (["0912345678", "0912345679"], "text"),
        (["trồng sen", "nuôi cá"], "text"),
        (["80 m2", "120 m2"], "text"),
        (["12 đ", "$5"], "text"),
        (["1.200.000 đ", "900.000 VND"], "money"),
        ([], "text"),
    ],
)
def test_the_type_is_guessed_from_the_cells(texts, type_):
    assert guess_type(texts, language="vi", currency="VND", order="dmy") == type_


# --- in the browser

TABLE = csv(
    "Họ tên;SĐT;Số pallet;Cỡ kho;Ghi riêng",
    "Đỗ Thị Lan;0912345678;12;Nhỏ;a",
    "Vũ Văn Nam;0912345679;1.200;Lớn;b",
    "Bùi Thị Hoa;0912345670;;nhỏ;c",
    "Lê Văn Tư;0912345671;7;Lớn;d",
)


@pytest.fixture
def page(ready, admin, settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(transaction, "on_commit", lambda do, **_: do())
    return admin.browser()


def upload(page):
    page.post(reverse("capture:imports"), {"file": SimpleUploadedFile("khách.csv", TABLE)})
    return ImportRun.objects.latest("id")


def chosen(page, run, do, **changes):
    url = reverse("capture:import", args=[run.public_id])
    said = {field.html_name: field.value() or "" for field in page.get(url).context["columns"]}
    return page.post(url, {**said, "do": do, **changes}, follow=True)


def work():
    while importing.import_next(clock=timezone.now):
        pass


def offered(page, run, place):
    form = page.get(reverse("capture:import", args=[run.public_id])).context["columns"]
    return [code for _, group in form.fields[f"column_{place}"].choices if isinstance(group, list) for code, _ in group]


def test_the_page_offers_new_fields_with_the_type_the_cells_look_like(page):
    run = upload(page)
    first = [next(code for code in offered(page, run, place) if code.startswith("new.")) for place in (2, 3, 4)]
    assert first == ["new.number", "new.choice", "new.text"]


def test_new_fields_are_shown_made_and_known_by_their_heading_the_next_time(page):
    run = upload(page)
    answer = chosen(page, run, "show", column_2="new.number", column_3="new.choice")
    draft = answer.context["draft"]
    assert draft.fields[-2:] == ("Số pallet", "Cỡ kho")
    assert draft.shown[1].cells[-2:] == ("1.200", "Lớn")
    assert not CustomField.objects.exists()

    chosen(page, run, "start")
    work()
    assert [field.choices for field in CustomField.objects.of("lead")][1] == [
        {"code": "nho", "label": "Nhỏ", "label_vi": ""},
        {"code": "lon", "label": "Lớn", "label_vi": ""},
    ]
    assert {"so_pallet": 12, "co_kho": "nho"} in told_of(Lead.objects.all()).values()

    second = upload(page)
    uses = [
        heading.use
        for heading in page.get(reverse("capture:import", args=[second.public_id])).context["draft"].headings
    ]
    assert uses == ["person_name", "phone", "custom.so_pallet", "custom.co_kho", "extra"]
    chosen(page, second, "start")
    work()
    second.refresh_from_db()
    assert (second.counts["unchanged"], CustomField.objects.count()) == (4, 2)


def test_a_column_of_many_different_texts_offers_no_choices(page, monkeypatch):
    monkeypatch.setattr("khoi.capture.forms.importing.MOST", 1)
    answer = chosen(page, upload(page), "show", column_3="new.choice")
    assert answer.status_code == 422
    assert "column_3" in answer.context["columns"].errors


def test_who_may_not_make_fields_is_offered_the_present_ones_alone(page, chi):
    add("lead", "text", "hang", "Hàng")
    browser = chi.browser()
    codes = offered(browser, upload(browser), 2)
    assert "custom.hang" in codes
    assert not [code for code in codes if code.startswith("new.")]


@pytest.mark.parametrize(
    ("mapping", "answer"), [(NEW, (202, None)), (OWN, (422, "unknown_own_field")), ("format = 2", (422, "bad_mapping"))]
)
def test_a_program_sends_a_mapping_with_fields(page, admin, mapping, answer):
    _, key = team.issue_token(admin.user, name="Nạp", scopes=("read", "write"), by=admin.by, now=NOW)
    file = SimpleUploadedFile("x.csv", csv("ID,Name,Pallets,Size", "7,Lan,12,Lớn"))
    sent = Client(headers={"authorization": f"Bearer {key}"}).post("/api/imports", {"file": file, "mapping": mapping})
    assert (sent.status_code, sent.json().get("code")) == answer
    work()
    assert list(told_of(Lead.objects.all()).values()) == ([{"pallets": 12, "size": "lon"}] if answer[0] == 202 else [])
