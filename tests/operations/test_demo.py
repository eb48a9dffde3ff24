"""The demo company, on a small scale: what a visitor is promised is there, and it stands up to every check."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.models import F

from khoi.activities.models import Activity, Attachment, Task
from khoi.campaigns.models import Cost
from khoi.capture.models import Form, Submission
from khoi.history import services as history
from khoi.history.models import Act, Change, code_of
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.operations.services import demo
from khoi.people.models import Consent, ContactPoint
from khoi.pipeline.models import Opportunity, StageMove
from khoi.qualification.models import StageChange
from khoi.reports.queries.funnel import funnel
from khoi.team.models import Team, User
from khoi.team.queries import principal_of
from khoi.touchpoints.models import Touchpoint
from khoi.workspace.models import Workspace
from tests.cast import NOW

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("made"),  # whichever worker takes which test
    pytest.mark.one_engine,  # what is told is thrown by dice; that it is filled on both, test_demo_beginning tries
]

#: What the machine does by itself on the first day.
FOUNDING = {"prepare_workspace", "begin_demo", "add_team", "add_user"}


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    """A small company in its first eight months, lived through once for all tests here."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield dict(demo.fill_demo(now=NOW, leads=70, days=240))
        transaction.set_rollback(True)


def test_twelve_people_in_three_teams_can_log_in(made):
    members = User.objects.filter(is_active=True)

    assert (members.count(), Team.objects.count(), len(made["users"])) == (12, 3, 12)
    assert all(members.get(email=one["email"]).check_password(one["password"]) for one in made["users"][:2])
    assert Workspace.objects.get().is_demo


def test_nobody_of_it_can_be_written_to():
    addresses = ContactPoint.objects.filter(kind="email").values_list("normal", flat=True)

    assert addresses
    assert all(address.endswith(".example") for address in addresses)


def test_its_history_is_whole_and_what_is_computed_is_right():
    assert history.verify().ok
    assert lifecycle.recompute(check=True, now=NOW).total == 0


def test_its_past_says_who_did_what():
    """A deed has the act of whoever did it; only what visitors looked at is noted for all of them in the evening."""
    told = Act.objects.filter(recorded_at__lt=NOW - timedelta(days=60))
    moves = told.filter(verb="move_opportunity")
    written = Change.objects.filter(act__in=told, tbl=code_of(Activity), op="i").values_list("row_id", "act__actor_id")

    assert set(told.filter(actor_kind="system").values_list("verb", flat=True)) <= FOUNDING
    assert moves.count() == moves.filter(actor_kind="user", subject_tbl=code_of(Opportunity)).count() > 5
    assert dict(written) == dict(Activity.objects.filter(pk__in=dict(written)).values_list("pk", "by"))
    assert {"accept_lead", "disqualify", "hand_back", "convert_lead"} <= set(told.values_list("verb", flat=True))


def test_the_partner_has_leads_of_their_own_and_something_to_do(made):
    partner = principal_of(User.objects.get(role="partner"), via="web")
    seen = Lead.objects.visible_to(partner)

    assert seen.exclude(lifecycle_stage__in=["recycled", "disqualified"]).exists()
    assert Act.objects.filter(actor_id=partner.id, verb="capture_lead").exists()
    assert Task.objects.visible_to(partner).exists()


def test_what_visitors_read_is_there_in_both_languages():
    texts = [form.texts for form in Form.objects.all()]

    assert all(set(words) == {"vi", "en"} and words["vi"].keys() == words["en"].keys() for words in texts)
    assert all(said != words["vi"][name] for words in texts for name, said in words["en"].items() if said)


def test_every_lead_of_a_form_came_through_it():
    by_form = Lead.objects.filter(source__in=Form.objects.values("source"))

    assert by_form.count() > 30
    assert not by_form.filter(submissions=None).exists()
    assert Form.objects.filter(is_live=True, submissions__lead__isnull=False).distinct().count() >= 5


def test_its_forms_hold_what_robots_sent():
    held = Submission.objects.filter(verdict="spam")

    assert held.exists()
    assert not held.filter(lead__isnull=False).exists()


def test_its_forms_ask_for_consent_in_vietnamese():
    assert all("Tôi rút lại" in form.texts["vi"]["consent"] for form in Form.objects.all())
    assert Consent.objects.filter(purpose="marketing", basis="form").exists()


def test_paid_leads_carry_the_marks_of_their_campaign():
    paid = Lead.objects.filter(source__code__in=["landing_page", "ads"])

    assert {lead.utm["utm_campaign"] for lead in paid} == {"tet_khong_lo_kho", "so_tay_kiem_ke"}
    assert Cost.objects.filter(source__code="ads").count() >= 5


def test_letters_go_both_ways_and_have_a_subject():
    letters = Activity.objects.filter(kind="email")
    first_lines = {letter.body.partition("\n\n")[0] for letter in letters}

    assert {letter.direction for letter in letters} == {"in", "out"}
    assert len(first_lines) > 15
    assert not letters.filter(body__contains="{").exists()
    assert Touchpoint.objects.filter(kind="email_reply").count() == letters.filter(direction="in").count()


def test_recent_leads_are_being_talked_with():
    recent = Lead.objects.filter(arrived_at__gte=NOW - timedelta(days=60), lifecycle_stage__in=["sal", "sql"])

    assert recent.exists()
    assert not recent.filter(activities=None).exists()


def test_letters_meetings_and_notes_stand_beside_calls():
    kinds = set(Activity.objects.values_list("kind", flat=True))

    assert {"call", "email", "meeting", "note"} <= kinds
    assert Attachment.objects.filter(file__name__startswith="Báo giá").exists()


def test_leads_went_back_and_returned():
    assert StageChange.objects.filter(basis="hand_back").exists()
    assert StageChange.objects.filter(basis="reopened").exists()


def test_the_funnel_leaks_where_nobody_asks_for_the_budget():
    seen = funnel(actor=principal_of(User.objects.get(role="admin"), via="web"))

    assert seen.bottleneck == "sal"


def test_there_is_money_on_the_board():
    open_deals = Opportunity.objects.filter(stage__kind="open")

    assert open_deals.filter(amount__gt=0).count() == open_deals.count() > 0
    assert {"won", "lost"} <= set(StageMove.objects.values_list("basis", flat=True))
    assert Opportunity.objects.exclude(close_on=None).exists()


def test_there_is_work_for_today_and_some_that_is_late():
    assert Task.objects.filter(done_at=None, due_at__lt=NOW).exists()
    assert Task.objects.filter(done_at=None, due_at__gte=NOW).exists()
    assert not Task.objects.filter(due_at__lt=F("created_at")).exists()


def test_nothing_happens_later_than_now():
    assert not Act.objects.filter(recorded_at__gt=NOW).exists()
    assert not Act.objects.filter(occurred_at__gt=F("recorded_at")).exists()
    assert not Activity.objects.filter(occurred_at__gt=NOW).exists()


def test_a_workspace_that_has_begun_is_refused(made):
    with pytest.raises(demo.NotEmpty):
        demo.fill_demo(now=NOW)
