"""Deals through the API."""

import json

import pytest
from django.test import Client

from khoi.history.queries import version_of
from khoi.pipeline import services as pipeline
from khoi.pipeline.models import Opportunity
from khoi.team import services as team
from tests.cast import NOW, join


def ask(member, method, path, body=None, *, scopes=("read", "write"), **headers):
    _, plain = team.issue_token(member.user, name="Cầu nối", scopes=list(scopes), by=member.by, now=NOW)
    named = {"Authorization": f"Bearer {plain}", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return Client().generic(method, f"/api{path}", json.dumps(body or {}), "application/json", headers=named)


def patch(member, deal, body, **headers):
    headers.setdefault("If_Match", f'"{version_of(deal)}"')
    return ask(member, "PATCH", f"/opportunities/{deal.public_id}", body, **headers)


def test_a_deal_is_read_with_what_stands_before_its_next_stage(an, make_deal):
    deal = make_deal(stage="needs_analysis", amount=5_000_000, close_on=NOW.date())
    response = ask(an, "GET", f"/opportunities/{deal.public_id}")
    told = response.json()
    assert told["next"] == {"stage": "proposal", "missing": ["decision_maker"]}
    assert (told["amount"], told["currency"], told["stage"]) == (5_000_000, "VND", "needs_analysis")
    assert response["ETag"] == f'"{version_of(deal)}"'


def test_a_closed_gate_is_422_and_names_what_is_missing(an, deal):
    response = patch(an, deal, {"stage": "proposal", "amount": 5})
    assert response.status_code == 422
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "gate_closed"
    assert response.json()["missing"] == ["close_on", "decision_maker"]
    assert Opportunity.objects.get(pk=deal.pk).amount is None


def test_fields_and_move_go_in_one_request(an, deal):
    body = {"stage": "proposal", "amount": 5, "close_on": "2026-12-31", "decision_maker": "Cô Hòa"}
    response = patch(an, deal, body)
    assert response.status_code == 200
    assert response.json()["stage"] == "proposal"
    assert response["ETag"] == f'"{version_of(deal)}"'


def test_losing_needs_a_reason(an, deal):
    assert patch(an, deal, {"stage": "closed_lost"}).json()["code"] == "reason_needed"
    told = patch(an, deal, {"stage": "closed_lost", "reason": "price", "note": "đắt"}).json()
    assert (told["kind"], told["lost_reason"], told["lost_note"]) == ("lost", "price", "đắt")


def test_a_reason_without_a_stage_is_refused(an, deal):
    assert patch(an, deal, {"reason": "price"}).status_code == 422


def test_nobody_overwrites_unseen(an, deal):
    assert ask(an, "PATCH", f"/opportunities/{deal.public_id}", {"amount": 5}).status_code == 428


def test_a_late_move_is_409_in_codes(an, binh, deal):
    seen = version_of(deal)
    pipeline.move_opportunity(deal, stage="contact", by=binh.by, now=NOW)
    response = patch(an, deal, {"stage": "closed_lost", "reason": "price"}, If_Match=f'"{seen}"')
    assert response.status_code == 409
    assert response.json()["conflicts"]["stage"] == {"mine": "closed_lost", "theirs": "contact", "base": "prospecting"}
    assert Opportunity.objects.get(pk=deal.pk).stage.code == "contact"


def test_the_same_key_moves_once(an, deal):
    body, headers = {"stage": "contact"}, {"If_Match": f'"{version_of(deal)}"', "Idempotency_Key": "k1"}
    first, again = (patch(an, deal, body, **headers) for _ in range(2))
    assert first.json() == again.json()
    assert deal.moves.count() == 2


@pytest.mark.parametrize(
    "body",
    [
        {"rank": 1},
        {"amount": "5"},
        {"amount": -1},
        {"amount": 2**63},
        {"close_on": "31/12/2026"},
        {"name": None},
        {"search": ""},
    ],
)
def test_what_does_not_fit_is_422_and_nothing_is_written(an, deal, body):
    before = Opportunity.objects.filter(pk=deal.pk).values().get()
    assert patch(an, deal, body).status_code == 422
    assert Opportunity.objects.filter(pk=deal.pk).values().get() == before


def test_an_unknown_currency_is_refused(an, deal):
    assert patch(an, deal, {"currency": "XQQ"}).json()["code"] == "unknown_currency"


def test_a_contact_of_another_account_is_refused(an, converted, deal):
    response = patch(an, deal, {"contact": str(converted.contact.public_id)})
    assert (response.status_code, response.json()["errors"][0]["field"]) == (422, "contact")


def test_a_deal_is_opened_for_somebody_known(an, deal):
    body = {"person": str(deal.person.public_id), "name": "Kho thứ hai", "amount": 90_000_000}
    told = ask(an, "POST", "/opportunities", body)
    assert told.status_code == 201
    assert told.json()["owner"]["id"] == str(an.user.public_id)
    assert told.json()["stage"] == "prospecting"


def test_the_list_goes_on_by_key_and_takes_filters(an, make_deal):
    for place in range(3):
        make_deal(f"Kho {place}", stage="contact" if place else "prospecting")
    first = ask(an, "GET", "/opportunities?limit=2").json()
    rest = ask(an, "GET", f"/opportunities?limit=2&after={first['next']}").json()
    assert [one["name"] for one in first["items"] + rest["items"]] == ["Kho 0", "Kho 1", "Kho 2"]
    assert rest["next"] is None
    assert len(ask(an, "GET", "/opportunities?stage=contact&q=kho 2").json()["items"]) == 1


def test_pipelines_tell_their_stages_and_gates(an, ready):
    [told] = ask(an, "GET", "/pipelines").json()
    assert [stage["code"] for stage in told["stages"]][:2] == ["prospecting", "contact"]
    assert told["stages"][4]["gate"]["all"][0]["field"] == "amount"


def test_a_stranger_gets_404_and_a_partner_nothing(dung, deal):
    partner = join("Lý Đại Lý", "daily@example.vn", "partner", None, visibility="own")
    path = f"/opportunities/{deal.public_id}"
    assert ask(dung, "GET", path).status_code == 404
    assert ask(partner, "GET", path).status_code == 404
    assert ask(partner, "GET", "/opportunities").status_code == 403
    assert ask(dung, "GET", "/opportunities").json()["items"] == []


def test_a_token_that_may_only_read_moves_nothing(an, deal):
    assert patch(an, deal, {"stage": "contact"}, scopes=("read",)).status_code == 403
