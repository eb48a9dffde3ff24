"""SEC-02: who is deactivated is out at once, through every door."""

import pytest

from khoi.team import services as team
from khoi.team.models import Session, Ticket
from khoi.team.queries import live_ticket
from tests.cast import NOW, PASSWORD

pytestmark = pytest.mark.django_db


def test_sec_02_sessions_end_in_the_same_transaction(an, admin):
    browser = an.browser()
    assert browser.get("/me/").status_code == 200
    team.deactivate_user(an.user, by=admin.by, now=NOW)

    assert not Session.objects.filter(user_id=an.pk).exists()
    assert browser.get("/me/")["Location"].startswith("/log-in/")


def test_sec_02_tokens_end_and_stay_ended(an, admin, client):
    _, plain = team.issue_token(an.user, name="t", scopes=["read"], by=an.by, now=NOW)
    key = {"Authorization": f"Bearer {plain}"}
    assert client.get("/api/me", headers=key).status_code == 200

    team.deactivate_user(an.user, by=admin.by, now=NOW)
    assert client.get("/api/me", headers=key).status_code == 401
    team.reactivate_user(an.user, by=admin.by, now=NOW)
    assert client.get("/api/me", headers=key).status_code == 401


def test_sec_02_links_on_their_way_are_void(an, admin):
    secret = team.invitation_link(an.user, now=NOW).rstrip("/").rpartition("/")[2]
    team.deactivate_user(an.user, by=admin.by, now=NOW)

    assert live_ticket(secret, now=NOW) is None
    assert not Ticket.objects.exists()


def test_sec_02_the_password_opens_nothing(an, admin):
    team.deactivate_user(an.user, by=admin.by, now=NOW)

    assert team.log_in(email=an.user.email, password=PASSWORD, ip="::1", now=NOW) is None


def test_sec_02_a_session_kept_by_mistake_opens_nothing(an, admin):
    """Even with the session still there, the user behind it is asked anew at every request."""
    browser = an.browser()
    kept = list(Session.objects.filter(user_id=an.pk))
    team.deactivate_user(an.user, by=admin.by, now=NOW)
    Session.objects.bulk_create(kept)

    assert browser.get("/me/").status_code == 302


def test_sec_02_a_forgotten_password_is_not_answered(an, admin):
    team.deactivate_user(an.user, by=admin.by, now=NOW)
    team.ask_for_reset(email=an.user.email, ip="::1", now=NOW)

    assert team.answer_forgotten(now=NOW) == 0


def test_sec_02_rights_change_with_the_next_request(an, admin):
    browser = an.browser()
    assert browser.get("/settings/workspace/").status_code == 403
    team.change_user(an.user, changes={"role": "admin"}, by=admin.by, now=NOW)

    assert browser.get("/settings/people/invite/").status_code == 200
