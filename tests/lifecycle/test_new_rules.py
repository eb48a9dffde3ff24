"""Another scorecard or policy: every lead follows at once, and undo goes back."""

import pytest

from khoi.history import services as history
from khoi.history.rules.actors import SYSTEM
from khoi.kit.refusals import Refusal
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.lifecycle.services import settling
from khoi.qualification import services as qualification
from khoi.qualification.models import Policy, StageChange
from khoi.scoring import services as scoring
from khoi.scoring.models import Scorecard
from tests.cast import NOW


@pytest.fixture
def lead(ready, admin):
    enquiry = lifecycle.Enquiry(
        full_name="Nguyễn Thị Mai Chi",
        phones=("0901000123",),
        company_name="Lá Sen",
        employees=45,
        source="web_form",
        touch_kind="price_request",
    )
    return lifecycle.capture_lead(enquiry, by=SYSTEM, now=NOW).lead


def publish_card(by, **changes):
    card = Scorecard.objects.get(version=1)
    entries = [entry | changes.get(entry["id"], {}) for entry in card.rules]
    return scoring.publish_scorecard(half_life_days=30, entries=entries, grades=card.grades, by=by, now=NOW)


def test_another_scorecard_scores_and_judges_every_lead_at_once(lead, admin):
    before = (lead.fit_points, lead.fit_grade, lead.lifecycle_stage)
    publish_card(admin.by, size={"points": 30}, asked_price={"points": 45, "cap": 60})
    lead.refresh_from_db()

    assert before == (30, "B", "prospect")
    assert (lead.fit_points, lead.fit_grade, lead.lifecycle_stage) == (45, "A", "mql")


def test_undo_brings_back_the_version_the_points_and_the_stage(lead, admin):
    with history.act("publish_scorecard", by=admin.by, now=NOW) as act:
        publish_card(admin.by, asked_price={"points": 45, "cap": 60})
    history.undo_act(act, by=admin.by, now=NOW)
    lasts_until = lead.lasts_until
    lead.refresh_from_db()

    assert Scorecard.objects.count() == 1
    assert (lead.lifecycle_stage, abs(lead.lasts_until - lasts_until) < 1000) == ("prospect", True)
    assert lifecycle.recompute(check=True, now=NOW).total == 0


def test_the_same_scorecard_again_is_no_new_version(lead, admin):
    publish_card(admin.by)

    assert Scorecard.objects.count() == 1


@pytest.mark.parametrize("change", [{"points": 0}, {"cap": 0}, {"axis": "mood"}])
def test_a_scorecard_that_cannot_be_read_is_not_published(lead, admin, change):
    with pytest.raises(Refusal):
        publish_card(admin.by, asked_price=change)

    assert Scorecard.objects.count() == 1


def test_another_policy_judges_every_lead_and_undo_takes_the_moves_back(lead, admin):
    criteria = dict(Policy.objects.get().criteria)
    criteria["mql"] = {"all": [{"field": "engagement", "op": "gte", "value": 20}]}
    with history.act("publish_policy", by=admin.by, now=NOW) as act:
        policy_id = qualification.publish_policy(criteria=criteria, by=admin.by, now=NOW).pk
    lead.refresh_from_db()
    moved, by_policy = lead.lifecycle_stage, StageChange.objects.latest("id").policy_id
    history.undo_act(act, by=admin.by, now=NOW)
    lead.refresh_from_db()

    assert (moved, by_policy) == ("mql", policy_id)
    assert (lead.lifecycle_stage, Policy.objects.count()) == ("prospect", 1)


def test_a_stricter_policy_takes_no_stage_away(lead, admin):
    criteria = dict(Policy.objects.get().criteria) | {
        "prospect": {"all": [{"field": "won", "op": "eq", "value": True}]}
    }
    qualification.publish_policy(criteria=criteria, by=admin.by, now=NOW)
    lead.refresh_from_db()

    assert lead.lifecycle_stage == "prospect"


def test_very_many_leads_are_marked_and_settled_later(lead, admin, monkeypatch):
    monkeypatch.setattr(settling, "AT_ONCE", 1)
    publish_card(admin.by, size={"points": 30})
    lead.refresh_from_db()

    assert (lead.fit_points, lead.next_check_at) == (30, NOW)


# --- the pages


def test_the_page_publishes_points_caps_and_half_life(admin, lead):
    browser = admin.browser()
    form = browser.get("/settings/scorecard/edit/").context["form"]
    typed = {field.html_name: field.value() for field in form if field.value() is not None}
    answer = browser.post(
        "/settings/scorecard/edit/", typed | {"points_size": "30", "points_title": "0", "half_life_days": "14"}
    )
    card = Scorecard.objects.latest("version")

    assert answer.status_code == 302
    assert (card.version, card.half_life_days) == (2, 14)
    assert {rule["id"]: rule["points"] for rule in card.rules}["size"] == 30
    assert "title" not in {rule["id"] for rule in card.rules}


def test_a_stage_that_asks_for_nothing_any_more_lets_nobody_in(admin, lead):
    browser = admin.browser()
    form = browser.get("/settings/policy/edit/").context["form"]
    typed = {f.html_name: "on" if f.value() is True else f.value() for f in form if f.value() is not None}
    kept = {name: value for name, value in typed.items() if not name.startswith("keep_mql")}
    browser.post("/settings/policy/edit/", kept | {"value_prospect_2": ["A", "B", "C"]})
    policy = Policy.objects.latest("version")

    assert "mql" not in policy.criteria
    assert policy.criteria["prospect"]["all"][2]["value"] == ["A", "B", "C"]
    assert Lead.objects.get().lifecycle_stage == "prospect"


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize(
    "page", ["scorecard", "scorecard/edit", "policy", "policy/edit", "routing", "pipeline", "sources"]
)
def test_every_page_of_rules_opens(admin, lead, page, language):
    answer = admin.browser().get(f"/settings/{page}/?lang={language}")

    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.content.decode()
