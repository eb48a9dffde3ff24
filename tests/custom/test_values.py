"""Values through the API: typed, kept, told with their history, undone, and safe when two people write at once."""

import json
from decimal import Decimal

from khoi.custom import services as custom
from khoi.custom.queries import values_of
from khoi.history.models import Act
from khoi.leads.models import LeadValue
from khoi.people import services as people
from khoi.people.models import Person
from khoi.timemachine.queries.dump import canonical
from tests.cast import NOW
from tests.history.conftest import take_back as undo
from tests.lifecycle.conftest import program_of

ALL = {
    "warehouse": "Kho Bình Dương",
    "pallets": 12.5,
    "rent": 45_000_000,
    "contract_ends": "2027-03-31",
    "size": "large",
    "needs": ["scanner", "printer"],
    "has_wifi": False,
    "map": "https://maps.example/kho",
}


def read(program, lead):
    answer = program.get(f"/leads/{lead.public_id}")
    return answer.json()["custom"], answer["ETag"]


def change(program, lead, values, etag=None):
    etag = etag or read(program, lead)[1]
    return program.patch(f"/leads/{lead.public_id}", {"custom": values}, if_match=etag)


def test_each_type_is_written_and_read_as_it_is(program, lead, fields):
    assert change(program, lead, ALL).json()["custom"] == ALL
    assert read(program, lead)[0] == ALL


def test_null_empties_a_value_and_the_others_stay(program, lead, fields):
    change(program, lead, ALL)
    change(program, lead, {"pallets": None, "needs": [], "warehouse": "  "})
    gone = {"pallets", "needs", "warehouse"}
    assert read(program, lead)[0] == {key: value for key, value in ALL.items() if key not in gone}


#: key, value → why it is refused
WRONG = [
    ("warehouse", 3, "not_text"),
    ("warehouse", "x" * 501, "too_long"),
    ("pallets", "3", "not_a_number"),
    ("pallets", 0.00001, "not_a_number"),
    ("pallets", True, "not_a_number"),
    ("rent", 1.5, "not_money"),
    ("contract_ends", "31/03/2027", "not_a_date"),
    ("size", "huge", "unknown_choice"),
    ("needs", "scanner", "not_a_list"),
    ("needs", ["scanner", "horse"], "unknown_choice"),
    ("has_wifi", "yes", "not_yes_or_no"),
    ("map", "javascript:alert(1)", "not_a_link"),
    ("unheard_of", 1, "unknown_field"),
]


def test_a_wrong_value_is_refused_at_its_field_and_nothing_is_written(program, lead, fields):
    for key, value, code in WRONG:
        answer = change(program, lead, {"size": "small", key: value} if key != "size" else {key: value})

        assert answer.status_code == 422, (key, value)
        assert answer.json()["errors"][0]["field"] == f"custom.{key}"
        assert answer.json()["code"] == code, (key, value)
        assert read(program, lead)[0] == {}, (key, value)


def test_a_lead_comes_in_with_its_values(program, fields):
    answer = program.post("/leads", {"full_name": "Lan", "phones": ["0987654321"], "custom": ALL})
    assert answer.status_code == 201
    assert answer.json()["custom"] == ALL


def test_the_same_values_again_leave_no_trace(program, lead, fields):
    change(program, lead, ALL)
    before = Act.objects.count()
    change(program, lead, ALL)
    assert Act.objects.count() == before


def test_edits_of_two_fields_both_win(program, lead, fields):
    _, etag = read(program, lead)
    first = change(program, lead, {"size": "small"}, etag)
    second = change(program, lead, {"pallets": 3}, etag)

    assert (first.status_code, second.status_code) == (200, 200)
    assert read(program, lead)[0] == {"size": "small", "pallets": 3}


def test_edits_of_one_field_clash_and_nothing_is_written(program, lead, fields):
    change(program, lead, {"pallets": 1})
    _, etag = read(program, lead)
    change(program, lead, {"pallets": 2}, etag)
    clash = change(program, lead, {"pallets": 3, "size": "small"}, etag)

    assert clash.status_code == 409
    assert clash.json()["conflicts"] == {"custom.pallets": {"mine": 3, "theirs": 2, "base": 1}}
    assert read(program, lead)[0] == {"pallets": 2}


def test_choices_added_by_two_people_clash(program, lead, fields):
    change(program, lead, {"needs": ["scale"]})
    _, etag = read(program, lead)
    change(program, lead, {"needs": ["scale", "scanner"]}, etag)
    clash = change(program, lead, {"needs": ["scale", "printer"]}, etag)

    told = {"mine": ["scale", "printer"], "theirs": ["scanner", "scale"], "base": ["scale"]}
    assert clash.json()["conflicts"] == {"custom.needs": told}


def test_a_value_and_a_field_of_the_lead_go_together(program, lead, fields):
    _, etag = read(program, lead)
    change(program, lead, {"size": "small"}, etag)
    answer = program.patch(f"/leads/{lead.public_id}", {"need": "Kho lạnh"}, if_match=etag)
    assert answer.status_code == 200


def test_a_first_value_taken_back_does_not_hide_a_clash(program, lead, fields):
    _, before = read(program, lead)
    change(program, lead, {"size": "small"})
    _, etag = read(program, lead)
    undo(Act.objects.latest("id"))
    assert change(program, lead, {"size": "large"}, etag).status_code == 409
    assert change(program, lead, {"size": "large"}, before).status_code == 200


def test_history_tells_each_change_with_the_name_of_its_field(program, lead, fields, an):
    change(program, lead, {"rent": 45_000_000, "needs": ["scale"]})
    change(program, lead, {"rent": 50_000_000})
    page = an.browser().get(f"/history/of/lead/{lead.public_id}/?lang=en").content.decode()

    assert "Rent" in page
    assert "45,000,000" in page
    assert "50,000,000" in page
    assert "Needs" in page
    assert "Scale" in page


def test_the_act_tells_programs_the_key_and_both_values(program, lead, fields):
    change(program, lead, {"pallets": 1})
    change(program, lead, {"pallets": 2.5})
    told = program.get(f"/acts/{Act.objects.latest('id').pk}").json()
    assert told["rows"][0]["fields"] == [{"field": "custom.pallets", "before": 1, "after": 2.5}]


def test_undo_brings_the_value_before_back(program, lead, fields):
    change(program, lead, {"pallets": 1, "size": "small"})
    change(program, lead, {"pallets": 2})
    undo(Act.objects.latest("id"))
    assert read(program, lead)[0] == {"pallets": 1, "size": "small"}


def test_undo_of_one_field_leaves_a_later_change_of_another(program, lead, fields):
    change(program, lead, {"pallets": 1})
    first = Act.objects.latest("id")
    change(program, lead, {"size": "small"})
    undo(first)
    assert read(program, lead)[0] == {"size": "small"}


def test_the_canonical_dump_knows_the_past(program, lead, fields, admin):
    person = Person.objects.get()
    with_values = [line for line in canonical() if "lead_value" in line]
    assert with_values == []
    custom.set_values(lead, {"size": "small"}, by=admin.by, now=NOW)
    assert [json.loads(line)["code"] for line in canonical() if "lead_value" in line] == ["small"]
    assert [line for line in canonical(NOW.replace(year=2025)) if "lead_value" in line] == []
    assert LeadValue.objects.get().person_id == person.pk


def test_people_accounts_and_deals_have_fields_too(program, lead, add_field):
    add_field("person", label="Zalo")
    add_field("account", "number", "Lorries")
    add_field("opportunity", "date", "Delivery")
    person = program.get(f"/people/{lead.person.public_id}")
    answer = program.patch(f"/people/{lead.person.public_id}", {"custom": {"zalo": "hoa.kho"}}, if_match=person["ETag"])
    account = program.post("/accounts", {"name": "Bao bì Lá Sen", "custom": {"lorries": 3}})
    body = {"person": str(lead.person.public_id), "name": "Kho", "custom": {"delivery": "2027-01-02"}}
    deal = program.post("/opportunities", body)

    assert answer.json()["custom"] == {"zalo": "hoa.kho"}
    assert account.json()["custom"] == {"lorries": 3}
    assert deal.json()["custom"] == {"delivery": "2027-01-02"}
    for path in ("/people", "/accounts", "/opportunities"):
        assert program.get(path).json()["items"][0]["custom"]


def test_a_stranger_neither_reads_nor_writes_a_value(program, lead, fields, dung):
    change(program, lead, ALL)
    hers = program_of(dung)
    assert hers.get(f"/leads/{lead.public_id}").status_code == 404
    assert hers.patch(f"/leads/{lead.public_id}", {"custom": {"size": "small"}}, if_match='"1"').status_code == 404


def test_a_list_reads_the_values_of_all_its_rows_at_once(program, lead, fields, django_assert_max_num_queries):
    for number in range(20):
        program.post("/leads", {"full_name": f"L{number}", "phones": [f"09870000{number:02}"], "custom": ALL})
    with django_assert_max_num_queries(25):
        items = program.get("/leads").json()["items"]
    assert sum(1 for item in items if item["custom"] == ALL) == 20


def test_of_two_who_became_one_the_survivors_values_hold(program, lead, add_field, an, admin):
    add_field("person", label="Zalo")
    add_field("person", "yes_no", "Smokes")
    add_field("person", "number", "Children")
    other = people.add_person(full_name="Hoa Kho", by=an.by, now=NOW)
    stays = lead.person
    custom.set_values(stays, {"zalo": "hoa", "smokes": False}, by=an.by, now=NOW)
    custom.set_values(other, {"zalo": "kho", "smokes": True, "children": Decimal(2)}, by=an.by, now=NOW)
    before = list(canonical())
    merged = people.merge_people(stays, loser=other, by=admin.by, now=NOW)

    assert values_of([stays])[stays.pk] == {"zalo": "hoa", "smokes": False, "children": Decimal(2)}
    custom.set_values(stays, {"smokes": None, "children": Decimal(3)}, by=an.by, now=NOW)
    assert values_of([stays])[stays.pk] == {"zalo": "hoa", "children": Decimal(3)}
    undo(Act.objects.latest("id"))
    undo(merged.act or Act())
    assert list(canonical()) == before


def test_a_leads_values_go_to_the_person_it_goes_to(program, lead, fields, an, admin):
    change(program, lead, {"size": "small"})
    other = people.add_person(full_name="Hoa Kho", by=an.by, now=NOW)
    people.merge_people(other, loser=lead.person, by=admin.by, now=NOW)
    assert LeadValue.objects.get().person_id == other.pk
