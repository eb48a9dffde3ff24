"""Shares in a rule: whose turn is next, and how somebody joins and leaves."""

import pytest

from khoi.history import services as history
from khoi.history.rules.actors import SYSTEM
from khoi.kit.refusals import Refusal
from khoi.lifecycle import services as lifecycle
from khoi.routing import queries
from khoi.routing import services as routing
from khoi.routing.models import RoutingRule, Share
from tests.cast import HANOI, NOW


@pytest.fixture
def rule(ready):
    return RoutingRule.objects.get()


def arrive(*numbers):
    for number in numbers:
        enquiry = lifecycle.Enquiry(full_name="Chi", phones=(f"09010001{number:02}",), source="web_form")
        lifecycle.capture_lead(enquiry, by=SYSTEM, now=NOW)


def given():
    return {share.user.full_name: share.assigned for share in Share.objects.order_by("id")}


def test_the_page_says_who_is_next_and_why(admin, an, binh, rule):
    for member, weight in ((an, 2), (binh, 1)):
        routing.set_share(rule, user=member.user, weight=weight, by=admin.by, now=NOW)
    arrive(1, 2, 3)
    first = queries.rounds(zone=HANOI, now=NOW)[0]
    page = admin.browser().get("/settings/routing/").content.decode()

    assert given() == {"Nguyễn Thị An": 2, "Trần Văn Bình": 1}
    assert (first.takers[0].share.user, first.reason) == (an.user, "their_turn")
    assert "Nguyễn Thị An" in page


def test_a_newcomer_joins_where_the_others_stand(admin, an, binh, rule):
    routing.set_share(rule, user=an.user, weight=1, by=admin.by, now=NOW)
    arrive(1, 2, 3, 4, 5, 6)
    routing.set_share(rule, user=binh.user, weight=1, by=admin.by, now=NOW)
    arrive(7, 8, 9, 10)

    assert given() == {"Nguyễn Thị An": 8, "Trần Văn Bình": 2}


def test_who_left_and_comes_back_joins_anew(admin, an, binh, rule):
    for member in (an, binh):
        routing.set_share(rule, user=member.user, weight=1, by=admin.by, now=NOW)
    arrive(1, 2)
    routing.remove_share(Share.objects.get(user=binh.user), by=admin.by, now=NOW)
    arrive(3, 4, 5, 6)
    routing.set_share(rule, user=binh.user, weight=1, by=admin.by, now=NOW)
    arrive(7, 8)

    assert given() == {"Nguyễn Thị An": 6, "Trần Văn Bình": 2}
    assert lifecycle.recompute(check=True, now=NOW).shares == 0


def test_taking_somebody_out_can_be_undone(admin, an, rule):
    share = routing.set_share(rule, user=an.user, weight=1, by=admin.by, now=NOW)
    with history.act("remove_share", by=admin.by, now=NOW) as act:
        routing.remove_share(share, by=admin.by, now=NOW)
    history.undo_act(act, by=admin.by, now=NOW)

    assert Share.objects.get().user == an.user


def test_a_manager_changes_a_share_on_the_page(admin, an, binh, rule):
    share = routing.set_share(rule, user=an.user, weight=1, by=admin.by, now=NOW)
    answer = binh.browser().post(
        f"/settings/routing/share/{share.pk}/", {"weight": "3", "capacity": "20", "away_until": "2026-12-01"}
    )
    share.refresh_from_db()

    assert answer.status_code == 302
    assert (share.weight, share.capacity, str(share.away_until)) == (3, 20, "2026-12-01")


def test_a_share_below_nothing_is_refused(admin, an, rule):
    with pytest.raises(Refusal):
        routing.set_share(rule, user=an.user, weight=-1, by=admin.by, now=NOW)
