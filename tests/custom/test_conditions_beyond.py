"""Rules and lists ask for fields of the person a lead speaks of, and of a deal's person and account."""

import json
from decimal import Decimal
from typing import Any
from urllib.parse import quote

import pytest

from khoi.accounts import services as accounts
from khoi.custom import services as custom
from khoi.custom.queries import askable, fields_for, matching, read_values, values_asked, values_of
from khoi.history import services as history
from khoi.history.rules.actors import SYSTEM
from khoi.kit.conditions import holds, parse
from khoi.kit.refusals import Refusal
from khoi.leads.fields import in_words
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.people import services as people
from khoi.people.models import Person
from khoi.pipeline import services as pipeline
from khoi.pipeline.models import Opportunity, PipelineStage
from khoi.pipeline.services import GateClosed
from khoi.qualification import services as qualification
from khoi.routing.models import RoutingRule, Share
from tests.cast import HANOI, NOW, acting
from tests.custom.conftest import EACH
from tests.custom.test_conditions import publish_card

VIP = {"field": "person.custom.rank", "op": "eq", "value": "vip"}
ASKED = [
    ("warehouse", "contains", "binh"),
    ("pallets", "gte", 3),
    ("rent", "between", [1, 10]),
    ("contract_ends", "within_days", 30),
    ("size", "in", ["small"]),
    ("needs", "ne", "scale"),
    ("has_wifi", "eq", False),
    ("map", "starts_with", "https"),
]
VALUES: list[dict[str, Any]] = [
    {"warehouse": "Kho Bình", "pallets": 3, "rent": 10, "size": "small", "needs": ["scanner"], "has_wifi": False},
    {"pallets": 2, "contract_ends": "2026-11-10", "needs": ["scale"], "map": "https://a.example"},
    {},
]


def open_deal(number, member, *, at=True):
    person = people.add_person(full_name=f"Đỗ {number}", phones=[f"091234567{number}"], by=member.by, now=NOW)
    account = accounts.add_account(name=f"Xưởng {number}", owner=member.user, by=member.by, now=NOW) if at else None
    named = {"name": f"Kho {number}", "person": person, "account": account, "owner": member.user}
    return pipeline.open_opportunity(**named, by=member.by, now=NOW)


@pytest.mark.parametrize("whose", ["account", "person"])
def test_the_database_finds_the_deals_that_python_judges_so(add_field, an, whose):
    for type_, label, choices in EACH.values():
        add_field(whose, type_, label, choices=choices)
    add_field("opportunity", "number", "Pallets")  # called alike, and another one
    deals = [open_deal(number, an, at=number < 3) for number in range(4)]
    for deal, values in zip(deals[:3], VALUES, strict=True):
        record = getattr(deal, whose)
        custom.set_values(record, read_values(record, values), by=SYSTEM, now=NOW)
    for key, op, value in ASKED:
        leaf = {"field": f"{whose}.custom.{key}", "op": op, "value": value}
        for tree in (leaf, {"not": leaf}, {"field": leaf["field"], "op": "is_empty"}):
            condition = parse(tree, fields_for(Opportunity))
            stands = values_asked(deals, [condition])
            judged = [deal.pk for deal in deals if holds(condition, stands.get(deal.pk, {}), NOW, HANOI).ok]
            found = Opportunity.objects.filter(matching(Opportunity, tree, askable(Opportunity), now=NOW, zone=HANOI))
            assert list(found.order_by("pk").values_list("pk", flat=True)) == judged, tree
            assert 0 < len(judged) < 4, tree


# --- rules of leads


@pytest.fixture
def rank(add_field):
    return add_field(
        "person",
        "choice",
        "Rank",
        label_vi="Hạng",
        choices=[{"code": "vip", "label": "VIP"}, {"code": "plain", "label": "Plain", "label_vi": "Thường"}],
    )


def set_rank(person, value):
    custom.set_values(person, {"rank": value}, by=SYSTEM, now=NOW)


def fit(lead):
    lead.refresh_from_db()
    return lead.fit_points


def test_a_fit_rule_gives_points_for_a_field_of_the_person_when_it_changes(rank, lead, admin):
    publish_card(admin.by, VIP)
    seen = [fit(lead)]
    for value in ("vip", "plain", "vip"):
        set_rank(lead.person, value)
        seen.append(fit(lead))
    assert seen == [0, 30, 0, 30]
    assert lifecycle.recompute(check=True, now=NOW).total == 0


def test_undoing_the_value_of_the_person_takes_the_points_of_their_leads_back(rank, lead, admin):
    publish_card(admin.by, VIP)
    with history.act("edit_person", by=admin.by, now=NOW, subject=lead.person) as act:
        custom.set_values(lead.person, {"rank": "vip"}, by=admin.by, now=NOW)
    assert fit(lead) == 30
    history.undo_act(act, by=admin.by, now=NOW)
    assert fit(lead) == 0


def test_leads_of_two_who_became_one_are_scored_by_what_stands_with_the_survivor(rank, lead, admin):
    publish_card(admin.by, VIP)
    other = people.add_person(full_name="Hoa", phones=["0987654321"], by=SYSTEM, now=NOW)
    set_rank(other, "vip")
    people.merge_people(Person.objects.get(pk=lead.person_id), loser=other, by=admin.by, now=NOW)
    assert fit(lead) == 30
    assert lifecycle.recompute(check=True, now=NOW).total == 0


def test_a_criterion_over_a_field_of_the_person_says_what_is_missing_and_where_to_fill_it_in(rank, lead, admin):
    criteria = {"suspect": {"all": []}, "mql": {"all": [VIP]}, "sql": {"all": [VIP]}}
    qualification.publish_policy(criteria=criteria, by=admin.by, now=NOW)
    page = admin.browser().get(f"/leads/{lead.public_id}/?lang=vi").text
    assert "Hạng của người liên hệ" in page
    assert "–, cần: VIP" in page
    assert f"/people/{lead.person.public_id}/edit/" in page
    set_rank(lead.person, "vip")
    lead.refresh_from_db()
    assert lead.lifecycle_stage == "sql"
    assert lead.stage_changes.order_by("id").last().met[0]["field"] == "person.custom.rank"
    assert "Rank of the person" in admin.browser().get(f"/leads/{lead.public_id}/?lang=en").text


def test_a_routing_rule_over_a_field_of_the_person_chooses_the_owner(rank, an, dung):
    with acting():
        RoutingRule.objects.update(position=5)
        rule = RoutingRule.objects.create(name="Khách quý", position=1, condition=VIP, is_active=True)
        Share.objects.create(rule=rule, user=dung.user)
        Share.objects.create(rule=RoutingRule.objects.exclude(pk=rule.pk).get(), user=an.user)
    enquiries = [
        lifecycle.Enquiry(full_name=name, person_custom=own) for name, own in (("Ba", {"rank": "vip"}), ("Tư", {}))
    ]
    assert [lifecycle.capture_lead(one, by=SYSTEM, now=NOW).lead.owner for one in enquiries] == [dung.user, an.user]


def test_rules_say_whose_field_it_is(rank, admin, program):
    publish_card(admin.by, VIP)
    assert in_words(VIP, language="en", zone=HANOI) == "Rank of the person is VIP"
    assert "Hạng của người liên hệ là VIP" in admin.browser().get("/settings/scorecard/?lang=vi").text


def test_a_lead_is_not_asked_for_fields_of_an_account_its_reader_may_not_see(add_field, admin):
    add_field("account", "number", "Trucks")
    with pytest.raises(Refusal):
        publish_card(admin.by, {"field": "account.custom.trucks", "op": "gte", "value": 3})


# --- gates of deals


def following():
    """The stage after the first."""
    return PipelineStage.objects.order_by("position")[1]


@pytest.fixture
def gated(add_field, an, admin, rank):
    """An's deal with an account, before a stage that asks for fields of its account and its person."""
    add_field("account", "number", "Trucks", label_vi="Số xe tải")
    stage = following()
    names = ["account.custom.trucks", "person.custom.rank"]
    pipeline.edit_stage(stage, changes={"gate": pipeline.gate_of(names)}, by=admin.by, now=NOW)
    return open_deal(1, an)


def test_a_gate_opens_once_the_records_of_the_deal_are_filled_in(gated, an):
    with pytest.raises(GateClosed) as closed:
        pipeline.move_opportunity(gated, stage=following(), by=an.by, now=NOW)
    assert closed.value.missing == ("account.custom.trucks", "person.custom.rank")
    set_rank(gated.person, "vip")
    custom.set_values(gated.account, {"trucks": Decimal(4)}, by=SYSTEM, now=NOW)
    assert "<small>VIP</small>" in an.browser().get(f"/pipeline/{gated.public_id}/").text
    assert pipeline.move_opportunity(gated, stage=following(), by=an.by, now=NOW).stage == following()


def test_the_page_asks_for_them_and_fills_them_in_with_the_move(gated, an):
    browser, address = an.browser(), f"/pipeline/{gated.public_id}/move/"
    assert "Số xe tải của công ty" in browser.get(f"/pipeline/{gated.public_id}/?lang=vi").text
    asked = browser.post(address, {"stage": following().code})
    assert list(asked.context["form"].fields) == ["account_custom_trucks", "person_custom_rank"]
    wrong = browser.post(
        address, {"stage": following().code, "account_custom_trucks": "many", "person_custom_rank": "vip"}
    )
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["account_custom_trucks"])
    browser.post(address, {"stage": following().code, "account_custom_trucks": "4", "person_custom_rank": "vip"})
    gated.refresh_from_db()
    assert gated.stage == following()
    assert "Số xe tải của công ty" in asked.text
    assert values_of([gated.account])[gated.account_id] == {"trucks": Decimal(4)}
    assert values_of([gated.person])[gated.person_id] == {"rank": "vip"}


def test_a_deal_without_an_account_is_asked_for_one_first(gated, an):
    lonely = open_deal(2, an, at=False)
    accounts.add_contact(lonely.person, account=gated.account, by=an.by, now=NOW)
    browser, address = an.browser(), f"/pipeline/{lonely.public_id}/move/"
    asked = browser.post(address, {"stage": following().code})
    assert list(asked.context["form"].fields) == ["account", "person_custom_rank"]
    typed = {"stage": following().code, "account": gated.account_id, "person_custom_rank": "vip"}
    asked = browser.post(address, typed)
    assert "account_custom_trucks" in asked.context["form"].fields
    browser.post(address, {**typed, "account_custom_trucks": "4"})
    lonely.refresh_from_db()
    assert (lonely.stage, lonely.account) == (following(), gated.account)


def test_a_program_is_told_whose_field_a_gate_waits_for_and_may_ask_for_it(gated, an, program):
    etag = program.get(f"/opportunities/{gated.public_id}")["ETag"]
    answer = program.patch(f"/opportunities/{gated.public_id}", {"stage": following().code}, if_match=etag)
    assert answer.json()["missing"] == ["account.custom.trucks", "person.custom.rank"]
    custom.set_values(gated.account, {"trucks": Decimal(4)}, by=SYSTEM, now=NOW)
    open_deal(2, an)
    where = json.dumps({"field": "account.custom.trucks", "op": "gte", "value": 4})
    assert [one["name"] for one in program.get(f"/opportunities?where={quote(where)}").json()["items"]] == ["Kho 1"]


def test_the_settings_of_a_stage_offer_them(gated, admin):
    stage = following()
    page = admin.browser().get(f"/settings/pipeline/{stage.pk}/?lang=vi").text
    assert "Số xe tải của công ty" in page
    assert "Hạng của người liên hệ" in page
    assert "Số xe tải của công ty" in admin.browser().get("/settings/pipeline/?lang=vi").text


def test_programs_find_leads_by_their_people(rank, lead, program):
    lifecycle.capture_lead(lifecycle.Enquiry(full_name="Tư"), by=SYSTEM, now=NOW)
    set_rank(lead.person, "vip")
    found = program.get(f"/leads?where={quote(json.dumps(VIP))}").json()["items"]
    assert [one["id"] for one in found] == [str(lead.public_id)]


# --- a field that rules ask for stays


@pytest.mark.parametrize("where", ["card", "gate"])
def test_a_field_of_a_person_that_a_rule_asks_for_is_not_put_away(rank, admin, where):
    if where == "card":
        publish_card(admin.by, VIP)
    else:
        stage = PipelineStage.objects.get(code="proposal")
        pipeline.edit_stage(stage, changes={"gate": VIP}, by=admin.by, now=NOW)
    with pytest.raises(Refusal) as refused:
        custom.archive_field(rank, by=SYSTEM, now=NOW)
    assert refused.value.code == "field_in_rules"


def test_rules_stay_readable_when_the_field_of_a_person_is_undone(lead, admin):
    with history.act("add_field", by=admin.by, now=NOW) as act:
        custom.add_field("person", type="choice", label="Rank", choices=["VIP"], by=admin.by, now=NOW)
    publish_card(admin.by, VIP)
    history.undo_act(act, by=admin.by, now=NOW)
    lifecycle.capture_lead(lifecycle.Enquiry(full_name="Ba"), by=SYSTEM, now=NOW)
    assert admin.browser().get("/settings/scorecard/").status_code == 200
    assert Lead.objects.filter(fit_points=30).count() == 0
