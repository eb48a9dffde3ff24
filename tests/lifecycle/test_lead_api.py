"""A lead through the API: brought in once, explained, changed against its version, recognised by its id elsewhere."""

import json
from typing import get_args

import pytest
from pydantic_core.core_schema import ErrorType

from khoi.history.models import Act, Change
from khoi.leads.models import Lead
from khoi.people.models import Person
from khoi.routing.models import RoutingRule, Share
from khoi.team.api.wording import SENTENCES
from tests.cast import acting
from tests.lifecycle.conftest import program_of

CHI = {
    "full_name": "Nguyễn Thị Mai Chi",
    "emails": ["chi@lasen.example"],
    "phones": ["0901 000 123"],
    "company_name": "Bao bì Lá Sen",
    "employees": 45,
    "source": "landing_page",
    "touch": "price_request",
}


@pytest.fixture
def an_is_next(ready, an):
    with acting():
        Share.objects.create(rule=RoutingRule.objects.get(), user=an.user)


def test_a_lead_comes_in_and_says_why_it_is_where_it_is(program, an, an_is_next):
    answer = program.post("/leads", CHI)
    lead = answer.json()

    assert answer.status_code == 201
    assert lead["owner"]["full_name"] == "Nguyễn Thị An"
    assert lead["stage"] == "prospect"
    assert lead["respond_by"] is not None
    assert lead["score"]["engagement"] == 30
    assert lead["why"]["owner"] | {"at": "", "rule": "", "reason": ""} == {
        "basis": "routed",
        "rule": "",
        "reason": "",
        "by": None,
        "at": "",
    }
    assert [clause["field"] for clause in lead["why"]["stage"]["met"]] == ["has_reach", "answered", "fit_grade"]
    assert [clause["field"] for clause in lead["why"]["next"]["missing"]] == ["engagement"]


def test_the_same_key_brings_one_lead_and_the_first_answer(program):
    first = program.post("/leads", CHI, idempotency_key="enquiry-1")
    again = program.post("/leads", CHI, idempotency_key="enquiry-1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert Lead.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(program):
    program.post("/leads", CHI, idempotency_key="enquiry-1")
    other = program.post("/leads", CHI | {"employees": 46}, idempotency_key="enquiry-1")

    assert other.status_code == 422
    assert other.json()["code"] == "key_reused"
    assert Lead.objects.get().employees == 45


@pytest.mark.parametrize(
    "more",
    [
        {"owner": "11111111-1111-1111-1111-111111111111"},
        {"fit_points": 100},
        {"score": {"engagement": 100}},
        {"lifecycle_stage": "sql"},
        {"stage": "sql"},
        {"temperature": "hot"},
        {"claims": {}},
        {"consents": [{"purpose": "marketing"}]},
        {"created_at": "2026-01-01T00:00:00Z"},
        {"arrived_at": "2026-01-01T00:00:00Z"},
        {"respond_by": None},
        {"public_id": "11111111-1111-1111-1111-111111111111"},
        {"employees": "45"},
        {"employees": 45.5},
        {"employees": True},
        {"employees": -1},
        {"emails": "chi@lasen.example"},
        {"emails": [7]},
        {"phones": None},
        {"full_name": ["Chi"]},
        {"utm": []},
        {"utm": {"utm_source": 1}},
        {"touch": "unheard_of"},
        {"channel": 3},
        {"external": "x"},
        {"external": {"system": "", "id": "1"}},
        {"company_name": "x" * 201},
    ],
    ids=lambda more: json.dumps(more)[:40],
)
def test_what_is_not_theirs_to_write_or_of_a_wrong_type_is_refused_whole(program, more):
    before = Act.objects.count()
    answer = program.post("/leads", CHI | more)

    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert (Lead.objects.count(), Act.objects.count()) == (0, before)


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"emails": ["chi at lasen"]}, "not_an_email", "email"),
        ({"phones": ["12"]}, "not_a_phone", "phone"),
        ({"source": "moon"}, "unknown_source", "source"),
        ({"campaign": "moon"}, "unknown_choice", "campaign"),
    ],
)
def test_a_value_that_cannot_be_is_named_with_its_field(program, more, code, field):
    answer = program.post("/leads", CHI | more)

    assert answer.status_code == 422
    assert (answer.json()["code"], answer.json()["errors"][0]["field"]) == (code, field)
    assert Person.objects.count() == 0


def test_an_external_id_names_one_lead_for_ever(program):
    program.post("/leads", CHI | {"external": {"system": "web", "id": "1"}})
    again = program.post("/leads", CHI | {"external": {"system": "web", "id": "1"}})

    assert again.status_code == 422
    assert again.json()["code"] == "external_id_taken"
    assert Lead.objects.count() == 1


def test_a_partner_does_not_learn_whom_we_know(program, admin, ready, partner):
    program.post("/leads", CHI)
    known = program_of(partner).post("/leads", CHI).json()
    unknown = program_of(partner).post("/leads", CHI | {"emails": ["x@y.vn"], "phones": ["0901 000 999"]}).json()

    assert Person.objects.count() == 3
    assert _shape(known) == _shape(unknown)


def _shape(lead):
    """The answer without its ids, moments and what the sender said."""
    kept = {k: v for k, v in lead.items() if k not in {"id", "person", "why"} and not k.endswith(("_at", "_by"))}
    return kept | {"person": sorted(lead["person"]), "why": sorted(lead["why"]), "next": lead["why"]["next"]}


# --- changing one


@pytest.fixture
def brought(program):
    answer = program.post("/leads", CHI)
    return answer.json()["id"], answer["ETag"]


def test_two_who_change_different_fields_both_win(program, brought):
    lead, version = brought
    first = program.patch(f"/leads/{lead}", {"need": "Đếm kho"}, if_match=version)
    second = program.patch(f"/leads/{lead}", {"employees": 60}, if_match=version)

    assert (first.status_code, second.status_code) == (200, 200)
    assert (second.json()["need"], second.json()["employees"]) == ("Đếm kho", 60)


def test_two_who_change_the_same_field_are_told(program, brought):
    lead, version = brought
    program.patch(f"/leads/{lead}", {"need": "Đếm kho", "employees": 50}, if_match=version)
    second = program.patch(f"/leads/{lead}", {"need": "Quét mã", "region": "Huế"}, if_match=version)

    assert second.status_code == 409
    assert second.json()["conflicts"] == {"need": {"mine": "Quét mã", "theirs": "Đếm kho", "base": ""}}
    assert Lead.objects.get().region == ""


def test_the_same_source_chosen_by_both_is_no_clash(program, brought):
    lead, version = brought
    program.patch(f"/leads/{lead}", {"source": "webinar"}, if_match=version)

    assert program.patch(f"/leads/{lead}", {"source": "webinar"}, if_match=version).status_code == 200
    clash = program.patch(f"/leads/{lead}", {"source": "event"}, if_match=version)
    assert clash.status_code == 409


def test_a_change_without_a_version_is_not_made(program, brought):
    answer = program.patch(f"/leads/{brought[0]}", {"need": "Đếm kho"})

    assert answer.status_code == 428
    assert Lead.objects.get().need == ""


@pytest.mark.parametrize("name", ["owner", "lifecycle_stage", "score", "fit_grade", "return_on", "person", "id"])
def test_what_is_decided_cannot_be_patched(program, brought, name):
    answer = program.patch(f"/leads/{brought[0]}", {name: "x"}, if_match=brought[1])

    assert answer.status_code == 422


def test_a_stranger_gets_404(program, brought, an, an_is_next, dung):
    lead = program.post("/leads", CHI | {"emails": ["khac@khac.vn"], "phones": []}).json()["id"]
    theirs = program_of(dung)

    assert theirs.get(f"/leads/{lead}").status_code == 404
    assert theirs.get(f"/leads/{lead}/score").status_code == 404
    assert theirs.patch(f"/leads/{lead}", {"need": "x"}, if_match='"1"').status_code == 404
    assert theirs.post(f"/leads/{lead}/convert").status_code == 404


def test_a_token_that_may_only_read_writes_nothing(program, brought, admin):
    reader = program_of(admin, scopes=("read",))

    assert reader.get(f"/leads/{brought[0]}").status_code == 200
    assert reader.post("/leads", CHI).status_code == 403
    assert Lead.objects.count() == 1


# --- by its id elsewhere


def test_put_twice_is_one_lead_and_the_second_leaves_no_trace(program):
    first = program.put("/leads/by-external-id/olist/mql-7", CHI)
    acts, changes = Act.objects.count(), Change.objects.count()
    second = program.put("/leads/by-external-id/olist/mql-7", CHI)

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert (Act.objects.count(), Change.objects.count()) == (acts, changes)


def test_put_brings_up_to_date_what_was_sent_and_nothing_else(program):
    program.put("/leads/by-external-id/olist/mql-7", CHI)
    second = program.put(
        "/leads/by-external-id/olist/mql-7",
        {"employees": 80, "emails": ["chi2@lasen.example"], "full_name": "Ai khác"},
    ).json()

    assert (second["employees"], second["company_name"]) == (80, "Bao bì Lá Sen")
    assert second["person"]["emails"] == ["chi@lasen.example", "chi2@lasen.example"]
    assert second["person"]["full_name"] == "Nguyễn Thị Mai Chi"


def test_a_number_of_a_hidden_lead_is_as_free_as_any(program, an, an_is_next, dung, partner):
    hidden = program.put("/leads/by-external-id/olist/mql-7", CHI).json()["id"]
    before = known_of(program, hidden)
    for narrow in (program_of(dung), program_of(partner)):
        taken, free = (narrow.put(f"/leads/by-external-id/olist/mql-{n}", CHI) for n in (7, 8))
        assert (taken.status_code, free.status_code) == (201, 201)
        assert taken.json()["id"] != hidden
    assert known_of(program, hidden) == before


def known_of(program, lead):
    """What is told of the lead, but for its points, which fade by the second."""
    told = program.get(f"/leads/{lead}").json()
    return {name: value for name, value in told.items() if name not in ("score", "why")}


def test_a_partner_is_not_told_that_a_hidden_lead_has_the_number(program, an, an_is_next, partner):
    program.post("/leads", CHI | {"external": {"system": "web", "id": "1"}})
    ask, theirs = program_of(partner), CHI | {"external": {"system": "web", "id": "1"}}
    assert [ask.post("/leads", theirs).status_code for _ in range(2)] == [201, 422]


def test_two_programs_of_one_team_mean_the_same_lead_by_one_number(an, binh, ready, an_is_next):
    first = program_of(an).put("/leads/by-external-id/web/7", CHI)
    second = program_of(binh).put("/leads/by-external-id/web/7", CHI)
    assert (first.status_code, second.status_code, Lead.objects.count()) == (201, 200, 1)


def test_a_lead_one_brought_in_and_sees_no_longer_is_404(an, dung, ready, an_is_next):
    ask = program_of(an)
    ask.put("/leads/by-external-id/web/7", CHI)
    with acting():
        Lead.objects.update(owner=dung.user)
    assert ask.put("/leads/by-external-id/web/7", CHI).status_code == 404


@pytest.mark.parametrize(
    ("path", "field"), [("s" * 41 + "/7", "path.system"), ("olist/" + "7" * 121, "path.external_id")]
)
def test_an_id_elsewhere_that_is_too_long_is_named(program, path, field):
    answer = program.put(f"/leads/by-external-id/{path}", CHI)

    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_an_id_elsewhere_may_hold_a_slash(program):
    first = program.put("/leads/by-external-id/olist/2026%2F10%2F7", CHI)
    again = program.put("/leads/by-external-id/olist/2026/10/7", CHI)

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["external_ids"] == [{"system": "olist", "id": "2026/10/7"}]


def test_put_that_names_a_version_overwrites_nobody(program):
    first = program.put("/leads/by-external-id/olist/mql-7", CHI)
    program.put("/leads/by-external-id/olist/mql-7", {"employees": 80})
    same = program.put("/leads/by-external-id/olist/mql-7", {"employees": 90}, if_match=first["ETag"])
    other = program.put("/leads/by-external-id/olist/mql-7", {"need": "Đếm kho"}, if_match=first["ETag"])

    assert (same.status_code, same.json()["code"]) == (409, "changed_meanwhile")
    assert same.json()["conflicts"]["employees"] == {"mine": 90, "theirs": 80, "base": 45}
    assert (other.status_code, other.json()["employees"], other.json()["need"]) == (200, 80, "Đếm kho")


@pytest.mark.parametrize(("version", "status"), [("999999", 409), ("soon", 400)])
def test_put_with_a_version_that_never_was_writes_nothing(program, version, status):
    program.put("/leads/by-external-id/olist/mql-7", CHI)
    known = program.put("/leads/by-external-id/olist/mql-7", {"employees": 9}, if_match=f'"{version}"')
    new = program.put("/leads/by-external-id/olist/mql-8", CHI, if_match=f'"{version}"')

    assert (known.status_code, new.status_code) == (status, status)
    assert list(Lead.objects.values_list("employees", flat=True)) == [45]


# --- what is wrong is said in the language of whoever asks


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"employees": "45"}, "Mục này phải là số nguyên."),
        ({"employees": -1}, "Mục này phải từ 0 trở lên."),
        ({"owner": "An"}, "Ở đây không có trường này, hoặc bạn không được ghi."),
        ({"full_name": 5}, "Chỗ này phải là văn bản."),
        ({"full_name": "x" * 201}, "Nhiều nhất 200 ký tự."),
        ({"emails": "chi@lasen.example"}, "Mục này phải là danh sách."),
        ({"emails": ["a@b.example"] * 21}, "Nhiều nhất 20 mục."),
        ({"language": "fr"}, "Mục này phải là một trong: '', 'vi', 'en'."),
        ({"utm": []}, "Mục này phải là một đối tượng."),
        ({"external": {"system": "web"}}, "Cần có trường này."),
        ({"need": "a\0b"}, "chữ không được chứa ký tự NUL"),
    ],
)
def test_a_wrong_field_is_explained_in_vietnamese(program, body, said):
    errors = program.ask("POST", "/leads", body, accept_language="vi").json()["errors"]

    assert [error["message"] for error in errors] == [said]


@pytest.mark.parametrize(
    ("headers", "code", "said"),
    [
        ({"authorization": "Bearer khoi_x"}, "not_authenticated", "Hãy gửi một token hợp lệ"),
        ({"idempotency_key": "k" * 201}, "bad_key", "Idempotency-Key có từ 1 đến 200 ký tự in được."),
    ],
)
def test_a_problem_is_told_in_vietnamese(program, headers, code, said):
    told = program.ask("POST", "/leads", CHI, accept_language="vi", **headers).json()

    assert told["code"] == code
    assert told["detail"].startswith(said)


def test_every_sentence_about_a_field_is_one_pydantic_can_say():
    assert set(SENTENCES) <= set(get_args(ErrorType))


# --- nothing that can be read is nothing


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"full_name": "   "},
        {"full_name": "\u00a0"},
        {"full_name": "\u200b"},
        {"full_name": "\u3164\u2800"},
        {"company_name": "  "},
        {"company_name": "\u200d\ufeff"},
        {"emails": [" "]},
        {"phones": ["\u00a0"]},
    ],
)
def test_a_lead_of_blanks_is_none(program, said):
    answer = program.post("/leads", said)

    assert (answer.status_code, answer.json()["code"]) == (422, "required")
    assert Lead.objects.count() == 0


def test_no_name_of_signs_nobody_sees_is_kept(program):
    lead = program.post("/leads", {"full_name": "\u200b", "phones": ["0901 000 123"]}).json()

    assert lead["person"]["full_name"] == ""


# --- score


def test_every_point_has_a_line_and_the_lines_add_up(program, brought):
    score = program.get(f"/leads/{brought[0]}/score").json()
    fit = sum(line["points_now"] for line in score["lines"] if line["axis"] == "fit")
    engagement = sum(line["points_now"] for line in score["lines"] if line["axis"] == "engagement")

    assert fit == score["fit_points"]
    assert 0 <= engagement - score["engagement"] <= 1  # whole points are rounded down, lines are not
    assert score["half_life_days"] == 30
