"""Whom to contact first, and why."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from khoi.activities import services as activities
from khoi.home.queries.queue import queue_of
from khoi.leads import services as leads
from khoi.lifecycle import services as lifecycle
from khoi.qualification import services as qualification
from khoi.touchpoints import services as touchpoints
from khoi.workspace import queries as workspace
from khoi.workspace.services import edit_workspace
from tests.cast import join
from tests.home.conftest import ago

TWO = (("Quay Lại", "0912 000 001"), ("Trở Về", "0912 000 002"))


def reasons(member, whose="mine"):
    queue = queue_of(member.by, whose=whose, now=timezone.now())
    return [(line.reason, line.row.lead.person.full_name if line.row else "") for line in queue.lines]


def answered(lead, member, at, outcome="connected"):
    activities.log_activity(lead.person, kind="call", lead=lead, outcome=outcome, by=member.by, now=at)


def test_a_lead_whose_time_ran_out_stands_first(capture, an):
    capture("Trễ Hẹn", at=ago(hours=2), phone="0912 000 001")
    capture("Mới Tới", phone="0912 000 002")
    assert reasons(an) == [("late", "Trễ Hẹn"), ("soon", "Mới Tới")]


def test_somebody_who_wrote_after_our_last_call_waits_for_an_answer(capture, an):
    lead = capture("Trả Lời", at=ago(days=3), phone="0912 000 001")
    answered(lead, an, ago(days=3))
    touchpoints.record_touchpoint(lead.person, kind="email_reply", by=an.by, now=ago(hours=1))
    assert reasons(an) == [("replied", "Trả Lời")]


def test_whoever_was_called_back_since_waits_no_longer(capture, an):
    lead = capture("Trả Lời", at=ago(days=3), phone="0912 000 001")
    answered(lead, an, ago(days=3))
    touchpoints.record_touchpoint(lead.person, kind="email_reply", by=an.by, now=ago(hours=2))
    answered(lead, an, ago(hours=1), outcome="no_answer")
    assert reasons(an) == []


def test_a_task_whose_hour_has_passed_is_told_with_its_lead(capture, an):
    lead = capture("Có Hẹn", at=ago(days=3), phone="0912 000 001")
    answered(lead, an, ago(days=3))
    activities.add_task(title="Gọi lại", owner=an.user, lead=lead, due_at=ago(hours=1), by=an.by, now=ago(days=2))
    assert reasons(an) == [("overdue", "Có Hẹn")]


def warm_up(lead, member, at, *kinds):
    facts: dict[str, dict[str, Any]] = {
        "need": {"text": "In mã vạch"},
        "budget": {"amount": 320_000_000, "currency": "VND"},
        "timing": {"band": "now"},
        "authority": {"role": "decision_maker"},
    }
    for kind in kinds:
        leads.record_bant(lead, kind=kind, by=member.by, now=at, **facts[kind])


def test_a_hot_lead_without_a_next_step_is_named(capture, an):
    lead = capture("Đang Nóng", at=ago(days=3), phone="0912 000 001")
    answered(lead, an, ago(days=3))
    warm_up(lead, an, ago(days=2), "need", "budget", "timing")
    assert reasons(an) == [("hot", "Đang Nóng")]


def test_a_hot_lead_with_a_next_step_is_not(capture, an):
    lead = capture("Đang Nóng", at=ago(days=3), phone="0912 000 001")
    answered(lead, an, ago(days=3))
    warm_up(lead, an, ago(days=2), "need", "budget", "timing")
    later = timezone.now() + timedelta(days=3)
    activities.add_task(title="Gửi giá", owner=an.user, lead=lead, due_at=later, by=an.by, now=ago(days=1))
    assert reasons(an) == []


def test_a_lead_one_fact_short_of_sql_says_which(capture, an):
    lead = capture("Thiếu Một", at=ago(days=3), phone="0912 000 001", touch_kind="price_request")
    answered(lead, an, ago(days=3))
    qualification.accept_lead(lead, by=an.by, now=ago(days=3))
    warm_up(lead, an, ago(days=2), "need", "timing", "authority")
    (line,) = queue_of(an.by, whose="mine", now=timezone.now()).lines
    assert (line.reason, line.missing) == ("one_short", ("bant_budget",))


def test_a_recycled_lead_returns_on_its_day(capture, an):
    lead = capture("Quay Lại", at=ago(days=9), phone="0912 000 001")
    answered(lead, an, ago(days=9))
    day = workspace.today(ago(days=2))
    qualification.hand_back(lead, reason="timing", return_on=day, by=an.by, now=ago(days=5))
    assert reasons(an) == [("returned", "Quay Lại")]


def test_who_may_not_take_a_lead_up_again_is_offered_to_open_it(capture, an):
    partner = join("Phan Nhật Minh", "minh@doitac.example", "partner", None, visibility="own")
    back = [capture(name, owner=partner, at=ago(days=9), phone=phone) for name, phone in TWO]
    for lead in back:
        day = workspace.today(ago(days=2))
        qualification.hand_back(lead, reason="timing", return_on=day, by=an.by, now=ago(days=5))
    page = partner.browser().get("/").text
    assert all(str(lead.public_id) in page for lead in back)
    assert "/reopen/" not in page


def test_a_deal_that_stands_still_is_told(capture, an):
    lead = capture("Đứng Yên", at=ago(days=40), phone="0912 000 001")
    answered(lead, an, ago(days=40))
    lifecycle.convert_lead(lead, by=an.by, now=ago(days=30))
    (line,) = queue_of(an.by, whose="mine", now=timezone.now()).lines
    assert (line.reason, line.deal.person.full_name) == ("still", "Đứng Yên")


def test_engagement_that_fell_under_the_mark_is_cooling(capture, an):
    lead = capture("Nguội Dần", at=ago(days=20), phone="0912 000 001", touch_kind="price_request")
    answered(lead, an, ago(days=20))
    touchpoints.record_touchpoint(lead.person, kind="call_in", by=an.by, now=ago(days=19))
    answered(lead, an, ago(days=18))
    assert reasons(an) == [("cooling", "Nguội Dần")]


def test_a_stranger_sees_none_of_it(capture, an, dung):
    capture("Trễ Hẹn", at=ago(hours=2), phone="0912 000 001")
    assert (reasons(dung, "all"), len(reasons(an))) == ([], 1)


def test_a_manager_sees_the_teams(capture, an, binh):
    capture("Trễ Hẹn", at=ago(hours=2), phone="0912 000 001")
    assert (reasons(binh, "mine"), reasons(binh, "all")) == ([], [("late", "Trễ Hẹn")])


def test_the_page_says_who_why_and_how_to_reach_them(capture, an):
    capture("Trễ Hẹn", at=ago(hours=2), phone="0912 000 001", touch_kind="price_request")
    page = an.browser().get("/?lang=en").content.decode()
    assert "Trễ Hẹn" in page
    assert "Asked for a price" in page
    assert 'href="tel:+84912000001"' in page


def test_an_empty_queue_says_so(capture, an):
    answered(capture("Xong Rồi", at=ago(days=3), phone="0912 000 001"), an, ago(days=3))
    assert "Nothing more for today" in an.browser().get("/?lang=en").content.decode()


@pytest.mark.usefixtures("ready")
def test_the_first_day_offers_the_first_lead(an):
    page = an.browser().get("/?lang=en").content.decode()
    assert 'href="/add/"' in page
    assert "Name the company" not in page


@pytest.mark.usefixtures("ready")
def test_whoever_sets_the_company_up_sees_four_steps_and_what_is_done(admin):
    steps = admin.browser().get("/?lang=en").context["first_steps"]
    edit_workspace(workspace.current(), changes={"name": "Bến Mây"}, by=admin.by, now=timezone.now())
    after = admin.browser().get("/?lang=en").context["first_steps"]

    assert [step.url for step in steps] == ["/settings/workspace/", "/settings/people/", "/settings/forms/", "/add/"]
    assert (steps[0].done, after[0].done) == (False, True)


def test_the_queue_asks_no_more_for_many_leads_than_for_few(capture, an, django_assert_max_num_queries):
    for n in range(3):
        capture(f"Người {n}", at=ago(hours=2), phone=f"0912 000 00{n}")
    with django_assert_max_num_queries(40) as few:
        queue_of(an.by, whose="mine", now=timezone.now())
    for n in range(3, 9):
        capture(f"Người {n}", at=ago(hours=2), phone=f"0912 000 00{n}")
    with django_assert_max_num_queries(len(few)):
        queue_of(an.by, whose="mine", now=timezone.now())


def test_later_takes_a_lead_out_of_ones_own_queue_but_not_of_the_managers(capture, an, binh):
    lead = capture("Để Sau", at=ago(hours=2), phone="0912 000 001")
    an.browser().post(f"/leads/{lead.public_id}/later/", {"when": "week", "title": "Gọi lại"})
    assert (reasons(an), reasons(binh, "all")) == ([], [("late", "Để Sau")])
