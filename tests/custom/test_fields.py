"""Fields are added, renamed and archived; keys and values outlive all of it."""

import pytest

from khoi.custom import services as custom
from khoi.custom.models import CustomField
from khoi.history.rules.actors import SYSTEM
from khoi.kit.refusals import Refusal
from tests.cast import NOW


def test_a_program_adds_a_field_and_reads_it_back(program):
    body = {
        "object": "lead",
        "type": "choice",
        "label": "Warehouse kind",
        "label_vi": "Loại kho",
        "choices": [{"label": "Own", "label_vi": "Kho nhà"}, {"label": "Rented"}],
        "in_lists": True,
    }
    made = program.post("/fields", body)

    assert made.status_code == 201
    assert made.json()["key"] == "warehouse_kind"
    assert [choice["code"] for choice in made.json()["choices"]] == ["own", "rented"]
    assert program.get("/fields?object=lead").json()["items"] == [made.json()]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"label": "  "}, "required"),
        ({"type": "choice"}, "choices_needed"),
        ({"choices": [{"label": "A"}]}, "no_choices_here"),
        ({"type": "choice", "choices": [{"label": "Kho"}, {"label": "KHO"}]}, "choice_said_twice"),
        ({"type": "money", "currency": "ABC"}, "unknown_currency"),
        ({"key": "warehouse"}, "name_taken"),
        ({"key": "_x"}, "not_a_key"),
        ({"type": "picture"}, "invalid"),
    ],
)
def test_a_field_that_cannot_be_says_why(program, add_field, more, code):
    add_field()
    answer = program.post("/fields", {"object": "lead", "type": "text", "label": "Kho", **more})
    assert (answer.status_code, answer.json()["code"]) == (422, code)


def test_two_fields_of_one_name_have_two_keys(add_field):
    assert [add_field().key, add_field().key, add_field("person").key] == ["warehouse", "warehouse_2", "warehouse"]


def test_a_choice_left_out_is_closed_and_keeps_its_values(program, lead, fields):
    path = f"/leads/{lead.public_id}"
    program.patch(path, {"custom": {"size": "small"}}, if_match=program.get(path)["ETag"])
    etag = program.get("/fields/lead/size")["ETag"]
    answer = program.patch("/fields/lead/size", {"choices": [{"label": "Large"}, {"label": "Huge"}]}, if_match=etag)

    assert [(one["code"], one["closed"]) for one in answer.json()["choices"]] == [
        ("large", False),
        ("huge", False),
        ("small", True),
    ]
    assert program.get(path).json()["custom"] == {"size": "small"}


def test_a_choice_may_be_renamed_under_its_code(program, fields):
    etag = program.get("/fields/lead/size")["ETag"]
    renamed = [{"code": "small", "label": "Up to 100 m²"}, {"code": "large", "label": "Above"}]
    answer = program.patch("/fields/lead/size", {"choices": renamed}, if_match=etag)
    assert [one["label"] for one in answer.json()["choices"]] == ["Up to 100 m²", "Above"]


def test_an_archived_field_hides_its_values_and_loses_none(program, lead, fields):
    path = f"/leads/{lead.public_id}"
    program.patch(path, {"custom": {"pallets": 7}}, if_match=program.get(path)["ETag"])
    etag = program.get("/fields/lead/pallets")["ETag"]
    program.patch("/fields/lead/pallets", {"archived": True}, if_match=etag)

    assert program.get(path).json()["custom"] == {}
    write = program.patch(path, {"custom": {"pallets": 8}}, if_match=program.get(path)["ETag"])
    assert write.json()["code"] == "unknown_field"
    assert "pallets" not in [one["key"] for one in program.get("/fields").json()["items"]]

    etag = program.get("/fields/lead/pallets")["ETag"]
    program.patch("/fields/lead/pallets", {"archived": False}, if_match=etag)
    assert program.get(path).json()["custom"] == {"pallets": 7}


def test_fields_stand_in_the_order_somebody_gave_them(fields):
    custom.move_field(fields["map"], before=fields["pallets"], by=SYSTEM, now=NOW)
    custom.move_field(fields["warehouse"], before=None, by=SYSTEM, now=NOW)
    assert [one.key for one in CustomField.objects.of("lead")][:3] == ["map", "pallets", "rent"]
    assert [one.key for one in CustomField.objects.of("lead")][-1] == "warehouse"


def test_money_is_of_the_workspace_unless_named(add_field):
    assert add_field(type_="money").currency == "VND"
    assert add_field(type_="money", currency="USD").currency == "USD"


def test_nobody_makes_more_fields_than_a_page_holds(add_field):
    for number in range(100):
        add_field(label=f"F{number}")
    with pytest.raises(Refusal) as refused:
        add_field(label="One more")
    assert refused.value.code == "too_many_fields"
