"""A public form that asks for fields of the workspace's own: built, answered, refused, and believed or not."""

import re
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from khoi.capture import services as capture
from khoi.capture.models import Form, Submission
from khoi.custom import services as custom
from khoi.custom.models import CustomField
from khoi.custom.queries import values_of
from khoi.history.rules.actors import SYSTEM
from khoi.kit.refusals import Refusal
from khoi.leads.models import Lead, LeadValue
from khoi.lifecycle import services as lifecycle
from khoi.people.models import Person
from tests.capture.test_form_pages import TYPED
from tests.capture.test_forms import CHI, put, send
from tests.cast import NOW
from tests.lifecycle.conftest import program_of

ASKED = ("warehouse", "pallets", "rent", "until", "size", "needs", "wifi", "map")
SAID = {
    "custom.warehouse": "Kho  Bình",
    "custom.pallets": "1.234,5",
    "custom.rent": "320 triệu",
    "custom.until": "2026-12-31",
    "custom.size": "large",
    "custom.needs": ["scanner", "scale"],
    "custom.wifi": "yes",
    "custom.map": "www.maps.example/a",
}
STANDS = {
    "warehouse": "Kho Bình",
    "pallets": Decimal("1234.5"),
    "rent": 320_000_000,
    "until": date(2026, 12, 31),
    "size": "large",
    "needs": ("scanner", "scale"),
    "wifi": True,
    "map": "https://www.maps.example/a",
}


def add(object_, type_, key, **more):
    return custom.add_field(object_, type=type_, key=key, label=more.pop("label", key), **more, by=SYSTEM, now=NOW)


@pytest.fixture
def form(ready) -> Form:
    for type_, key in (
        *(("text", "warehouse"), ("number", "pallets"), ("money", "rent"), ("date", "until"), ("yes_no", "wifi")),
        ("link", "map"),
    ):
        add("lead", type_, key)
    sizes = [{"label": "Small", "label_vi": "Nhỏ"}, {"label": "Large", "label_vi": "Lớn"}]
    add("lead", "choice", "size", label="Size", label_vi="Cỡ kho", choices=sizes)
    add("lead", "multi_choice", "needs", choices=["Scanner", "Scale"])
    add("person", "date", "birthday")
    asked = [f"custom.{key}" for key in ASKED]
    made = capture.prepare_forms(by=SYSTEM, now=NOW)
    fields = [*made.fields, *({"code": code} for code in asked), {"code": "person.custom.birthday"}]
    return capture.edit_form(made, changes={"fields": fields}, by=SYSTEM, now=NOW)


def own(record):
    return values_of([record]).get(record.pk, {})


def test_every_type_of_answer_becomes_a_typed_value_of_the_lead(client, form):
    assert send(client, form, {**CHI, **SAID, "person.custom.birthday": "1990-05-02"}).status_code == 303
    lead = Lead.objects.get()
    assert own(lead) == STANDS
    assert own(lead.person) == {"birthday": date(1990, 5, 2)}
    assert (lead.claims, Submission.objects.get().payload["custom.needs"]) == ({}, "scanner;scale")


def test_unanswered_fields_stay_empty_and_write_nothing(client, form):
    send(client, form, CHI)
    assert not LeadValue.objects.exists()


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("custom.pallets", "nhiều"),
        ("custom.rent", "5 USD"),
        ("custom.until", "2026-02-31"),
        ("custom.size", "medium"),
        ("custom.needs", ["scanner", "printer"]),
        ("custom.wifi", "maybe"),
        ("custom.map", "javascript:alert(1)"),
        ("custom.warehouse", "k" * 501),
    ],
)
def test_a_bad_answer_is_said_at_its_field_and_keeps_the_rest(client, form, code, text):
    page = send(client, form, {**CHI, **SAID, code: text})
    answers = page.context["answers"]

    assert page.status_code == 422
    assert list(answers.errors) == [code]
    assert 'value="1.234,5"' in page.text or code == "custom.pallets"
    assert "Nguyễn Thị Mai Chi" in page.text
    assert not Lead.objects.exists()


@pytest.mark.parametrize(("code", "text"), [("custom.pallets", "x"), ("custom.size", "medium")])
def test_the_service_refuses_what_the_page_refuses(form, code, text):
    with pytest.raises(Refusal) as refused:
        put(form, {**CHI, code: text})
    assert refused.value.field == code
    assert not Lead.objects.exists()


def test_the_page_offers_the_choices_of_the_field_in_its_language(client, form):
    vietnamese, english = (client.get(f"/f/{form.slug}?lang={code}").text for code in ("vi", "en"))
    assert re.findall(r'<option value="large"[^>]*>([^<]*)', vietnamese + english) == ["Lớn", "Large"]
    assert "Cỡ kho" in vietnamese


def test_a_choice_that_was_closed_is_neither_offered_nor_taken(client, form):
    custom.edit_field(CustomField.objects.get(key="size"), changes={"choices": ["Large"]}, by=SYSTEM, now=NOW)
    assert "Nhỏ" not in client.get(f"/f/{form.slug}?lang=vi").text
    with pytest.raises(Refusal):
        put(form, {**CHI, "custom.size": "small"})


def test_an_archived_field_is_no_longer_asked_even_where_it_was_needed(client, form):
    needed = [*form.fields[:2], {"code": "custom.pallets", "required": True}]
    form = capture.edit_form(form, changes={"fields": needed}, by=SYSTEM, now=NOW)
    assert send(client, form, CHI).status_code == 422
    custom.archive_field(CustomField.objects.get(key="pallets"), by=SYSTEM, now=NOW)
    assert "custom.pallets" not in client.get(f"/f/{form.slug}").text
    assert send(client, form, CHI).status_code == 303


# --- a stranger is believed nothing about somebody we know


@pytest.fixture
def known(form):
    enquiry = lifecycle.Enquiry(
        full_name="Nguyễn Thị Mai Chi",
        emails=("chi@lasen.example",),
        custom={"pallets": Decimal(3)},
        person_custom={"birthday": date(1991, 1, 1)},
    )
    return lifecycle.capture_lead(enquiry, by=SYSTEM, now=NOW)


def test_a_stranger_changes_no_field_of_a_known_person_nor_of_their_other_leads(client, form, known, admin):
    before = own(known.person), own(known.lead)
    send(client, form, {**CHI, "custom.pallets": "9", "person.custom.birthday": "1990-05-02"})
    lead = Lead.objects.latest("id")

    assert (own(known.person), own(known.lead)) == before
    assert (lead.person, own(lead)) == (known.person, {"pallets": Decimal(9)})
    assert lead.claims["custom"] == {"birthday": "1990-05-02"}
    assert "birthday: 2/5/1990" in admin.browser().get(f"/leads/{lead.public_id}/?lang=vi").text


def test_an_empty_field_of_a_known_person_is_not_filled_by_a_stranger_either(client, form):
    person = lifecycle.capture_lead(
        lifecycle.Enquiry(full_name="Chi", emails=("chi@lasen.example",)), by=SYSTEM, now=NOW
    ).person
    send(client, form, {**CHI, "person.custom.birthday": "1990-05-02"})
    assert (own(person), Person.objects.count()) == ({}, 1)


def test_known_and_unknown_are_answered_alike(form, known):
    said = {"name": "Chi", "person.custom.birthday": "1990-05-02"}
    answers = [
        send(Client(), form, {**said, "email": email, "phone": "0901000777"})
        for email in ("chi@lasen.example", "moi@x.example")
    ]
    assert [(one.status_code, one["Location"], one.content) for one in answers[:1]] == [
        (one.status_code, one["Location"], one.content) for one in answers[1:]
    ]


def test_what_was_held_keeps_its_answers_until_it_is_let_in(form, admin):
    put(form, {**CHI, "custom.pallets": "12", "custom.needs": "scale", "homepage": "x"})
    capture.release_submission(Submission.objects.get(), by=admin.by, now=NOW)
    assert own(Lead.objects.get()) == {"pallets": Decimal(12), "needs": ("scale",)}


# --- building


def test_a_marketer_asks_for_own_fields_in_a_form(chi, form):
    browser = chi.browser()
    typed = TYPED | {"ask_custom.size": "required", "place_custom.size": "3", "ask_person.custom.birthday": "asked"}
    assert browser.post("/settings/forms/add/", typed).status_code == 302
    made = Form.objects.get(slug="xem-demo")
    assert made.fields[2:] == [
        {"code": "custom.size", "required": True},
        {"code": "person.custom.birthday", "required": False},
    ]
    shown = browser.get("/settings/forms/xem-demo/edit/").context["form"].initial
    assert (shown["ask_custom.size"], shown["place_custom.size"]) == ("required", 3)


def test_a_program_asks_for_own_fields_that_there_are(admin, form):
    program = program_of(admin)
    body = {
        "slug": "xem",
        "name": "Xem",
        "fields": [{"code": "phone"}, {"code": "custom.size", "required": True}],
        "texts": {"vi": {"title": "Xem", "button": "Gửi", "thanks": "Xong", "consent": "Gọi tôi."}},
    }
    assert program.post("/forms", body).json()["fields"][1] == {"code": "custom.size", "required": True}
    for code, says in (("custom.none", "unknown_field"), ("lead.size", "invalid"), ("custom.Size", "invalid")):
        answer = program.post("/forms", {**body, "slug": "khac", "fields": [{"code": "phone"}, {"code": code}]})
        assert (answer.status_code, answer.json()["code"]) == (422, says)
