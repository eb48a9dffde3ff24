"""The page of a lead: who, how far, why, and what can be done."""

import re
from typing import Any

import pytest
from django.utils import timezone, translation

from khoi.capture import services as capture_forms
from khoi.capture.models import Submission
from khoi.history.models import Act
from khoi.history.rules.actors import SYSTEM
from khoi.home.queries.timeline import counts_of, timeline_of
from khoi.home.templatetags.reasons import clause_gap
from khoi.leads import services as leads
from khoi.leads.models import BantFact
from khoi.lifecycle import services as lifecycle
from khoi.touchpoints import services as touchpoints
from tests.cast import NOW, join
from tests.home.conftest import ago

pytestmark = pytest.mark.one_engine


@pytest.fixture
def lead(capture):
    return capture(
        "Nguyễn Thị Mai Chi",
        phone="0901 000 123",
        email="chi@lasen.example",
        company_name="Bao bì Lá Sen",
        employees=180,
        touch_kind="price_request",
        touch_title="Form báo giá",
        message="Cho mình xin giá.",
    )


def page(member, lead, query="lang=en"):
    return member.browser().get(f"/leads/{lead.public_id}/?{query}").content.decode()


def test_the_page_says_who_and_how_to_reach_them(lead, an):
    shown = page(an, lead)
    for words in ("Nguyễn Thị Mai Chi", "Bao bì Lá Sen", "tel:+84901000123", "mailto:chi@lasen.example", "Web form"):
        assert words in shown


def test_a_stranger_gets_404_like_for_what_is_not_there(lead, dung):
    assert dung.browser().get(f"/leads/{lead.public_id}/").status_code == 404
    assert dung.browser().get("/leads/00000000-0000-4000-8000-000000000000/").status_code == 404


def test_somebody_without_an_address_is_marked(capture, an):
    assert "No way to reach them" in page(an, capture("Chỉ Có Tên"))


def test_the_score_opens_its_lines(lead, an):
    shown = page(an, lead)
    assert "Score 30" in shown
    assert "Asked for a price" in shown
    assert "20 employees or more" in shown


def test_a_size_chosen_on_a_form_reads_as_it_was_chosen(lead, an):
    form = capture_forms.prepare_forms(by=SYSTEM, now=NOW)
    said = {"employees": "51-200"}
    Submission.objects.create(form=form, key="k", lead=lead, payload=said, verdict="lead", received_at=NOW)
    corrected = page(an, lead)
    leads.edit_lead(lead, changes={"employees": 51}, by=an.by, now=timezone.now())

    assert "180 people" in corrected
    assert "51–200 people" in page(an, lead)


def test_what_is_short_of_a_gate_is_rounded_like_the_score(capture, an):
    known = {"company_name": "Lá Sen", "employees": 180, "touch_kind": "price_request"}
    shown = page(an, capture("Lan", phone="0901 000 124", at=ago(hours=1), **known))

    assert "Score 30" in shown
    assert "30 of 40" in shown


def test_just_short_of_a_gate_never_reads_as_there():
    almost = {"field": "engagement", "op": "gte", "value": 40, "actual": 39}

    with translation.override("en"):
        assert clause_gap(almost, 40) == clause_gap(almost) == "39 of 40"


def test_the_gate_says_what_is_missing_and_where_to_record_it(lead, an):
    an.browser().post(f"/leads/{lead.public_id}/accept/")
    shown = page(an, lead)
    assert "4 of 6 still missing for SQL" in shown
    assert f"/leads/{lead.public_id}/bant/budget/" in shown


def test_accepting_is_told_with_an_undo_that_works(lead, an):
    browser = an.browser()
    shown = browser.post(f"/leads/{lead.public_id}/accept/", follow=True).content.decode()
    assert "data-undo" in shown
    lead.refresh_from_db()
    assert lead.lifecycle_stage == "sal"
    browser.post(re.search(r'action="([^"]+)" data-undo', shown)[1])
    lead.refresh_from_db()
    assert lead.lifecycle_stage != "sal"


def test_a_bant_fact_is_recorded_as_people_write_amounts(lead, an):
    an.browser().post(f"/leads/{lead.public_id}/bant/budget/", {"amount": "320 triệu", "confidence": "3"})
    fact = BantFact.objects.get(lead=lead)
    assert (fact.amount, fact.currency, fact.confidence) == (320_000_000, "VND", 3)


def test_an_amount_that_is_none_is_said_at_its_field(lead, an):
    answer = an.browser().post(f"/leads/{lead.public_id}/bant/budget/?lang=en", {"amount": "nhiều", "confidence": "2"})
    assert answer.status_code == 422
    assert "is not an amount" in answer.content.decode()
    assert not BantFact.objects.exists()


def test_the_guided_questions_come_in_both_languages(lead, an):
    for language in ("vi", "en"):
        shown = an.browser().get(f"/leads/{lead.public_id}/bant/need/?lang={language}")
        assert shown.status_code == 200
    assert "What does not work today?" in shown.content.decode()


def test_an_unknown_kind_of_fact_is_404(lead, an):
    assert an.browser().get(f"/leads/{lead.public_id}/bant/luck/").status_code == 404


def test_handing_back_asks_for_a_reason_and_a_day_to_come(lead, an):
    url = f"/leads/{lead.public_id}/hand-back/"
    assert an.browser().post(url, {"reason": "", "return_on": "2099-01-05"}).status_code == 422
    assert an.browser().post(url, {"reason": "timing", "return_on": "2001-01-05"}).status_code == 422
    assert an.browser().post(url, {"reason": "timing", "return_on": "2099-01-05"}).status_code == 302
    lead.refresh_from_db()
    assert lead.lifecycle_stage == "recycled"


def test_an_override_is_kept_with_its_reason(lead, an):
    an.browser().post(f"/leads/{lead.public_id}/override/", {"stage": "mql", "note": "Giám đốc đã hẹn"})
    assert "Giám đốc đã hẹn" in page(an, lead)


def test_only_a_leader_changes_the_owner(lead, an, binh):
    url, to = f"/leads/{lead.public_id}/assign/", {"owner": str(binh.user.public_id)}
    assert an.browser().post(url, to).status_code == 403
    assert binh.browser().post(url, to).status_code == 302
    lead.refresh_from_db()
    assert lead.owner_id == binh.pk


def test_editing_changes_person_and_lead_in_one_act(lead, an):
    typed = {
        "full_name": "Nguyễn Thị Mai Chi",
        "job_title": "Trưởng kho",
        "phones": "0901 000 123\n0902 000 456",
        "emails": "chi@lasen.example",
        "company_name": "Lá Sen",
        "employees": "200",
        "source": str(lead.source_id),
    }
    before = Act.objects.count()
    assert an.browser().post(f"/leads/{lead.public_id}/edit/", typed).status_code == 302
    lead.refresh_from_db()
    assert (lead.company_name, lead.employees, lead.person.job_title) == ("Lá Sen", 200, "Trưởng kho")
    assert [point.normal for point in lead.person.contact_points.filter(kind="phone").order_by("id")] == [
        "+84901000123",
        "+84902000456",
    ]
    assert Act.objects.count() == before + 1


def test_saving_without_a_change_leaves_no_trace(lead, an):
    browser = an.browser()
    form = browser.get(f"/leads/{lead.public_id}/edit/").context["form"]
    before = Act.objects.count()
    browser.post(f"/leads/{lead.public_id}/edit/", {name: value or "" for name, value in form.initial.items()})
    assert Act.objects.count() == before


def test_what_a_stranger_claimed_is_shown_as_a_claim(lead, an):
    said = lifecycle.Enquiry(
        full_name="Kẻ Mạo Danh", phones=("0901 000 123",), emails=("gia@example.vn",), source="web_form", claimed=True
    )
    second = lifecycle.capture_lead(said, by=an.by, now=timezone.now()).lead
    shown = page(an, second)
    assert "Claimed, unconfirmed" in shown
    assert "gia@example.vn" in shown
    assert "mailto:gia@example.vn" not in shown


def test_other_leads_of_the_person_are_linked(lead, capture, an):
    second = capture("Nguyễn Thị Mai Chi", phone="0901 000 123", need="Kho thứ hai")
    assert f"/leads/{second.public_id}/" in page(an, lead)


def test_later_puts_the_lead_off_with_a_task(lead, an):
    answer = an.browser().post(
        f"/leads/{lead.public_id}/later/?next=/", {"when": "tomorrow", "title": "Gọi lại", "next": "/"}
    )
    assert answer["Location"] == "/"
    assert lead.tasks.get().due_at > timezone.now()


def test_the_timeline_is_told_once_in_parts_of_any_size(lead, an):
    for hours in range(1, 6):
        touchpoints.record_touchpoint(lead.person, kind="page_view", by=an.by, now=ago(hours=hours))
    whole = timeline_of(lead.person, actor=an.by, size=50).events
    seen: list[Any] = []
    after = ""
    while True:
        part = timeline_of(lead.person, actor=an.by, after=after, size=2)
        seen += part.events
        if not part.after:
            break
        after = part.after
    assert [(event.kind, event.row.pk) for event in seen] == [(event.kind, event.row.pk) for event in whole]
    assert len(whole) == counts_of(lead.person, actor=an.by)[""] >= 9


def test_the_timeline_narrows_to_one_kind(lead, an):
    decisions = timeline_of(lead.person, actor=an.by, group="decisions", size=50).events
    assert {event.kind for event in decisions} == {"stage", "assignment"}


def test_a_stranger_is_told_nothing_of_the_person(lead, dung):
    assert timeline_of(lead.person, actor=dung.by).events == ()


def test_the_page_takes_a_steady_number_of_queries(lead, an, django_assert_max_num_queries):
    browser = an.browser()
    with django_assert_max_num_queries(60):
        browser.get(f"/leads/{lead.public_id}/")


def test_everything_of_a_person_and_an_account_is_on_one_page(lead, an, dung):
    made = lifecycle.convert_lead(lead, amount=320_000_000, by=an.by, now=timezone.now())
    person = an.browser().get(f"/people/{lead.person.public_id}/?lang=en").content.decode()
    account = an.browser().get(f"/accounts/{made.account.public_id}/?lang=en").content.decode()
    assert made.opportunity.name in person
    assert "Nguyễn Thị Mai Chi" in account
    assert dung.browser().get(f"/people/{lead.person.public_id}/").status_code == 404
    assert dung.browser().get(f"/accounts/{made.account.public_id}/").status_code == 404


def test_each_record_leads_to_its_history(lead, an):
    made = lifecycle.convert_lead(lead, by=an.by, now=timezone.now())
    pages = {
        "lead": f"/leads/{lead.public_id}/",
        "person": f"/people/{lead.person.public_id}/",
        "account": f"/accounts/{made.account.public_id}/",
        "deal": f"/pipeline/{made.opportunity.public_id}/",
    }
    browser = an.browser()
    for kind, url in pages.items():
        history = re.search(rf'href="(/history/of/{kind}/[^"]+)"', browser.get(url).content.decode())[1]
        assert browser.get(history).status_code == 200


def test_a_partner_is_shown_no_way_to_a_history(capture):
    partner = join("Đại Lý", "dai-ly@example.vn", "partner", None, visibility="own")
    assert "/history/of/" not in page(partner, capture("Hoa", owner=partner))


def test_two_people_who_change_the_same_field_see_both_values(lead, an, binh):
    browser, url = an.browser(), f"/leads/{lead.public_id}/edit/?lang=en"
    opened = browser.get(url).context
    typed = {name: value or "" for name, value in opened["form"].initial.items()} | opened["hidden"]
    binh.browser().post(url, typed | {"region": "Huế"})
    answer = browser.post(url, typed | {"region": "Đà Nẵng", "industry": "Bao bì"})
    assert answer.status_code == 409
    assert answer.context["form"]["region"].field.clash == {"base": "–", "theirs": "Huế", "mine": "Đà Nẵng"}
    assert "<dt>It is now</dt><dd>Huế</dd>" in answer.content.decode()
    again = browser.post(url, typed | {"region": "Đà Nẵng"} | answer.context["hidden"])
    lead.refresh_from_db()
    assert (again.status_code, lead.region, lead.industry) == (302, "Đà Nẵng", "")


def test_two_people_who_change_different_fields_both_do(lead, an, binh):
    browser, url = an.browser(), f"/leads/{lead.public_id}/edit/"
    opened = browser.get(url).context
    typed = {name: value or "" for name, value in opened["form"].initial.items()} | opened["hidden"]
    binh.browser().post(url, typed | {"region": "Huế"})
    browser.post(url, typed | {"industry": "Bao bì"})
    lead.refresh_from_db()
    assert (lead.region, lead.industry) == ("Huế", "Bao bì")
