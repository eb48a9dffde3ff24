"""Columns that fill fields of the workspace's own of the person and of the company a row speaks of."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from khoi.accounts import services as accounts
from khoi.accounts.models import Account, AccountValue
from khoi.capture.models import ImportRun
from khoi.capture.rules.mapping import BadMapping, NewField, dump_mapping, load_mapping
from khoi.capture.services import importing
from khoi.capture.services.importing import ImportRefused
from khoi.custom import services as custom
from khoi.custom.models import CustomField
from khoi.custom.queries import told_of
from khoi.history.models import Act
from khoi.history.rules.actors import SYSTEM
from khoi.history.services import undo_act
from khoi.leads.models import Lead
from khoi.people import services as people
from khoi.people.models import Person, PersonValue
from khoi.team import services as team
from tests.capture.importing import DEALS, LEADS, csv, facts, take
from tests.cast import NOW

OF_LEADS = LEADS + 'Shoe = "person.custom.shoe"\nDiet = "person.custom.diet"\nShoe2 = "person.custom.shoe"\n'
WITHOUT_NUMBER = OF_LEADS.replace('[key]\ncolumn = "ID"\nsystem = "old-crm"\n', "")
BY_COMPANY = DEALS.replace('[join]\ncolumn = "ID"\nsystem = "old-crm"\n', "").replace(
    "[columns]",
    """[columns]
Name = "person_name"
Title = "job_title"
Email = "email"
Shoe = "person.custom.shoe"
Tier = "account.custom.tier"
Until = "account.custom.until"
""",
)
OF_DEALS = BY_COMPANY.replace("[columns]", '[join]\ncolumn = "ID"\nsystem = "old-crm"\n\n[columns]')


def add(object_, type_, key, label="", **more):
    return custom.add_field(object_, type=type_, key=key, label=label or key, **more, by=SYSTEM, now=NOW)


@pytest.fixture
def own(ready):
    add("person", "number", "shoe", "Shoe size", label_vi="Cỡ giày")
    add("person", "multi_choice", "diet", choices=["Vegan", "Halal"])
    add("account", "choice", "tier", "Tier", label_vi="Hạng", choices=["Gold", "Silver"])
    add("account", "date", "until", "Until")


def told(model, **which):
    return told_of(model.objects.all()).get(model.objects.get(**which).pk, {})


def undo(result, by):
    undo_act(Act.objects.get(pk=result.act_id), by=by, now=NOW)


# --- the person of a lead


def test_a_row_of_a_lead_fills_the_fields_of_its_person(own, chi):
    result = take(chi.by, "ID,Name,Shoe,Diet", '7,Lan,"41,5",Halal; vegan', mapping=OF_LEADS)
    assert (result.created, result.problems, result.warnings) == (1, [], [])
    assert told(Person, full_name="Lan") == {"shoe": 41.5, "diet": ["vegan", "halal"]}


def test_the_same_file_again_changes_nothing(own, chi):
    lines = ("ID,Name,Email,Shoe", "7,Lan,lan@sen.example,41", "8,Lan,lan@sen.example,42", "9,Nam,,")
    take(chi.by, *lines, mapping=OF_LEADS)
    before = facts()
    again = take(chi.by, *lines, mapping=OF_LEADS)
    assert (again.unchanged, again.act_id) == (3, None)
    assert facts() == before
    assert told(Person, full_name="Lan") == {"shoe": 41}


def test_a_changed_cell_changes_that_field_alone_and_an_empty_one_nothing(own, chi):
    take(chi.by, "ID,Name,Shoe,Diet", "7,Lan,41,Vegan", mapping=OF_LEADS)
    rows = PersonValue.objects.count()
    result = take(chi.by, "ID,Name,Shoe,Diet", "7,Lan,42,", mapping=OF_LEADS)
    assert (result.updated, PersonValue.objects.count()) == (1, rows)
    assert told(Person, full_name="Lan") == {"shoe": 42, "diet": ["vegan"]}
    undo(result, chi.by)
    assert told(Person, full_name="Lan") == {"shoe": 41, "diet": ["vegan"]}


def test_undoing_the_import_restores_every_fact(own, chi):
    take(chi.by, "ID,Name,Email,Shoe", "7,Lan,lan@sen.example,41", mapping=OF_LEADS)
    before = facts()
    result = take(chi.by, "ID,Name,Email,Shoe,Diet", "7,Lan,lan@sen.example,42,Halal", "8,Nam,,39,", mapping=OF_LEADS)
    undo(result, chi.by)
    assert facts() == before


def test_somebody_known_before_the_lead_has_only_blanks_filled_like_their_name(own, chi):
    lan = people.add_person(full_name="Lan", emails=["lan@sen.example"], by=SYSTEM, now=NOW.replace(year=2025))
    custom.set_values(lan, {"shoe": Decimal(38)}, by=SYSTEM, now=NOW)
    for mapping in (OF_LEADS, WITHOUT_NUMBER):
        take(chi.by, "ID,Name,Email,Shoe,Diet", "7,Lan Anh,lan@sen.example,41,Vegan", mapping=mapping)
    assert told(Person, full_name="Lan") == {"shoe": 38, "diet": ["vegan"]}


def test_a_merged_persons_row_fills_the_survivor(own, chi):
    take(chi.by, "ID,Name,Email", "7,Lan,lan@sen.example", "8,Nam,nam@tre.example", mapping=OF_LEADS)
    lan, nam = Person.objects.get(full_name="Lan"), Person.objects.get(full_name="Nam")
    people.merge_people(lan, loser=nam, by=chi.by, now=NOW)
    take(chi.by, "ID,Email,Shoe,Diet", "8,nam@tre.example,44,", "9,nam@tre.example,,Halal", mapping=OF_LEADS)
    assert told_of(Person.objects.all()) == {lan.pk: {"shoe": 44, "diet": ["halal"]}}


def test_the_first_filled_of_two_columns_counts_and_the_other_becomes_a_note(own, chi):
    take(chi.by, "ID,Name,Shoe,Shoe2", "7,Lan,41,42", "8,Nam,,43", mapping=OF_LEADS)
    assert told(Person, full_name="Lan") == {"shoe": 41}
    assert told(Person, full_name="Nam") == {"shoe": 43}
    assert Lead.objects.get(person__full_name="Lan").extras == {"Shoe2": "42"}


@pytest.mark.parametrize(
    ("heading", "text", "code"), [("Shoe", "lớn", "not_a_number"), ("Diet", "Vegan; Chay", "unknown_own_choice")]
)
def test_a_cell_such_a_field_cannot_take_rejects_its_row(own, chi, heading, text, code):
    result = take(chi.by, f"ID,Name,{heading}", f"7,Lan,{text}", "8,Nam,", mapping=OF_LEADS)
    assert (result.created, result.rejected) == (1, 1)
    assert [(one["code"], one["column"], one["lines"]) for one in result.problems] == [(code, heading, [2])]


def test_a_mapping_may_keep_such_a_cell_as_a_note(own, chi):
    kept = OF_LEADS.replace(
        'Shoe = "person.custom.shoe"', 'Shoe = { field = "person.custom.shoe", otherwise = "extra" }'
    )
    result = take(chi.by, "ID,Name,Shoe", "7,Lan,lớn", mapping=kept)
    assert [one["code"] for one in result.warnings] == ["not_a_number"]
    assert Lead.objects.get().extras == {"Shoe": "lớn"}


def test_a_dry_run_counts_alike_and_changes_nothing(own, chi):
    take(chi.by, "ID,Name,Shoe", "7,Lan,41", mapping=OF_LEADS)
    before, lines = facts(), ("ID,Name,Shoe", "7,Lan,42", "8,Nam,39", "9,Hoa,lớn")
    tried = take(chi.by, *lines, mapping=OF_LEADS, dry_run=True)
    assert facts() == before
    assert take(chi.by, *lines, mapping=OF_LEADS).counts == tried.counts


def test_the_number_of_queries_does_not_grow_with_the_rows(own, chi):
    def asked(lines, mapping, about=""):
        with CaptureQueriesContext(connection) as seen:
            take(chi.by, *lines, mapping=mapping)
        return len([query for query in seen if about in query["sql"]])

    def leads(first, last, shoe):
        return ("ID,Name,Email,Shoe", *(f"{n},A {n},a{n}@sen.example,{shoe}" for n in range(first, last)))

    def deals(last, shoe, tier):
        return ("ID,Deal,Company,Shoe,Tier", *(f"{n},D {n},Sen,{shoe},{tier}" for n in range(last)))

    take(chi.by, *leads(0, 90, 41), mapping=OF_LEADS)
    take(chi.by, *deals(90, 41, "Gold"), mapping=OF_DEALS)
    table = PersonValue._meta.db_table
    assert asked(leads(100, 103, 40), OF_LEADS, table) == asked(leads(200, 260, 40), OF_LEADS, table) > 0
    assert asked(leads(0, 3, 42), OF_LEADS) == asked(leads(0, 60, 43), OF_LEADS)
    assert asked(deals(3, 44, "Silver"), OF_DEALS) == asked(deals(60, 45, "Gold"), OF_DEALS)


def test_a_batch_asks_for_its_own_people_and_companies_alone(own, chi, monkeypatch):
    monkeypatch.setattr("khoi.capture.services.importing.taking.BATCH", 2)
    tables = (PersonValue._meta.db_table, AccountValue._meta.db_table)

    def longest(first, last):
        rows = [f"D {n},Hãng {n},a{n}@sen.example,41,Gold" for n in range(first, last)]
        with CaptureQueriesContext(connection) as seen:
            take(chi.by, "Deal,Company,Email,Shoe,Tier", *rows, mapping=BY_COMPANY)
        return max(len(one["sql"]) for one in seen if any(f'FROM "{name}"' in one["sql"] for name in tables))

    assert longest(100, 104) + 20 > longest(200, 260)


# --- the person and the company of a deal


def test_a_deal_fills_the_fields_of_its_leads_person_and_of_its_company(own, chi):
    take(chi.by, "ID,Name", "7,Lan", mapping=OF_LEADS)
    before, lines = facts(), ("ID,Deal,Company,Shoe,Tier", "7,Bình gốm,Công ty Sen,41,gold")
    result = take(chi.by, *lines, mapping=OF_DEALS)
    assert told(Person, full_name="Lan") == {"shoe": 41}
    assert told(Account, name="Công ty Sen") == {"tier": "gold"}
    again = take(chi.by, *lines, mapping=OF_DEALS)
    assert (result.created, again.unchanged, again.act_id) == (1, 1, None)
    undo(result, chi.by)
    assert facts() == before


def test_a_newer_file_corrects_the_company_and_the_person_of_a_lead(own, chi):
    take(chi.by, "ID,Name", "7,Lan", mapping=OF_LEADS)
    take(chi.by, "ID,Deal,Company,Shoe,Tier", "7,Bình gốm,Sen,41,Gold", mapping=OF_DEALS)
    result = take(chi.by, "ID,Deal,Company,Shoe,Tier", "7,Bình gốm,Sen,42,Silver", mapping=OF_DEALS)
    assert result.updated == 1
    assert (told(Person), told(Account)) == ({"shoe": 42}, {"tier": "silver"})
    undo(result, chi.by)
    assert (told(Person), told(Account)) == ({"shoe": 41}, {"tier": "gold"})


def test_the_history_of_the_person_and_of_the_company_tells_what_the_file_changed(page, chi):
    take(chi.by, "ID,Name", "7,Lan", mapping=OF_LEADS)
    take(chi.by, "ID,Deal,Company,Shoe,Tier", "7,Bình gốm,Sen,41,Gold", mapping=OF_DEALS)
    take(chi.by, "ID,Deal,Company,Shoe,Tier", "7,Bình gốm,Sen,42,Silver", mapping=OF_DEALS)
    for kind, record, words in (
        ("person", Person.objects.get(), ("Cỡ giày", "41", "42")),
        ("account", Account.objects.get(), ("Hạng", "Gold", "Silver")),
    ):
        told_there = page.get(reverse("timemachine:record", args=[kind, record.public_id])).content.decode()
        assert [word for word in words if word not in told_there] == []


def test_of_several_deals_of_one_company_the_first_filled_cell_counts_each_time(own, chi):
    lines = ("Deal,Company,Tier", "Một,Sen,", "Hai,Công ty Sen,Silver", "Ba,Sen,Gold")
    take(chi.by, *lines, mapping=BY_COMPANY)
    assert told(Account) == {"tier": "silver"}
    again = take(chi.by, *lines, mapping=BY_COMPANY)
    assert (again.unchanged, again.act_id) == (3, None)
    take(chi.by, "Deal,Company,Tier", "Một,Sen,", "Hai,Sen,Gold", "Ba,Sen,Silver", mapping=BY_COMPANY)
    assert told(Account) == {"tier": "gold"}


def test_people_of_deals_without_a_lead_have_only_blanks_filled_like_their_title(own, chi):
    lines = ("Deal,Name,Email,Title,Shoe", "Một,Lan,lan@sen.example,,", "Hai,Lan,lan@sen.example,Chủ,41")
    take(chi.by, *lines, mapping=BY_COMPANY)
    assert (told(Person), Person.objects.get().job_title) == ({"shoe": 41}, "Chủ")
    assert take(chi.by, *lines, mapping=BY_COMPANY).act_id is None
    take(chi.by, "Deal,Name,Email,Title,Shoe", "Một,Lan,lan@sen.example,Thợ,42", mapping=BY_COMPANY)
    assert (told(Person), Person.objects.get().job_title) == ({"shoe": 41}, "Chủ")


def test_a_row_that_names_no_company_cannot_say_anything_of_one(own, chi):
    result = take(chi.by, "Deal,Company,Tier,Until", "Một,,Gold,", "Hai,,,31/12/2026", "Ba,,,", mapping=BY_COMPANY)
    assert (result.created, result.rejected) == (1, 2)
    assert [(one["code"], one["column"], one["lines"]) for one in result.problems] == [
        ("no_company", "Tier", [2]),
        ("no_company", "Until", [3]),
    ]


def test_the_company_may_be_a_constant(own, chi):
    take(
        chi.by,
        "Deal,Tier",
        "Một,Gold",
        mapping=BY_COMPANY.replace("[[asserts]]", '[constants]\ncompany = "Sen"\n\n[[asserts]]', 1),
    )
    assert told(Account, name="Sen") == {"tier": "gold"}


@pytest.mark.parametrize(("whose", "tier"), [("binh", "silver"), ("dung", "gold")])
def test_what_stands_at_a_company_out_of_sight_is_not_replaced(own, binh, dung, whose, tier):
    owner = {"binh": binh, "dung": dung}[whose]
    take(SYSTEM, "Deal,Company,Tier", "Một,Sen,Gold", mapping=BY_COMPANY)
    account = Account.objects.get()
    accounts.edit_account(account, changes={"owner": owner.user}, by=SYSTEM, now=NOW)
    lines = ("Deal,Company,Owner,Tier,Until", f"Hai,Sen,{binh.user.email},Silver,31/12/2026")
    with_owner = BY_COMPANY.replace("[columns]", '[columns]\nOwner = "owner"')
    take(binh.by, *lines, mapping=with_owner)
    assert told(Account) == {"tier": tier, "until": "2026-12-31"}
    assert take(binh.by, *lines, mapping=with_owner).act_id is None


# --- what a mapping may say


def test_a_file_of_leads_fills_no_field_of_a_company_and_is_told_so_in_both_languages():
    with pytest.raises(BadMapping) as bad:
        load_mapping(LEADS + 'Tier = "account.custom.tier"\n')
    assert [(problem.code, problem.detail) for problem in bad.value.problems] == [
        ("company_of_lead", "account.custom.tier")
    ]
    refused = [_said_in(language, LEADS + 'Tier = "account.custom.tier"\n') for language in ("en", "vi")]
    assert "a lead has no company record yet" in refused[0]
    assert "lead thì chưa có hồ sơ công ty" in refused[1]


def _said_in(language, mapping):
    with pytest.raises(ImportRefused) as refused:
        take(SYSTEM, "ID,Name,Tier", "7,Lan,Gold", mapping=mapping)
    with translation.override(language):
        return str(refused.value)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("person.custom.shoe", "unknown_own_field"),
        ("account.custom.shoe", "unknown_own_field"),
        ("person.custom.Shoe", "bad_mapping"),
        ("person.custom.", "bad_mapping"),
        ("lead.custom.shoe", "bad_mapping"),
        ("custom.person.custom.shoe", "bad_mapping"),
    ],
)
def test_a_name_that_means_no_field_is_refused_whole(ready, chi, name, code):
    add("opportunity", "number", "shoe")
    with pytest.raises(ImportRefused) as refused:
        take(chi.by, "Deal,Shoe", "Một,41", mapping=BY_COMPANY.replace('"person.custom.shoe"', f'"{name}"'))
    assert refused.value.code == code
    assert f"“{name}”" in str(refused.value)


NEW = (
    LEADS
    + """
Shoe = "person.custom.shoe"
Pallets = "custom.shoe"

[person.custom.shoe]
type = "number"
label = "Shoe size"

[custom.shoe]
type = "text"
label = "Shoe"
"""
)


def test_fields_of_people_that_the_mapping_describes_are_made_and_undone_with_the_import(ready, admin):
    before = facts()
    result = take(admin.by, "ID,Name,Shoe,Pallets", "7,Lan,41,bốn", mapping=NEW)
    made = {(field.object, field.key, field.type, field.label) for field in CustomField.objects.all()}
    assert made == {("person", "shoe", "number", "Shoe size"), ("lead", "shoe", "text", "Shoe")}
    assert (told(Person), told(Lead)) == ({"shoe": 41}, {"shoe": "bốn"})
    undo(result, admin.by)
    assert facts() == before


def test_such_a_mapping_is_written_and_read_back_the_same():
    mapping = load_mapping(NEW)
    assert mapping.makes["person.custom.shoe"] == NewField("number", "Shoe size")
    assert load_mapping(dump_mapping(mapping)) == mapping


def test_a_mistake_in_such_a_description_is_named_with_its_line():
    with pytest.raises(BadMapping) as bad:
        load_mapping(NEW.replace('type = "number"', 'type = "whole"') + "\n[person.shoe]\n")
    assert [(problem.code, problem.where, problem.line > 0) for problem in bad.value.problems] == [
        ("unknown_choice", "person.custom.shoe.type", True),
        ("unknown_entry", "person.shoe", True),
    ]


# --- in the browser and by programs


@pytest.fixture
def page(own, chi, settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(transaction, "on_commit", lambda do, **_: do())
    return chi.browser()


def upload(page, *lines):
    page.post(reverse("capture:imports"), {"file": SimpleUploadedFile("khách.csv", csv(*lines))})
    return reverse("capture:import", args=[ImportRun.objects.latest("id").public_id])


def groups(page, url):
    choices = page.get(url).context["columns"].fields["column_0"].choices
    with translation.override("vi"):
        return {str(label): group for label, group in choices if isinstance(group, list)}


def test_a_heading_that_is_the_label_of_a_persons_field_is_recognised_shown_and_filled(page):
    url = upload(page, "Họ tên;Cỡ giày;Hạng", "Đỗ Thị Lan;41,5;Gold")
    answer = page.get(url)
    assert [heading.use for heading in answer.context["draft"].headings] == [
        "person_name",
        "person.custom.shoe",
        "extra",
    ]
    assert answer.context["draft"].fields[-1] == "Cỡ giày"
    assert answer.context["draft"].shown[0].cells[-1] == "41,5"
    said = {field.html_name: field.value() or "" for field in answer.context["columns"]}
    page.post(url, {**said, "do": "start"})
    while importing.import_next(clock=timezone.now):
        pass
    assert told(Person) == {"shoe": 41.5}


def test_of_two_fields_called_alike_the_leads_own_is_meant(page):
    add("lead", "number", "co_giay_lead", "Cỡ giày")
    draft = page.get(upload(page, "Họ tên;Cỡ giày", "Đỗ Thị Lan;41")).context["draft"]
    assert draft.headings[1].use == "custom.co_giay_lead"


def test_the_fields_of_the_person_and_the_company_stand_in_groups_of_their_own(page):
    url = upload(page, "Họ tên", "Đỗ Thị Lan")
    assert groups(page, url)["Trường riêng của người liên hệ"][0] == ("person.custom.shoe", "Cỡ giày")
    assert "Trường riêng của công ty" not in groups(page, url)

    page.post(url, {"do": "read", "layout": "olist-deals"})
    found = groups(page, url)
    assert found["Trường riêng của công ty"][0] == ("account.custom.tier", "Hạng")
    assert [code for code, _ in found["Trường riêng của người liên hệ"]] == ["person.custom.shoe", "person.custom.diet"]


@pytest.mark.parametrize(
    ("mapping", "answer"),
    [
        (OF_LEADS, (202, None)),
        (OF_LEADS.replace("custom.diet", "custom.died"), (422, "unknown_own_field")),
        (OF_LEADS.replace("person.custom", "account.custom"), (422, "bad_mapping")),
    ],
)
def test_a_program_sends_a_mapping_with_a_persons_fields(page, chi, mapping, answer):
    _, key = team.issue_token(chi.user, name="Nạp", scopes=("read", "write"), by=chi.by, now=NOW)
    file = SimpleUploadedFile("x.csv", csv("ID,Name,Shoe", "7,Lan,41"))
    sent = Client(headers={"authorization": f"Bearer {key}"}).post("/api/imports", {"file": file, "mapping": mapping})
    assert (sent.status_code, sent.json().get("code")) == answer
    while importing.import_next(clock=timezone.now):
        pass
    assert list(told_of(Person.objects.all()).values()) == ([{"shoe": 41}] if answer[0] == 202 else [])
