"""Deleting: what goes along, what refuses, and that undoing it brings every row back."""

import random
from datetime import timedelta

import pytest

from khoi.accounts.models import Account, Contact
from khoi.activities import services as activities
from khoi.activities.models import Activity, Task
from khoi.history import services as history
from khoi.history.models import Act
from khoi.kit.refusals import Refusal
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.people.models import Consent, Person
from khoi.pipeline.models import Opportunity
from khoi.qualification import services as qualification
from khoi.routing import services as routing
from khoi.routing.models import RoutingRule, Share
from khoi.team.queries import Forbidden
from khoi.timemachine import services as timemachine
from khoi.timemachine.queries.dump import canonical
from khoi.touchpoints import services as touchpoints
from tests.cast import NOW
from tests.left_out import examples

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def capture(name: str, email: str, by, *, source: str = "web_form", marketing: bool = False) -> Lead:
    said = lifecycle.ConsentGiven(purpose="marketing", wording="Tôi đồng ý", wording_version=1, language="vi", url="")
    enquiry = lifecycle.Enquiry(
        full_name=name, emails=(email,), phones=(), need="máy lọc", company_name="Nước Sạch", source=source,
        touch_kind="price_request", consents=(said,) if marketing else (),
    )  # fmt: skip
    return lifecycle.capture_lead(enquiry, by=by.by, now=NOW).lead


@pytest.fixture
def hoa(ready, an) -> Lead:
    """An's lead, called, with a task, accepted."""
    rule = RoutingRule.objects.earliest("position")
    routing.set_share(rule, user=an.user, weight=1, by=an.by, now=NOW)
    lead = capture("Hoa", "hoa@example.vn", an, marketing=True)
    activities.log_activity(lead.person, kind="call", lead=lead, outcome="connected", by=an.by, now=NOW + HOUR)
    activities.add_task(title="Gửi báo giá", owner=an.user, lead=lead, by=an.by, now=NOW + HOUR)
    qualification.override_stage(lead, stage="sql", note="đã rõ", by=an.by, now=NOW + HOUR)
    return Lead.objects.get()


@pytest.fixture
def deal(hoa, an) -> Opportunity:
    return lifecycle.convert_lead(hoa, account_name="Nước Sạch", amount=4, by=an.by, now=NOW + 2 * HOUR).opportunity


def delete(record, by, **how) -> Act:
    return lifecycle.delete_records([record], by=by.by, now=NOW + 3 * HOUR, **how)


def restore(act, by):
    return timemachine.undo(act, by=by.by, now=NOW + 4 * HOUR)


def drift() -> int:
    return lifecycle.recompute(check=True, now=NOW + 4 * HOUR).total


def facts() -> list[str]:
    return list(canonical())


def test_a_lead_goes_with_what_hangs_on_it_and_comes_back_as_it_was(hoa, an):
    before = facts()
    act = delete(hoa, an)
    assert not Lead.objects.exists()
    assert not Task.objects.exists()
    assert not Activity.objects.exists()
    assert Person.objects.count() == 1
    assert Share.objects.get().assigned == 0
    assert drift() == 0
    restore(act, an)
    assert facts() == before
    assert drift() == 0
    assert history.verify().ok


def test_a_lead_that_became_a_deal_stays(deal, hoa, an):
    with pytest.raises(Refusal) as refused:
        delete(hoa, an)
    assert refused.value.code == "lead_has_deals"
    assert Lead.objects.count() == 1


def test_a_person_goes_with_leads_and_deals_only_when_that_was_said(deal, hoa, an):
    before = facts()
    with pytest.raises(lifecycle.GoesAlong) as asked:
        delete(hoa.person, an)
    assert set(asked.value.along) == {Lead, Opportunity, Contact}
    assert facts() == before
    act = delete(hoa.person, an, along=lifecycle.names_of(asked.value.along))
    assert not Person.objects.exists()
    assert not Opportunity.objects.exists()
    assert not Lead.objects.exists()
    assert drift() == 0
    restore(act, an)
    assert facts() == before
    assert drift() == 0


def test_consent_stays_without_its_person_and_finds_it_again(hoa, an):
    owner = Consent.objects.get().person_id
    act = delete(hoa.person, an, along=None)
    assert Consent.objects.get().person_id is None
    restore(act, an)
    assert Consent.objects.get().person_id == owner


def test_an_account_with_deals_stays(deal, an):
    with pytest.raises(Refusal) as refused:
        delete(Account.objects.get(), an)
    assert refused.value.code == "account_has_deals"


def test_without_its_deal_a_lead_can_be_converted_again(deal, hoa, an):
    before = facts()
    act = delete(deal, an)
    hoa.refresh_from_db()
    assert hoa.lifecycle_stage == "sql"
    assert drift() == 0
    restore(act, an)
    assert facts() == before
    again = delete(deal, an)
    assert not lifecycle.convert_lead(Lead.objects.get(), by=an.by, now=NOW + 5 * HOUR).already
    with pytest.raises(history.Refused):
        restore(again, an)


def test_without_the_first_call_the_clock_runs_again(hoa, an):
    before = facts()
    assert hoa.responded_at is not None
    act = delete(Activity.objects.get(), an)
    hoa.refresh_from_db()
    assert (hoa.responded_at, hoa.work_status) == (None, "new")
    restore(act, an)
    assert facts() == before


def test_what_one_does_not_see_is_not_deleted_along(hoa, an, dung):
    other = capture("Hoa", "hoa@example.vn", dung)
    routing.assign_lead(other, owner=dung.user, by=dung.by, now=NOW + HOUR)
    with pytest.raises(Refusal) as refused:
        delete(hoa.person, an, along=None)
    assert refused.value.code == "holds_hidden"


def test_a_colleagues_call_is_deleted_by_those_who_lead(hoa, an, binh):
    activities.log_activity(hoa.person, kind="call", lead=hoa, outcome="busy", by=binh.by, now=NOW + HOUR)
    theirs = Activity.objects.latest("id")
    with pytest.raises(Forbidden, match="delete_others"):
        delete(theirs, an)
    delete(theirs, binh)
    assert Activity.objects.count() == 1


def test_her_manager_brings_back_what_she_deleted_and_a_stranger_does_not(hoa, an, binh, dung):
    act = delete(hoa, an)
    with pytest.raises(Forbidden):
        restore(act, dung)
    restore(act, binh)
    assert Lead.objects.count() == 1


class Company:
    """A few people with leads, deals, calls and tasks, drawn at random."""

    def __init__(self, seed: int, admin):
        self.draw, self.admin, self.now = random.Random(seed), admin, NOW

    def how(self):
        self.now += HOUR
        return {"by": self.admin.by, "now": self.now}

    def grow(self, size: int) -> None:
        for _ in range(size):
            address = f"{self.draw.choice('abc')}@example.vn"
            lead = capture(self.draw.choice(("Hoa", "Lan")), address, self.admin, marketing=self.draw.random() < 0.3)
            for step in self.draw.sample((self.call, self.task, self.convert, self.touch, self.own), 3):
                step(Lead.objects.get(pk=lead.pk))

    def call(self, lead):
        activities.log_activity(lead.person, kind="call", lead=lead, outcome="connected", **self.how())

    def task(self, lead):
        activities.add_task(title="Gọi lại", owner=self.admin.user, lead=lead, **self.how())

    def convert(self, lead):
        names = ("Nước Sạch", "Suối Mơ")
        account = Account.objects.filter(name=self.draw.choice(names)).first()
        if lead.lifecycle_stage not in ("disqualified", "recycled", "customer"):
            lifecycle.convert_lead(lead, account=account, account_name=self.draw.choice(names), **self.how())

    def touch(self, lead):
        touchpoints.record_touchpoint(lead.person, kind="demo_request", **self.how())

    def own(self, lead):
        routing.assign_lead(lead, owner=self.admin.user, **self.how())

    def delete_something(self) -> Act | None:
        model = self.draw.choice((Lead, Person, Account, Opportunity, Task, Activity))
        ids = list(model.objects.order_by("pk").values_list("pk", flat=True))
        chosen = model.objects.filter(pk__in=self.draw.sample(ids, min(len(ids), self.draw.randint(1, 2))))
        try:
            return lifecycle.delete_records(list(chosen), along=None, **self.how()) if chosen else None
        except Refusal:
            return None


@pytest.mark.parametrize("seed", range(examples(6)))
def test_random_records_deleted_and_restored_leave_no_trace(ready, admin, seed):
    company = Company(seed, admin)
    company.grow(6)
    stack = []
    for _ in range(8):
        before = facts()
        if (act := company.delete_something()) is not None:
            stack.append((before, act))
            assert lifecycle.recompute(check=True, now=company.now).total == 0
    assert stack
    for before, act in reversed(stack):
        timemachine.undo(act, **company.how())
        assert facts() == before
        assert lifecycle.recompute(check=True, now=company.now).total == 0
    assert history.verify().ok
