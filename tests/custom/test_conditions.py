"""Rules ask for fields of the workspace's own: the two evaluations agree, and scorecard, criteria, routing and gates
follow what stands in them."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import override_settings
from hypothesis import HealthCheck, given
from hypothesis import settings as trials
from hypothesis import strategies as st

from khoi.accounts import services as accounts
from khoi.capture import services as capture
from khoi.custom import services as custom
from khoi.custom.models import CustomField
from khoi.custom.queries import fields_for, matching, values_of
from khoi.custom.rules import named_in, readable
from khoi.history import services as history
from khoi.history.rules.actors import SYSTEM
from khoi.kit.conditions import OPERATORS, holds, parse
from khoi.kit.fold import fold
from khoi.kit.numbers import plain
from khoi.kit.refusals import Refusal
from khoi.leads.fields import in_words
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.people import services as people
from khoi.pipeline import services as pipeline
from khoi.pipeline.models import PipelineStage
from khoi.pipeline.services import GateClosed
from khoi.qualification import services as qualification
from khoi.qualification.rules import DEFAULT_POLICY
from khoi.routing.models import RoutingRule, Share
from khoi.scoring import services as scoring
from khoi.scoring.queries import published
from tests.cast import HANOI, NOW, acting
from tests.left_out import examples

# --- one answer, in SQL and in Python

CHOICES = ("scanner", "scale", "printer")
DAYS = st.integers(-16, 16).map(lambda days: date(2026, 11, 19) + timedelta(days=days))
TEXTS = st.one_of(st.sampled_from(["Kho Bình", "kho binh", "a%b", "a_b", "50%", "\\"]), st.text("aÂđ %_", min_size=1))
#: key → what may stand in the field
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "warehouse": TEXTS.map(lambda text: " ".join(text.split()) or None),
    "map": st.sampled_from(["https://a.example/x", "https://b.example/Y"]),
    "pallets": st.sampled_from(["-2", "0", "0.0001", "1.5", "99999999999.9999"]).map(Decimal),
    "rent": st.one_of(st.integers(-3, 3), st.just(2**63 - 1)),
    "contract_ends": DAYS,
    "size": st.sampled_from(["small", "large"]),
    "needs": st.sets(st.sampled_from(CHOICES)).map(lambda some: tuple(c for c in CHOICES if c in some) or None),
    "has_wifi": st.booleans(),
}
RECORDS = st.fixed_dictionaries({key: st.one_of(st.none(), values) for key, values in VALUES.items()})


def written(key, kind):
    """What a condition may compare the field with, as JSON has it."""
    if key == "contract_ends":
        relative = st.integers(-15, 15).map(lambda days: {"days": days})
        return st.one_of(DAYS.map(lambda day: day.isoformat()), relative)
    if key == "needs":
        return st.sampled_from(CHOICES)
    said = VALUES[key].filter(lambda value: value is not None and fold(str(value)) != "")
    return said.map(plain) if kind == "number" else said


@st.composite
def leaves(draw):
    key = draw(st.sampled_from(sorted(VALUES)))
    kind = {"warehouse": "text", "map": "text", "pallets": "number", "rent": "money", "contract_ends": "date"}.get(key)
    kind = kind or {"size": "code", "needs": "codes", "has_wifi": "boolean"}[key]
    op = draw(st.sampled_from(OPERATORS[kind]))
    leaf = {"field": f"custom.{key}", "op": op}
    if op.endswith("_empty"):
        return leaf
    if op == "within_days":
        return leaf | {"value": draw(st.integers(1, 15))}
    if op == "between":
        return leaf | {"value": draw(st.lists(written(key, kind), min_size=2, max_size=2))}
    several = op.endswith("in")
    return leaf | {"value": draw(st.lists(written(key, kind), max_size=3) if several else written(key, kind))}


TREES = st.recursive(
    leaves(),
    lambda parts: st.one_of(
        st.lists(parts, max_size=3).map(lambda each: {"all": each}),
        st.lists(parts, max_size=3).map(lambda each: {"any": each}),
        parts.map(lambda part: {"not": part}),
    ),
    max_leaves=4,
)


@pytest.fixture
def four(fields, ready):
    with override_settings(KHOI_SETTLE=""):
        return [
            lifecycle.capture_lead(lifecycle.Enquiry(full_name=name), by=SYSTEM, now=NOW).lead
            for name in ("Ba", "Bốn", "Năm", "Sáu")
        ]


@trials(max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(records=st.lists(RECORDS, min_size=4, max_size=4), tree=TREES)
def test_the_database_finds_exactly_what_python_judges(four, fields, records, tree):
    with override_settings(KHOI_SETTLE=""), acting():
        custom.fill_many(dict(zip(four, records, strict=True)))
    condition, stands = parse(tree, fields_for(Lead)), values_of(four)
    judged = {
        lead.pk
        for lead in four
        if holds(condition, {f"custom.{k}": v for k, v in stands.get(lead.pk, {}).items()}, NOW, HANOI).ok
    }
    found = Lead.objects.filter(matching(Lead, tree, CustomField.objects.all(), now=NOW, zone=HANOI))
    assert set(found.values_list("pk", flat=True)) == judged


# --- rules in force

LARGE = {"field": "custom.size", "op": "in", "value": ["large"]}


def publish_card(by, condition=LARGE, points=30):
    before = published()
    rule = {"id": "big", "axis": "fit", "points": points, "condition": condition, "name": "Big warehouse"}
    return scoring.publish_scorecard(
        half_life_days=before.half_life_days, entries=[rule], grades=before.grades, by=by, now=NOW
    )


def set_size(lead, value, by=SYSTEM):
    custom.set_values(lead, {"size": value}, by=by, now=NOW)
    lead.refresh_from_db()


def test_a_fit_rule_gives_points_for_an_own_field_when_it_changes(fields, lead, admin):
    publish_card(admin.by)
    lead.refresh_from_db()
    seen = [lead.fit_points]
    for value in ("large", "small"):
        set_size(lead, value)
        seen.append(lead.fit_points)
    assert seen == [0, 30, 0]
    assert lifecycle.recompute(check=True, now=NOW).total == 0


def test_a_new_scorecard_counts_what_stands_there_already(fields, lead, admin):
    set_size(lead, "large")
    publish_card(admin.by)
    lead.refresh_from_db()
    assert lead.fit_points == 30


def test_undoing_the_value_takes_the_points_back(fields, lead, admin):
    publish_card(admin.by)
    with history.act("edit_lead", by=admin.by, now=NOW, subject=lead) as act:
        custom.set_values(lead, {"size": "large"}, by=admin.by, now=NOW)
    history.undo_act(act, by=admin.by, now=NOW)
    lead.refresh_from_db()
    assert lead.fit_points == 0


def test_a_criterion_over_an_own_field_moves_the_lead_and_keeps_why(fields, lead, admin):
    criteria = {**DEFAULT_POLICY, "mql": {"all": [LARGE, {"field": "custom.pallets", "op": "gte", "value": 100}]}}
    qualification.publish_policy(criteria=criteria, by=admin.by, now=NOW)
    set_size(lead, "large")
    assert lead.lifecycle_stage != "mql"
    custom.set_values(lead, {"pallets": Decimal(120)}, by=SYSTEM, now=NOW)
    lead.refresh_from_db()
    change = lead.stage_changes.order_by("id").last()
    assert lead.lifecycle_stage == "mql"
    assert {(one["field"], str(one["actual"])) for one in change.met} == {
        ("custom.size", "large"),
        ("custom.pallets", "120"),
    }


def test_the_page_of_a_lead_names_what_is_missing_by_its_label(add_field, lead, admin):
    add_field("lead", "number", "Pallets", label_vi="Số pallet")
    wanted = {"all": [{"field": "custom.pallets", "op": "gte", "value": 100}]}
    qualification.publish_policy(criteria={"suspect": {"all": []}, "sql": wanted}, by=admin.by, now=NOW)
    page = admin.browser().get(f"/leads/{lead.public_id}/?lang=vi").text
    assert "Số pallet" in page
    assert "0 của 100" in page or "0 trên 100" in page or "0/100" in page
    assert "custom.pallets" not in page
    assert page.count(f"/leads/{lead.public_id}/edit/") > 1  # beside what is missing, too


def test_what_met_a_criterion_is_said_in_the_words_of_the_field(fields, lead, admin):
    qualification.publish_policy(criteria={"suspect": {"all": []}, "mql": LARGE, "sql": LARGE}, by=admin.by, now=NOW)
    page = admin.browser().get(f"/leads/{lead.public_id}/?lang=en").text
    assert "–, asked for: Large" in page
    set_size(lead, "large")
    assert "<small>Large</small>" in admin.browser().get(f"/leads/{lead.public_id}/?lang=en").text


def test_a_routing_rule_over_an_own_field_chooses_the_owner(fields, ready, an, dung):
    with acting():
        RoutingRule.objects.update(position=5)
        rule = RoutingRule.objects.create(name="Kho lớn", position=1, condition=LARGE, is_active=True)
        Share.objects.create(rule=rule, user=dung.user)
        Share.objects.create(rule=RoutingRule.objects.exclude(pk=rule.pk).get(), user=an.user)
    owners = [
        lifecycle.capture_lead(lifecycle.Enquiry(full_name=name, custom={"size": size}), by=SYSTEM, now=NOW).lead.owner
        for name, size in (("Ba", "large"), ("Bốn", "small"))
    ]
    assert owners == [dung.user, an.user]


def test_rules_are_said_with_the_label_of_the_field(add_field, admin):
    add_field("lead", "choice", "Size", label_vi="Cỡ kho", choices=[{"label": "Large", "label_vi": "Lớn"}])
    publish_card(admin.by)
    assert in_words(LARGE, language="en", zone=HANOI) == "Size is Large"
    assert "Cỡ kho là Lớn" in admin.browser().get("/settings/scorecard/?lang=vi").text


@pytest.mark.parametrize(
    "condition",
    [
        {"field": "custom.none", "op": "is_not_empty"},
        {"field": "custom.size", "op": "in", "value": ["medium"]},
        {"field": "custom.pallets", "op": "gte", "value": "many"},
    ],
)
def test_a_rule_that_asks_amiss_is_refused(fields, admin, condition):
    with pytest.raises(Refusal):
        publish_card(admin.by, condition)


# --- gates


@pytest.fixture
def gated(ready, add_field, an, admin):
    add_field("opportunity", "choice", "Size", label_vi="Cỡ kho", choices=["Small", "Large"])
    add_field("opportunity", "multi_choice", "Needs", choices=["Scanner", "Scale"])
    stage = PipelineStage.objects.get(code="proposal")
    pipeline.edit_stage(stage, changes={"gate": pipeline.gate_of(["custom.size"])}, by=admin.by, now=NOW)
    person = people.add_person(full_name="Đỗ Quý", phones=["0912345678"], by=an.by, now=NOW)
    accounts.add_account(name="Lá Sen", owner=an.user, by=an.by, now=NOW)
    return pipeline.open_opportunity(name="Kho", person=person, owner=an.user, by=an.by, now=NOW)


def test_a_gate_over_an_own_field_opens_once_it_is_filled(gated, an):
    with pytest.raises(GateClosed) as closed:
        pipeline.move_opportunity(gated, stage="proposal", by=an.by, now=NOW)
    assert closed.value.missing == ("custom.size",)
    facts = {"custom": {"size": "large"}}
    assert pipeline.move_opportunity(gated, stage="proposal", facts=facts, by=an.by, now=NOW).stage.code == "proposal"


def test_the_page_asks_for_the_own_field_and_moves_the_deal(gated, an):
    browser = an.browser()
    address = f"/pipeline/{gated.public_id}/move/"
    asked = browser.post(address, {"stage": "proposal"})
    assert (asked.status_code, list(asked.context["form"].fields)) == (422, ["custom_size"])
    assert "Cỡ kho" in asked.text
    wrong = browser.post(address, {"stage": "proposal", "custom_size": "huge"})
    assert "custom_size" in wrong.context["form"].errors
    browser.post(address, {"stage": "proposal", "custom_size": "large"})
    gated.refresh_from_db()
    assert (gated.stage.code, values_of([gated])[gated.pk]) == ("proposal", {"size": "large"})


def test_the_settings_of_a_stage_offer_own_fields_and_keep_finer_gates(gated, admin):
    browser = admin.browser()
    stage = PipelineStage.objects.get(code="proposal")
    page = browser.get(f"/settings/pipeline/{stage.pk}/?lang=vi")
    assert "Cỡ kho" in page.text
    typed = {"name": "Proposal", "probability": stage.probability, "gate": ["custom.size", "custom.needs"]}
    browser.post(f"/settings/pipeline/{stage.pk}/", typed)
    stage.refresh_from_db()
    assert [leaf["field"] for leaf in stage.gate["all"]] == ["custom.size", "custom.needs"]

    finer = {"all": [{"field": "custom.size", "op": "in", "value": ["large"]}]}
    pipeline.edit_stage(stage, changes={"gate": finer}, by=admin.by, now=NOW)
    assert "Cỡ kho là Large" in browser.get("/settings/pipeline/?lang=vi").text
    browser.post(f"/settings/pipeline/{stage.pk}/", {"name": "Proposal", "probability": stage.probability})
    stage.refresh_from_db()
    assert stage.gate == finer


def test_a_program_is_told_the_own_field_a_gate_waits_for(gated, program):
    address = f"/opportunities/{gated.public_id}"
    etag = program.get(address)["ETag"]
    answer = program.patch(address, {"stage": "proposal"}, if_match=etag)
    assert (answer.status_code, answer.json()["missing"]) == (422, ["custom.size"])
    moved = program.patch(address, {"stage": "proposal", "custom": {"size": "large"}}, if_match=etag)
    assert moved.json()["stage"] == "proposal"


# --- a field that rules ask for stays


def test_a_field_in_a_rule_in_force_is_not_archived_and_the_rule_is_named(fields, admin, program):
    publish_card(admin.by)
    with pytest.raises(Refusal) as refused:
        custom.archive_field(fields["size"], by=SYSTEM, now=NOW)
    assert refused.value.code == "field_in_rules"
    etag = program.get("/fields/lead/size")["ETag"]
    answer = program.patch("/fields/lead/size", {"archived": True}, if_match=etag)
    assert (answer.status_code, answer.json()["code"]) == (422, "field_in_rules")
    page = admin.browser().post("/settings/fields/lead/size/archive/?lang=en")
    assert "the scorecard" in page.text

    publish_card(admin.by, {"field": "custom.has_wifi", "op": "eq", "value": True})
    custom.archive_field(fields["size"], by=SYSTEM, now=NOW)


@pytest.mark.parametrize("where", ["criteria", "routing", "gate"])
def test_criteria_routing_and_gates_hold_their_fields_too(fields, add_field, ready, admin, where):
    field = fields["size"]
    if where == "criteria":
        qualification.publish_policy(criteria={**DEFAULT_POLICY, "mql": LARGE}, by=admin.by, now=NOW)
    elif where == "routing":
        with acting():
            RoutingRule.objects.update(condition={"not": LARGE})
    else:
        field = add_field("opportunity", "choice", "Size", choices=["Large"])
        stage = PipelineStage.objects.get(code="proposal")
        pipeline.edit_stage(stage, changes={"gate": LARGE}, by=admin.by, now=NOW)
    with pytest.raises(Refusal):
        custom.archive_field(field, by=SYSTEM, now=NOW)


def test_a_form_that_asks_is_named_before_its_field_goes(fields, ready, admin):
    form = capture.prepare_forms(by=SYSTEM, now=NOW)
    capture.edit_form(form, changes={"fields": [*form.fields, {"code": "custom.size"}]}, by=SYSTEM, now=NOW)
    assert form.name in admin.browser().get("/settings/fields/lead/size/archive/").text


def test_rules_stay_readable_when_their_field_is_undone(lead, admin):
    with history.act("add_field", by=admin.by, now=NOW) as act:
        custom.add_field("lead", type="choice", label="Size", choices=["Large"], by=admin.by, now=NOW)
    publish_card(admin.by)
    history.undo_act(act, by=admin.by, now=NOW)
    lifecycle.capture_lead(lifecycle.Enquiry(full_name="Ba"), by=SYSTEM, now=NOW)
    assert admin.browser().get("/settings/scorecard/").status_code == 200
    assert Lead.objects.filter(fit_points=30).count() == 0


def test_what_is_gone_answers_nothing():
    rules = [{"id": "a", "condition": {"all": [LARGE, {"field": "source", "op": "eq", "value": "x"}]}}]
    assert named_in(rules) == {"custom.size"}
    assert readable(rules, {"custom.size"}) == rules
    assert readable(rules, ())[0]["condition"]["all"][0] == {"any": []}
