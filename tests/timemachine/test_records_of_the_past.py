"""The page of a record as of a day: its own page over the rows of then, read-only, with today's rights."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from khoi.activities import services as activities
from khoi.custom import services as custom
from khoi.custom.models import CustomField
from khoi.leads import services as leads
from khoi.leads.models import Lead, LeadValue
from khoi.lifecycle import services as lifecycle
from khoi.people import services as people
from khoi.pipeline import services as pipeline
from khoi.pipeline.models import PipelineStage
from khoi.routing import services as routing
from khoi.timemachine import services
from khoi.timemachine.queries.past import gone_from
from tests.cast import NOW, acting

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def later(monkeypatch):
    """The pages are looked at ten days after it all began."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + 10 * DAY)


def on(day):
    return (NOW + day * DAY).date().isoformat()


def look(member, path, day, known="now"):
    return member.browser().get(path, {"as_of": on(day), "known": known})


def page(member, path, day, known="now"):
    answer = look(member, path, day, known)
    assert answer.status_code == 200
    return answer.content.decode().split('id="work"')[1].split("</main>")[0]


def make(owner, name, day=0.0, **said):
    enquiry = lifecycle.Enquiry(full_name=name, owner=owner.user, **said)
    return lifecycle.capture_lead(enquiry, by=owner.by, now=NOW + day * DAY).lead


@pytest.fixture
def hoa(ready, an):
    return make(an, "Hoa", phones=("0912000111",), company_name="Suối Mơ")


def path_of(lead):
    return f"/leads/{lead.public_id}/"


def test_the_page_of_a_lead_has_all_its_parts_as_they_were(hoa, an, binh):
    activities.log_activity(hoa.person, kind="call", lead=hoa, body="gọi sớm", by=an.by, now=NOW + DAY)
    task = activities.add_task(title="Gửi báo giá", owner=an.user, lead=hoa, by=an.by, now=NOW + DAY)
    leads.record_bant(hoa, kind="need", text="kho lạnh", by=an.by, now=NOW + 2 * DAY)
    activities.log_activity(hoa.person, kind="call", lead=hoa, body="gọi muộn", by=an.by, now=NOW + 6 * DAY)
    activities.complete_task(task, by=an.by, now=NOW + 6 * DAY)
    routing.assign_lead(hoa, owner=binh.user, by=binh.by, now=NOW + 6 * DAY)
    for known in ("now", "then"):
        told = page(an, path_of(hoa), 3, known)
        assert [one in told for one in ("gọi sớm", "gọi muộn", "kho lạnh", "Gửi báo giá", "0912 000 111")] == [
            *(True, False, True, True, True)
        ]
        assert [str(one) in told for one in (an.user, binh.user)] == [True, False]


def test_nothing_on_it_writes(hoa, an):
    deal = lifecycle.convert_lead(hoa, account_name="Suối Mơ", amount=5, by=an.by, now=NOW + DAY)
    paths = [path_of(hoa), f"/people/{hoa.person.public_id}/", f"/accounts/{deal.account.public_id}/"]
    for path in (*paths, f"/pipeline/{deal.opportunity.public_id}/"):
        told = page(an, path, 2)
        assert not re.search(r"<form|<button|data-dialog|data-log|csrf", told), path
        assert "record" in told


def test_its_links_lead_to_the_same_day(hoa, an):
    made = lifecycle.convert_lead(hoa, account_name="Suối Mơ", amount=5, by=an.by, now=NOW + DAY)
    told = page(an, f"/people/{hoa.person.public_id}/", 2)
    for path in (path_of(hoa), f"/accounts/{made.account.public_id}/", f"/pipeline/{made.opportunity.public_id}/"):
        assert f'href="{path}?as_of={on(2)}&amp;known=now"' in told


def test_fields_of_ones_own_hold_what_stood_in_them_by_their_name_of_then(hoa, an, admin):
    field = custom.add_field("lead", type="number", label="Pallets", by=admin.by, now=NOW)
    for day, value in ((1, 3), (5, 30)):
        custom.set_values(Lead.objects.get(pk=hoa.pk), {field.key: Decimal(value)}, by=an.by, now=NOW + day * DAY)
    with acting("edit_field", now=NOW + 5 * DAY):
        CustomField.objects.update(label="Kệ", label_vi="Kệ")
    found = [re.findall(r"<dt>(Pallets|Kệ)</dt><dd>(\d*)", page(an, path_of(hoa), day)) for day in (0, 2, 6)]
    assert found == [[], [("Pallets", "3")], [("Kệ", "30")]]


def test_of_two_who_were_merged_since_each_stands_alone(hoa, an, admin):
    mai = make(an, "Mai", phones=("0912000222",))
    people.merge_people(hoa.person, loser=mai.person, by=admin.by, now=NOW + 5 * DAY)
    for known in ("now", "then"):
        paths = [f"/people/{one.person.public_id}/" for one in (hoa, mai)]
        first, second = (page(an, path, 2, known) for path in paths)
        assert ("0912 000 111" in first, "0912 000 222" in first) == (True, False)
        assert ("0912 000 111" in second, "0912 000 222" in second, path_of(mai) in second) == (False, True, True)
        assert "0912 000 222" in page(an, paths[0], 6, known)
        moved = look(an, paths[1], 6, known)
        assert (moved.status_code, moved["Location"]) == (302, f"{paths[0]}?as_of={on(6)}&known={known}")


def test_a_merge_taken_back_since_was_shown_then(hoa, an, admin):
    mai = make(an, "Mai", phones=("0912000222",))
    merged = people.merge_people(hoa.person, loser=mai.person, by=admin.by, now=NOW + 2 * DAY)
    assert merged.act is not None
    services.undo(merged.act, by=admin.by, now=NOW + 5 * DAY)
    path = f"/people/{hoa.person.public_id}/"
    assert ["0912 000 222" in page(an, path, 3, known) for known in ("then", "now")] == [True, False]


def test_the_account_of_then_has_the_deal_that_went_to_another_one(hoa, an):
    made = lifecycle.convert_lead(hoa, account_name="Suối Mơ", amount=5, by=an.by, now=NOW + DAY)
    other = lifecycle.convert_lead(make(an, "Mai", day=2), account_name="Sen", by=an.by, now=NOW + 2 * DAY).account
    pipeline.edit_opportunity(made.opportunity, changes={"account": other}, by=an.by, now=NOW + 5 * DAY)
    told = [str(made.opportunity.public_id) in page(an, f"/accounts/{made.account.public_id}/", d) for d in (3, 6)]
    assert told == [True, False]


def test_a_deal_stands_at_its_stage_with_its_amount_and_its_moves(hoa, an):
    deal = lifecycle.convert_lead(hoa, account_name="Suối Mơ", amount=5_000_000, by=an.by, now=NOW + DAY).opportunity
    with acting("edit_stage"):
        PipelineStage.objects.update(gate={})
    pipeline.edit_opportunity(deal, changes={"amount": 9_000_000}, by=an.by, now=NOW + 3 * DAY)
    pipeline.move_opportunity(deal, stage="closed_lost", reason="price", by=an.by, now=NOW + 5 * DAY)
    for known in ("now", "then"):
        before, after = (page(an, f"/pipeline/{deal.public_id}/", day, known) for day in (2, 6))
        assert ["5\xa0tr" in before, "9\xa0tr" in after] == [True, True]
        assert [one.split('class="moves"')[1].count("<li") for one in (before, after)] == [1, 2]


def test_what_was_deleted_since_has_its_page_for_whoever_would_see_it(hoa, an, binh, dung):
    lifecycle.delete_records([hoa], by=an.by, now=NOW + 4 * DAY)
    for known in ("now", "then"):
        assert [look(who, path_of(hoa), 2, known).status_code for who in (an, binh, dung)] == [200, 200, 404]
        assert "<h1>Hoa</h1>" in page(an, path_of(hoa), 2, known)
    assert "Hôm đó không có mục này" in page(an, path_of(hoa), 5)
    assert an.browser().get(path_of(hoa)).status_code == 410


def test_whose_record_it_is_today_says_who_sees_it_then(hoa, an, dung, admin):
    routing.assign_lead(hoa, owner=dung.user, by=admin.by, now=NOW + 4 * DAY)
    for path in (path_of(hoa), f"/people/{hoa.person.public_id}/"):
        assert [look(who, path, 2).status_code for who in (an, dung)] == [404, 200]


def test_of_what_hangs_on_a_person_only_that_is_told_which_one_sees(hoa, an, dung, admin):
    with acting("capture_lead", now=NOW + DAY):
        his = Lead.objects.create(person=hoa.person, owner=dung.user, arrived_at=NOW + DAY, created_at=NOW + DAY)
    activities.add_task(title="Việc của Dũng", owner=dung.user, lead=his, by=dung.by, now=NOW + DAY)
    for path in (path_of(hoa), f"/people/{hoa.person.public_id}/"):
        told = [page(who, path, 2) for who in (an, admin)]
        assert [(path_of(his) in one, "Việc của Dũng" in one) for one in told] == [(False, False), (True, True)]


def test_of_an_account_with_very_many_leads_the_question_stays_one_a_database_takes(ready):
    assert gone_from(LeadValue, "lead_id", range(1, 2_500)) == set()


def test_what_it_asks_does_not_grow_with_the_workspace(hoa, an, django_assert_max_num_queries):
    for number in range(8):
        make(an, f"Mai {number}", day=number / 10)
    browser = an.browser()
    browser.get(path_of(hoa), {"as_of": on(2)})
    with django_assert_max_num_queries(330):
        browser.get(path_of(hoa), {"as_of": on(2)})
