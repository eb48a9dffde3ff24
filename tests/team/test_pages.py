"""The pages of getting in and of settings open, in both languages."""

import pytest
from django.urls import reverse

from khoi.outbox import services as outbox
from khoi.outbox.models import Mail, State
from khoi.team import services as team
from tests.cast import NOW

PAGES = [
    "team:profile",
    "team:my_tokens",
    "team:settings",
    "team:workspace",
    "team:people",
    "team:invite",
    "team:tokens",
    "team:mail",
]


@pytest.fixture
def lively(ready, admin, an):
    """Something of everything to show."""
    team.invite_user(email="moi@khoi.test", full_name="Người Mới", role="rep", by=admin.by, now=NOW)
    team.issue_token(admin.user, name="Xuất hằng đêm", scopes=["read"], by=admin.by, now=NOW)
    held = outbox.queue_mail(kind="test", to="chi@khoi.test", subject="Chào", text="…", now=NOW)
    Mail.objects.filter(pk=held.pk).update(state=State.HELD, error="the line broke")


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_an_administrator_opens_every_page(admin, lively, name, language):
    page = admin.browser().get(reverse(name), {"lang": language})

    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.content.decode()


@pytest.mark.parametrize("name", ["team:log_in", "team:forgotten"])
def test_a_stranger_opens_the_way_in(client, db, name):
    assert client.get(reverse(name)).status_code == 200


def test_a_rep_sees_only_the_settings_that_concern_her(an, lively):
    page = an.browser().get(reverse("team:settings")).content.decode()

    assert reverse("team:people") in page
    assert reverse("team:workspace") not in page
