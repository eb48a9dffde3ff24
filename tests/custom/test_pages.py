"""Custom fields in the browser: the settings page, the record pages, their forms, and adding a lead."""

import pytest

from khoi.custom.models import CustomField
from khoi.custom.queries import values_of
from khoi.history.models import Act
from khoi.leads.models import Lead
from khoi.pipeline import services as pipeline
from tests.cast import NOW
from tests.custom.test_values import ALL, change

pytestmark = pytest.mark.one_engine


def values(lead):
    return values_of([lead]).get(lead.pk, {})


def form_of(browser, address):
    """The inputs of the form on the page, as the browser would send them."""
    form = browser.get(address).context["form"]
    shown = {f"initial-{name}": value for name, value in browser.get(address).context["hidden"].items()}
    hidden = {name.removeprefix("initial-"): value for name, value in shown.items()}
    sent = {**{name: form.initial.get(name, "") or "" for name in form.fields}, **hidden}
    return {name: value for name, value in sent.items() if value or name != "custom_needs"}  # no box is ticked


def test_an_administrator_adds_renames_and_archives_a_field(ready, admin):
    browser = admin.browser()
    said = {"label_vi": "Loại kho", "type": "choice", "choices": "Own | Kho nhà\nRented", "asked": "never"}
    assert browser.post("/settings/fields/lead/add/", said).status_code == 302
    field = CustomField.objects.get()
    assert (field.key, field.choice_names("vi")) == ("loai_kho", {"own": "Kho nhà", "rented": "Rented"})

    changed = {
        "label": "Kind of warehouse",
        "label_vi": "Loại kho",
        "asked": "asked",
        "choice_own": "Ours",
        "choice_vi_own": "Kho nhà",
        "open_own": "on",
        "choice_rented": "Rented",
        "more": "Shared | Kho chung",
    }
    assert browser.post("/settings/fields/lead/loai_kho/", changed).status_code == 302
    field.refresh_from_db()
    assert [(one["code"], one.get("closed", False)) for one in field.choices] == [
        ("own", False),
        ("rented", True),
        ("shared", False),
    ]
    browser.post("/settings/fields/lead/loai_kho/archive/")
    page = browser.get("/settings/fields/?of=lead&lang=en").content.decode()
    assert "Take back into use" in page
    browser.post("/settings/fields/lead/loai_kho/restore/")
    assert CustomField.objects.of("lead").count() == 1


def test_a_field_without_a_name_or_choices_is_asked_for_them(ready, admin):
    browser = admin.browser()
    said = {"label": "", "label_vi": "", "type": "text", "asked": "never"}
    assert browser.post("/settings/fields/lead/add/", said).status_code == 422
    answer = browser.post("/settings/fields/lead/add/", said | {"label": "Size", "type": "choice"})
    assert answer.status_code == 422
    assert "choices" in answer.context["form"].errors


def test_archiving_says_what_is_kept(program, lead, fields, admin):
    change(program, lead, {"pallets": 3})
    page = admin.browser().get("/settings/fields/lead/pallets/archive/?lang=en").content.decode()
    assert "1 record has a value in it." in page
    assert "Nothing is lost" in page


def test_fields_are_put_in_order(fields, admin):
    admin.browser().post("/settings/fields/lead/pallets/move/", {"to": "up"})
    assert [one.key for one in CustomField.objects.of("lead")][:2] == ["pallets", "warehouse"]
    admin.browser().post("/settings/fields/lead/pallets/move/", {"to": "down"})
    assert [one.key for one in CustomField.objects.of("lead")][:2] == ["warehouse", "pallets"]


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["Warehouse", "12.5", "31 Mar 2027", "Scanner, Printer", "no"]),
        ("vi", ["12,5", "45 tr ₫", "31/3/2027", "không"]),
    ],
)
def test_the_page_of_a_lead_reads_well(program, lead, fields, an, language, words):
    change(program, lead, ALL)
    page = an.browser().get(f"/leads/{lead.public_id}/?lang={language}").content.decode()
    for word in words:
        assert word in page.replace("\N{NO-BREAK SPACE}", " ")


def test_a_link_opens_beside_the_page_and_learns_nothing(program, lead, fields, an):
    change(program, lead, {"map": "https://maps.example/kho"})
    page = an.browser().get(f"/leads/{lead.public_id}/").content.decode()
    assert '<a class="link cut" href="https://maps.example/kho" target="_blank" rel="noopener noreferrer">' in page


def test_values_are_typed_in_the_form_of_a_lead(lead, fields, an):
    browser = an.browser()
    address = f"/leads/{lead.public_id}/edit/"
    typed = {
        "custom_warehouse": "Kho Bình Dương",
        "custom_pallets": "12,5",
        "custom_rent": "45 triệu",
        "custom_contract_ends": "2027-03-31",
        "custom_size": "large",
        "custom_needs": ["scanner", "printer"],
        "custom_has_wifi": "no",
        "custom_map": "www.maps.example/kho",
    }
    answer = browser.post(address, form_of(browser, address) | typed)

    assert answer.status_code == 302
    assert values(lead)["needs"] == ("scanner", "printer")
    assert values(lead)["rent"] == 45_000_000
    assert values(lead)["map"] == "https://www.maps.example/kho"
    assert len(values(lead)) == 8

    before = Act.objects.count()
    again = form_of(browser, address) | {"custom_needs": ["scanner", "printer"]}
    assert browser.post(address, again).status_code == 302
    assert Act.objects.count() == before


def test_what_cannot_be_read_is_said_at_its_input(lead, fields, an):
    browser = an.browser()
    address = f"/leads/{lead.public_id}/edit/"
    answer = browser.post(
        address, form_of(browser, address) | {"custom_pallets": "nhiều", "custom_map": "javascript:alert(1)"}
    )

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"custom_pallets", "custom_map"}
    assert values(lead) == {}


def test_two_people_change_two_fields_in_two_forms_and_both_win(program, lead, fields, an):
    browser = an.browser()
    address = f"/leads/{lead.public_id}/edit/"
    opened = form_of(browser, address)
    change(program, lead, {"pallets": 3})
    assert browser.post(address, opened | {"custom_size": "small"}).status_code == 302
    assert {key: str(value) for key, value in values(lead).items()} == {"pallets": "3", "size": "small"}


def test_two_people_change_one_field_and_the_second_sees_both(program, lead, fields, an):
    browser = an.browser()
    address = f"/leads/{lead.public_id}/edit/"
    opened = form_of(browser, address)
    change(program, lead, {"size": "large"})
    answer = browser.post(address, opened | {"custom_size": "small"})

    assert answer.status_code == 409
    clash = answer.context["form"]["custom_size"].field.clash
    assert (clash["theirs"], clash["mine"]) == ("Large", "Small")
    assert values(lead) == {"size": "large"}


def test_a_closed_choice_stays_where_it_stands_and_is_not_offered_anew(program, lead, fields, admin):
    change(program, lead, {"size": "small"})
    etag = program.get("/fields/lead/size")["ETag"]
    program.patch("/fields/lead/size", {"choices": [{"label": "Large"}]}, if_match=etag)
    other = Lead.objects.get(public_id=program.post("/leads", {"full_name": "Lan"}).json()["id"])
    assert offered_to(admin, lead) == ["", "large", "small"]
    assert offered_to(admin, other) == ["", "large"]


def offered_to(member, lead):
    form = member.browser().get(f"/leads/{lead.public_id}/edit/").context["form"]
    return [code for code, _name in form.fields["custom_size"].choices]


def test_adding_a_lead_asks_what_must_be_asked(add_field, an):
    add_field(label="Warehouse", asked="required")
    add_field("person", label="Zalo", asked="asked")
    add_field(label="Not asked")
    browser = an.browser()
    said = {"full_name": "Lý Văn Tân", "phone": "0912 345 678"}
    assert browser.post("/add/", said).status_code == 422
    more = {"custom_warehouse": "Kho lạnh", "person_custom_zalo": "tan.kho"}
    assert browser.post("/add/", said | more).status_code == 302
    lead = Lead.objects.select_related("person").get()
    assert values(lead) == {"warehouse": "Kho lạnh"}
    assert values(lead.person) == {"zalo": "tan.kho"}
    assert "custom_not_asked" not in browser.get("/add/").context["form"].fields


def test_people_and_accounts_have_their_fields_in_their_forms(add_field, lead, an):
    add_field("person", label="Zalo")
    add_field("account", "number", "Lorries", asked="required")
    browser = an.browser()
    address = f"/people/{lead.person.public_id}/edit/"
    browser.post(address, form_of(browser, address) | {"custom_zalo": "hoa.kho"})
    assert values(lead.person) == {"zalo": "hoa.kho"}

    assert browser.post("/accounts/add/", {"name": "Lá Sen"}).status_code == 422
    made = browser.post("/accounts/add/", {"name": "Lá Sen", "custom_lorries": "3"}, follow=True)
    assert "Lorries" in made.content.decode()
    account = made.context["account"]
    address = f"/accounts/{account.public_id}/edit/"
    browser.post(address, form_of(browser, address) | {"custom_lorries": "4"})
    assert str(values(account)["lorries"]) == "4"


def test_a_deal_is_changed_in_place(add_field, lead, an):
    add_field("opportunity", "multi_choice", "Needs", choices=["Scanner", "Scale"])
    add_field("opportunity", "link", "Offer")
    deal = pipeline.open_opportunity(name="Kho", person=lead.person, owner=an.user, by=an.by, now=NOW)
    browser = an.browser()
    address = f"/pipeline/{deal.public_id}/edit/"
    browser.post(address, {"own": "custom_needs", "custom_needs": ["scale"]})
    browser.post(address, {"own": "custom_offer", "custom_offer": "offers.example/1"})
    assert values(deal) == {"needs": ("scale",), "offer": "https://offers.example/1"}
    page = browser.get(f"/pipeline/{deal.public_id}/").content.decode()
    assert "Scale" in page
    assert 'rel="noopener noreferrer"' in page

    browser.post(address, {"own": "custom_needs"})
    assert values(deal) == {"offer": "https://offers.example/1"}
    assert browser.post(address, {"own": "custom_offer", "custom_offer": "ftp://x"}).status_code == 422
