"""From enquiry to opportunity through the API, with every step that hands a lead on."""

from datetime import timedelta

import pytest
from django.utils import timezone

from khoi.accounts.models import Account, Contact
from khoi.custom import services as custom
from khoi.history.rules.actors import SYSTEM
from khoi.leads.models import Lead
from khoi.pipeline.models import Opportunity
from khoi.routing.models import RoutingRule, Share
from tests.cast import NOW, acting
from tests.lifecycle.conftest import program_of

CHI = {"full_name": "Nguyễn Thị Mai Chi", "phones": ["0901 000 123"], "company_name": "Bao bì Lá Sen", "employees": 45}
BANT = (
    {"kind": "budget", "amount": 450_000_000, "currency": "VND"},
    {"kind": "authority", "role": "decision_maker"},
    {"kind": "need", "text": "Đếm kho bằng mã vạch"},
    {"kind": "timing", "band": "this_quarter"},
)


@pytest.fixture
def an_is_next(ready, an):
    with acting():
        Share.objects.create(rule=RoutingRule.objects.get(), user=an.user)


@pytest.fixture
def lead(program, an_is_next):
    return program.post("/leads", CHI | {"touch": "price_request"}).json()["id"]


def test_the_journey_from_enquiry_to_opportunity(an, lead):
    rep = program_of(an)
    stages = [rep.post(f"/leads/{lead}/accept").json()["stage"]]
    stages += [rep.post(f"/leads/{lead}/bant", fact).json()["stage"] for fact in BANT]
    made = rep.post(f"/leads/{lead}/convert", {"account_name": "Lá Sen"})

    assert stages == ["sal", "sal", "sal", "sal", "sql"]
    assert made.status_code == 201
    assert made.json()["opportunity"]["amount"] == 450_000_000
    assert made.json()["lead"]["stage"] == "opportunity"
    assert made.json()["lead"]["account"]["name"] == made.json()["account"]["name"] == "Lá Sen"


def test_bant_makes_the_lead_hot_at_once(an, lead):
    rep = program_of(an)
    for fact in BANT:
        answer = rep.post(f"/leads/{lead}/bant", fact)

    assert (answer.status_code, answer.json()["temperature"]) == (201, "hot")
    assert {fact["kind"] for fact in answer.json()["bant"]} == {"budget", "authority", "need", "timing"}


@pytest.mark.parametrize(
    "fact",
    [
        {"kind": "mood", "text": "x"},
        {"kind": "budget", "amount": "450000000"},
        {"kind": "budget", "amount": -1},
        {"kind": "budget"},
        {"kind": "timing", "on_date": "31/12/2026"},
        {"kind": "need", "text": "x", "confidence": 4},
        {"kind": "need", "text": "x", "occurred_at": "2026-01-01T00:00:00Z"},
    ],
)
def test_a_fact_that_says_nothing_or_something_else_is_refused(program, lead, fact):
    answer = program.post(f"/leads/{lead}/bant", fact)

    assert answer.status_code == 422
    assert program.get(f"/leads/{lead}").json()["bant"] == []


def test_a_lead_handed_back_says_why_and_comes_back_on_its_day(an, lead):
    back_on = (timezone.now() + timedelta(days=40)).date().isoformat()
    answer = program_of(an).post(
        f"/leads/{lead}/hand-back", {"reason": "timing", "return_on": back_on, "note": "Sau Tết"}
    )

    assert answer.status_code == 200
    assert (answer.json()["stage"], answer.json()["exit_reason"], answer.json()["return_on"]) == (
        "recycled",
        "timing",
        back_on,
    )
    assert answer.json()["why"]["stage"]["note"] == "Sau Tết"


@pytest.mark.parametrize("body", [{"reason": "timing"}, {"reason": "mood", "return_on": "2030-01-01"}, {}])
def test_a_hand_back_without_reason_or_day_is_refused(an, lead, body):
    assert program_of(an).post(f"/leads/{lead}/hand-back", body).status_code == 422
    assert Lead.objects.get().lifecycle_stage == "prospect"


def test_a_hand_back_to_a_day_that_is_past_is_refused(an, lead):
    answer = program_of(an).post(f"/leads/{lead}/hand-back", {"reason": "timing", "return_on": "2020-01-01"})

    assert (answer.status_code, answer.json()["code"]) == (422, "date_is_past")


def test_a_disqualified_lead_can_be_reopened_and_the_criteria_take_it_from_there(an, lead):
    rep = program_of(an)
    out = rep.post(f"/leads/{lead}/disqualify", {"reason": "no_budget"})
    again = rep.post(f"/leads/{lead}/reopen")

    assert (out.json()["stage"], out.json()["exit_reason"]) == ("disqualified", "no_budget")
    assert again.json()["stage"] == "prospect"


def test_a_stage_set_by_hand_carries_its_note(an, lead):
    answer = program_of(an).post(f"/leads/{lead}/stage", {"stage": "mql", "note": "Gặp ở hội chợ"})

    assert (answer.json()["stage"], answer.json()["why"]["stage"]["basis"]) == ("mql", "person")


@pytest.mark.parametrize("stage", ["opportunity", "customer", "recycled", "moon"])
def test_stages_that_have_their_own_way_are_not_set_by_hand(an, lead, stage):
    assert program_of(an).post(f"/leads/{lead}/stage", {"stage": stage, "note": "x"}).status_code == 422


def test_a_manager_gives_the_lead_to_somebody_and_a_rep_may_not(an, binh, chi, lead):
    to = {"owner": str(binh.user.public_id)}

    assert program_of(an).post(f"/leads/{lead}/assign", to).status_code == 403
    assert program_of(chi).post(f"/leads/{lead}/assign", to).status_code == 403
    assert program_of(binh).post(f"/leads/{lead}/assign", to).json()["owner"]["full_name"] == "Trần Văn Bình"


def test_marketing_does_not_convert(chi, lead):
    assert program_of(chi).post(f"/leads/{lead}/convert").status_code == 403
    assert Opportunity.objects.count() == 0


# --- converting once


def test_a_lead_is_converted_without_a_word(program, lead):
    made, again = program.ask("POST", f"/leads/{lead}/convert"), program.ask("POST", f"/leads/{lead}/convert", {})

    assert (made.status_code, again.status_code) == (201, 200)
    assert made.json()["opportunity"]["id"] == again.json()["opportunity"]["id"]


def test_the_deal_and_the_account_get_their_own_fields_with_the_conversion(program, lead):
    for object_ in ("opportunity", "account"):
        custom.add_field(object_, type="number", label="Trucks", by=SYSTEM, now=NOW)
    wrong = program.post(f"/leads/{lead}/convert", {"custom": {"trucks": "many"}})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "custom.trucks")
    said = {"custom": {"trucks": 2}, "account_custom": {"trucks": 4}}
    made = program.post(f"/leads/{lead}/convert", said).json()
    deal = program.get(f"/opportunities/{made['opportunity']['id']}").json()
    account = program.get(f"/accounts/{made['account']['id']}").json()
    assert (deal["custom"], account["custom"]) == ({"trucks": 2}, {"trucks": 4})


def test_converted_again_the_same_records_come_back(program, lead):
    first, again = program.post(f"/leads/{lead}/convert"), program.post(f"/leads/{lead}/convert")

    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json()["already"] is True
    assert again.json()["opportunity"]["id"] == first.json()["opportunity"]["id"]
    assert (Opportunity.objects.count(), Account.objects.count(), Contact.objects.count()) == (1, 1, 1)


def test_with_a_key_the_first_answer_comes_again(program, lead):
    first = program.post(f"/leads/{lead}/convert", {}, idempotency_key="c-1")
    again = program.post(f"/leads/{lead}/convert", {}, idempotency_key="c-1")

    assert first.content == again.content
    assert again["Idempotent-Replayed"] == "true"


def test_a_lead_joins_an_account_that_is_there(program, lead):
    with acting():
        account = Account.objects.create(name="Bao bì Lá Sen", created_at=timezone.now())
    made = program.post(f"/leads/{lead}/convert", {"account": str(account.public_id)}).json()

    assert made["account"]["id"] == str(account.public_id)
    assert Account.objects.count() == 1


def test_an_account_one_may_not_see_is_no_account(an, dung, lead):
    with acting():
        hidden = Account.objects.create(name="Của Dũng", owner=dung.user, created_at=timezone.now())
    answer = program_of(an).post(f"/leads/{lead}/convert", {"account": str(hidden.public_id)})

    assert answer.status_code == 404
    assert Opportunity.objects.count() == 0


def test_a_disqualified_lead_is_not_converted(program, lead):
    program.post(f"/leads/{lead}/disqualify", {"reason": "poor_fit"})
    answer = program.post(f"/leads/{lead}/convert")

    assert (answer.status_code, answer.json()["code"]) == (422, "already_ended")
