"""Every verb of a lead's whole life, taken back: the facts are those of before, and nothing derived is off."""

from datetime import timedelta

import pytest

from khoi.activities import services as activities
from khoi.history import services as history
from khoi.history.models import Act
from khoi.leads import services as leads
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.people import services as people
from khoi.pipeline import services as pipeline
from khoi.pipeline.models import Opportunity, PipelineStage
from khoi.qualification import services as qualification
from khoi.routing import services as routing
from khoi.routing.models import RoutingRule
from khoi.timemachine import services as timemachine
from khoi.timemachine.queries.dump import canonical
from khoi.touchpoints import services as touchpoints
from tests.cast import NOW

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


class Life:
    """A lead from capture to a won deal, a step an hour; each step is one act by An."""

    def __init__(self, an, binh):
        self.an, self.binh, self.now = an, binh, NOW

    def how(self, by=None):
        self.now += HOUR
        return {"by": (by or self.an).by, "now": self.now}

    @property
    def lead(self) -> Lead:
        return Lead.objects.latest("id")

    @property
    def deal(self) -> Opportunity:
        return Opportunity.objects.latest("id")

    def share(self):
        rule = RoutingRule.objects.earliest("position")
        routing.set_share(rule, user=self.an.user, weight=1, **self.how(self.binh))

    def capture(self):
        enquiry = lifecycle.Enquiry(
            full_name="Phạm Thị Hương", emails=("huong@nuocsach.vn",), phones=("0912345678",), need="máy lọc",
            company_name="Nước Sạch", source="web_form", touch_kind="price_request",
        )  # fmt: skip
        lifecycle.capture_lead(enquiry, **self.how())

    def capture_again(self):
        enquiry = lifecycle.Enquiry(full_name="Hương", emails=("huong@nuocsach.vn",), source="webinar")
        lifecycle.capture_lead(enquiry, **self.how())

    def rename(self):
        people.edit_person(
            self.lead.person, changes={"full_name": "Phạm Hương", "phones": ["0987654321"]}, **self.how()
        )

    def touch(self):
        touchpoints.record_touchpoint(self.lead.person, kind="demo_request", **self.how())

    def call(self):
        activities.log_activity(self.lead.person, kind="call", lead=self.lead, outcome="connected", **self.how())

    def plan(self):
        activities.add_task(title="Gửi báo giá", owner=self.an.user, lead=self.lead, **self.how())

    def accept(self):
        qualification.accept_lead(self.lead, **self.how())

    def budget(self):
        leads.record_bant(self.lead, kind="budget", amount=40_000_000, currency="VND", **self.how())

    def authority(self):
        leads.record_bant(self.lead, kind="authority", role="decision_maker", text="chị Hương", **self.how())

    def assign(self):
        routing.assign_lead(self.lead, owner=self.binh.user, note="chị Bình quen", **self.how(self.binh))

    def override(self):
        qualification.override_stage(self.lead, stage="sql", note="đã rõ", **self.how())

    def convert(self):
        lifecycle.convert_lead(self.lead, account_name="Nước Sạch", amount=40_000_000, **self.how())

    def advance(self):
        stage = PipelineStage.objects.get(pipeline=self.deal.stage.pipeline, code="contact")
        pipeline.move_opportunity(self.deal, stage=stage, **self.how())

    def win(self):
        stage = PipelineStage.objects.get(pipeline=self.deal.stage.pipeline, code="closed_won")
        pipeline.move_opportunity(self.deal, stage=stage, **self.how())


STEPS = (
    "share", "capture", "rename", "touch", "call", "plan", "accept", "budget", "authority", "assign", "override",
    "convert", "advance", "win", "capture_again",
)  # fmt: skip


@pytest.fixture
def life(ready, an, binh) -> Life:
    return Life(an, binh)


def take_back(act: Act, admin, now):
    return timemachine.undo(act, by=admin.by, now=now)


def facts() -> list[str]:
    return list(canonical())


def test_every_step_is_taken_back_and_done_again_exactly(life, admin):
    for step in STEPS:
        before = facts()
        getattr(life, step)()
        act, after = Act.objects.latest("id"), facts()
        assert after != before, step
        undone = take_back(act, admin, life.now)
        assert facts() == before, step
        assert lifecycle.recompute(check=True, now=life.now).total == 0, step
        take_back(undone.act, admin, life.now)
        assert facts() == after, step
        assert lifecycle.recompute(check=True, now=life.now).total == 0, step
    assert history.verify().ok


def test_a_whole_life_is_taken_back_step_by_step(life, admin):
    seen = []
    for step in STEPS:
        before = facts()
        getattr(life, step)()
        seen.append((before, step, Act.objects.latest("id")))
    for before, step, act in reversed(seen):
        take_back(act, admin, life.now)
        assert facts() == before, step
    assert lifecycle.recompute(check=True, now=life.now).total == 0


def test_the_capture_takes_everything_with_it(life, admin):
    life.share()
    before = facts()
    life.capture()
    captured = Act.objects.latest("id")
    for step in STEPS[2:]:
        getattr(life, step)()
    undone = timemachine.undo(captured, by=admin.by, now=life.now, with_dependents=True)
    assert len(undone.undone) == len(STEPS) - 1
    assert facts() == before
    assert not Lead.objects.exists()
    assert history.verify().ok
