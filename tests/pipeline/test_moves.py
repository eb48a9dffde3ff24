"""Moving a deal from the board, through HTTP."""

import pytest
from django.urls import reverse

from khoi.history import services as history
from khoi.history.models import Act
from khoi.history.queries import version_of
from khoi.pipeline import services as pipeline
from khoi.pipeline.models import Opportunity, StageMove
from tests.cast import NOW

BOARD = {"HX-Request": "true"}


def move(member, deal, stage, *, headers=BOARD, **said):
    """As the script of the board asks, unless told otherwise."""
    address = reverse("pipeline:move", args=[deal.public_id])
    body = {"stage": stage, "before": "", "board": "?view=mine", "version": version_of(deal), **said}
    return member.browser().post(address, body, headers=headers)


def now_in(deal):
    return Opportunity.objects.get(pk=deal.pk).stage.code


def fields_of(response):
    return {name for name in ("amount", "close_on", "need", "decision_maker") if f'name="{name}"' in response.text}


def test_the_gate_asks_exactly_for_what_is_missing(an, make_deal):
    deal = make_deal(close_on=NOW.date())
    response = move(an, deal, "proposal")
    assert response.status_code == 422
    assert "gateform" in response.text
    assert fields_of(response) == {"amount", "decision_maker"}
    assert now_in(deal) == "prospecting"


def test_what_the_gate_asked_for_completes_the_move_in_one_act(an, make_deal):
    deal = make_deal(close_on=NOW.date())
    before = Act.objects.count()
    response = move(an, deal, "proposal", amount="540 triệu", decision_maker="Phan Thị Hòa", hung="1")
    deal.refresh_from_db()
    assert response.status_code == 200
    assert (deal.stage.code, deal.amount, deal.decision_maker) == ("proposal", 540_000_000, "Phan Thị Hòa")
    assert Act.objects.count() == before + 1


def test_an_amount_that_cannot_be_read_is_asked_again_and_nothing_is_kept(an, make_deal):
    deal = make_deal(close_on=NOW.date())
    response = move(an, deal, "proposal", amount="nhiều", decision_maker="Phan Thị Hòa", hung="1")
    assert response.status_code == 422
    assert 'aria-invalid="true"' in response.text
    assert response["HX-Retarget"] == "closest .gateform"
    assert Opportunity.objects.get(pk=deal.pk).decision_maker == ""


def test_an_amount_below_zero_is_none(an, deal):
    assert move(an, deal, "closed_won", amount="-5 triệu").status_code == 422
    assert now_in(deal) == "prospecting"


def test_what_was_answered_stays_when_more_is_missing(an, deal):
    response = move(an, deal, "proposal", amount="540 triệu")
    assert fields_of(response) == {"amount", "close_on", "decision_maker"}
    assert "540 triệu" in response.text


def test_the_answer_brings_the_card_and_the_heads_of_the_board(an, deal):
    response = move(an, deal, "contact")
    assert f'data-version="{version_of(deal)}"' in response.text
    assert 'id="head-prospecting" hx-swap-oob' in response.text
    assert 'id="sums" hx-swap-oob' in response.text
    assert "hx-swap-oob" in response.text


def test_going_back_asks_for_nothing(an, make_deal):
    deal = make_deal(stage="negotiation")
    assert move(an, deal, "proposal").status_code == 200
    assert now_in(deal) == "proposal"


def test_losing_asks_why(an, deal):
    response = move(an, deal, "closed_lost")
    assert response.status_code == 422
    assert 'name="reason"' in response.text
    assert now_in(deal) == "prospecting"


def test_losing_without_choosing_a_reason_says_so(an, deal):
    response = move(an, deal, "closed_lost", reason="", note="chưa rõ", hung="1")
    assert response.status_code == 422
    assert "chưa rõ" in response.text
    assert 'aria-invalid="true"' in response.text


def test_a_lost_deal_keeps_reason_and_note_and_its_lead_is_disqualified(an, converted):
    assert move(an, converted, "closed_lost", reason="price", note="Bên kia rẻ hơn").status_code == 200
    converted.refresh_from_db()
    assert (converted.lost_reason, converted.lost_note) == ("price", "Bên kia rẻ hơn")
    assert converted.lead.lifecycle_stage == "disqualified"
    assert converted.lead.exit_reason == "price"


def test_winning_asks_for_the_amount(an, deal):
    response = move(an, deal, "closed_won")
    assert response.status_code == 422
    assert fields_of(response) == {"amount"}


def test_winning_makes_the_lead_a_customer(an, converted):
    assert move(an, converted, "closed_won").status_code == 200
    converted.refresh_from_db()
    assert converted.closed_at is not None
    assert converted.lead.lifecycle_stage == "customer"


def test_undo_brings_deal_lead_and_board_back(an, converted):
    before = Opportunity.objects.filter(pk=converted.pk).values().get()
    move(an, converted, "closed_won")
    history.undo_act(Act.objects.get(pk=Act.objects.latest("id").pk), by=an.by, now=NOW)
    assert Opportunity.objects.filter(pk=converted.pk).values().get() == before
    assert converted.lead.lifecycle_stage == "opportunity"
    assert StageMove.objects.filter(opportunity=converted).count() == 1
    assert f'data-card="{converted.pk}"' in an.browser().get("/pipeline/").text


def test_a_move_from_an_outdated_stage_says_what_happened_meanwhile(an, binh, deal):
    seen = version_of(deal)
    pipeline.move_opportunity(deal, stage="contact", by=binh.by, now=NOW)
    response = move(an, deal, "closed_lost", reason="price", version=seen)
    assert response.status_code == 409
    assert "Trần Văn Bình" in response.text
    assert "Liên hệ" in response.text
    assert now_in(deal) == "contact"


def test_a_gate_form_that_comes_too_late_loads_the_board_anew(an, binh, deal):
    seen = version_of(deal)
    pipeline.move_opportunity(deal, stage="contact", by=binh.by, now=NOW)
    response = move(an, deal, "closed_won", amount="5 tỷ", version=seen, hung="1")
    assert response.status_code == 409
    assert response["HX-Refresh"] == "true"
    assert Opportunity.objects.get(pk=deal.pk).amount is None


def test_what_others_changed_elsewhere_does_not_stop_a_move(an, binh, deal):
    seen = version_of(deal)
    pipeline.edit_opportunity(deal, changes={"need": "Đếm kho"}, by=binh.by, now=NOW)
    assert move(an, deal, "contact", version=seen).status_code == 200
    assert now_in(deal) == "contact"


def test_without_script_the_menu_of_a_card_moves_it_and_leads_back(an, deal):
    page = an.browser().get(reverse("pipeline:move", args=[deal.public_id]) + "?next=/pipeline/")
    assert 'value="contact"' in page.text
    response = move(an, deal, "contact", headers={}, next="/pipeline/?view=mine")
    assert (response.status_code, response["Location"]) == (302, "/pipeline/?view=mine")


def test_without_script_the_gate_is_a_page(an, deal):
    response = move(an, deal, "closed_won", headers={}, next="/pipeline/")
    assert response.status_code == 422
    assert "<!doctype html>" in response.text
    assert fields_of(response) == {"amount"}


def test_a_move_leads_to_no_other_site(an, deal):
    response = move(an, deal, "contact", headers={}, next="https://example.com/")
    assert response["Location"] == reverse("pipeline:deal", args=[deal.public_id])


def test_an_unknown_stage_offers_those_there_are(an, deal):
    response = move(an, deal, "nowhere", headers={})
    assert response.status_code == 422
    assert 'value="contact"' in response.text


def test_a_closed_deal_is_opened_again_where_it_was(an, converted):
    move(an, converted, "closed_lost", reason="timing", note="")
    page = an.browser().get(reverse("pipeline:deal", args=[converted.public_id])).text
    assert '<input type="hidden" name="stage" value="prospecting">' in page
    assert move(an, converted, "prospecting").status_code == 200
    converted.refresh_from_db()
    assert (converted.closed_at, converted.lost_reason) == (None, "")
    assert converted.lead.lifecycle_stage == "opportunity"


def test_a_next_step_the_gate_asks_for_becomes_a_task(an, deal):
    from khoi.activities.models import Task
    from khoi.pipeline.models import PipelineStage
    from tests.cast import acting

    with acting():
        asks = {"field": "next_task", "op": "eq", "value": True}
        PipelineStage.objects.filter(code="contact").update(gate=asks)
    assert 'name="next_task"' in move(an, deal, "contact").text
    assert move(an, deal, "contact", next_task="Gọi lại").status_code == 200
    assert Task.objects.get().title == "Gọi lại"


@pytest.mark.parametrize("role", ["read_only", "marketer"])
def test_who_may_only_look_is_offered_no_move_and_makes_none(deal, role):
    from tests.cast import join

    onlooker = join("Hoàng Thu Xem", "xem@example.vn", role, None, visibility="all")
    assert "data-card" not in onlooker.browser().get("/pipeline/?view=all").text
    assert move(onlooker, deal, "contact").status_code == 403
    assert now_in(deal) == "prospecting"


def test_a_stranger_gets_404(dung, deal):
    assert move(dung, deal, "contact").status_code == 404
