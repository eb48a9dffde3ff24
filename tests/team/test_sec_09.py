"""SEC-09: links lead to us, work once, and only while the password is the one they were made for."""

import re
from datetime import timedelta

import pytest

from khoi.kit.refusals import Refusal
from khoi.outbox.models import Mail
from khoi.team import jobs
from khoi.team import services as team
from khoi.team.models import Session, User
from khoi.team.queries import live_ticket
from tests.cast import NOW, PASSWORD
from tests.team.test_api import Program

pytestmark = pytest.mark.django_db

NEW = "mười ba con mèo đen"
FORGED = [
    {"X-Forwarded-Host": "evil.example"},
    {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-Port": "444"},
    {"Forwarded": "host=evil.example;proto=https"},
    {"X-Host": "evil.example"},
    {"X-Original-URL": "//evil.example/"},
    {"Referer": "https://evil.example/", "Origin": "https://evil.example"},
]
STRANGE_HOSTS = [
    "evil.example",
    "127.0.0.1.evil.example",
    "evil.example:8000",
    "127.0.0.1@evil.example",
    "127.0.0.1:8000@evil.example",
    "evil.example/127.0.0.1",
    "evil.example.",
    "xn--localhost-x",
    "[::1]",
    "127.0.0.1#evil.example",
    "127.0.0.1\\evil.example",
    "",
    " ",
    "127.0.0.1, evil.example",
    "0x7f000001",
]


def urls_of(mail):
    return re.findall(r"https?://\S+", f"{mail.subject}\n{mail.text}\n{mail.html}")


def secret_of(mail):
    return urls_of(mail)[0].rstrip("/").rpartition("/")[2]


@pytest.fixture
def still(monkeypatch):
    """The clock of the pages stands at the moment the tests play at."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def asked(an):
    """An's password as set, and the mail she gets after asking for a new one."""
    team.set_password(an.user, password=PASSWORD, by=an.by, now=NOW)
    team.ask_for_reset(email=an.user.email, ip="::1", now=NOW)
    team.answer_forgotten(now=NOW)
    return Mail.objects.get()


@pytest.mark.parametrize("host", STRANGE_HOSTS)
@pytest.mark.parametrize("address", ["/log-in/", "/forgotten/", "/api/me", "/nothing/"])
def test_sec_09_an_unknown_host_is_misdirected(client, host, address):
    assert client.get(address, headers={"Host": host}).status_code == 421
    assert client.post(address, {"email": "an@example.vn"}, headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("headers", FORGED)
def test_sec_09_every_link_in_every_mail_leads_to_us(client, an, admin, settings, headers):
    settings.BASE_URL = "https://khoi.test"
    client.post("/forgotten/", {"email": an.user.email}, headers=headers)
    invitation = {"full_name": "Ai", "email": "moi@khoi.test", "role": "partner", "visibility": "own", "language": "vi"}
    admin.browser().post("/settings/people/invite/", invitation, headers=headers)
    again = User.objects.get(email="moi@khoi.test").public_id
    admin.browser().post(f"/settings/people/{again}/invite-again/", headers=headers)
    body = {"email": "moi2@khoi.test", "full_name": "Ai", "role": "rep"}
    Program(admin).ask("post", "/api/users", body, **{n.replace("-", "_"): v for n, v in headers.items()})
    jobs.answer_forgotten(NOW)

    links = [url for mail in Mail.objects.all() for url in urls_of(mail)]
    assert len(links) == Mail.objects.count() == 4
    assert all(url.startswith("https://khoi.test/welcome/") for url in links)


def test_sec_09_the_secret_is_long_and_not_kept(asked):
    ticket = live_ticket(secret_of(asked), now=NOW)

    assert len(secret_of(asked)) == 43  # 256 bits
    assert ticket is not None
    assert secret_of(asked) not in repr(vars(ticket))


def test_sec_09_a_link_works_once(asked):
    team.use_ticket(secret_of(asked), password=NEW, now=NOW)

    with pytest.raises(Refusal, match="used already"):
        team.use_ticket(secret_of(asked), password=NEW + "!", now=NOW)


def test_sec_09_a_reset_link_lives_thirty_minutes(asked):
    assert live_ticket(secret_of(asked), now=NOW + timedelta(minutes=29, seconds=59))
    assert not live_ticket(secret_of(asked), now=NOW + timedelta(minutes=30))


def test_sec_09_an_invitation_lives_seven_days(admin):
    user = team.invite_user(email="moi@khoi.test", full_name="Ai", role="rep", by=admin.by, now=NOW)
    secret = secret_of(Mail.objects.get())

    assert live_ticket(secret, now=NOW + timedelta(days=6, hours=23))
    assert not live_ticket(secret, now=NOW + timedelta(days=7))
    assert not user.has_usable_password()


def test_sec_09_a_link_is_void_once_the_password_has_changed(asked, an):
    ticket = live_ticket(secret_of(asked), now=NOW)
    assert ticket is not None
    an.user.refresh_from_db()
    team.change_password(an.user, present=PASSWORD, password=NEW, by=an.by, now=NOW)
    ticket.pk = None
    ticket.save(force_insert=True)

    assert live_ticket(secret_of(asked), now=NOW) is None


def test_sec_09_a_link_of_one_sets_no_password_of_another(asked, an, binh):
    team.use_ticket(secret_of(asked), password=NEW, now=NOW)

    assert User.objects.get(pk=an.pk).check_password(NEW)
    assert User.objects.get(pk=binh.pk).check_password(PASSWORD)


def test_sec_09_a_reset_ends_every_session(asked, an):
    browser = an.browser()
    team.use_ticket(secret_of(asked), password=NEW, now=NOW)

    assert not Session.objects.filter(user_id=an.pk).exists()
    assert browser.get("/me/").status_code == 302


def test_sec_09_looking_at_the_page_uses_nothing_up(client, asked, still):
    looks = [client.get(f"/welcome/{secret_of(asked)}/").status_code for _ in range(3)]

    assert looks == [200, 200, 200]
    assert team.use_ticket(secret_of(asked), password=NEW, now=NOW).password_set_at == NOW


def test_sec_09_a_weak_password_leaves_the_link_good(asked):
    with pytest.raises(Refusal):
        team.use_ticket(secret_of(asked), password="12345", now=NOW)

    assert team.use_ticket(secret_of(asked), password=NEW, now=NOW).check_password(NEW)


def test_sec_09_an_invitation_leads_in(client, admin, still):
    user = team.add_user(email="moi@khoi.test", full_name="Lý Tân", role="rep", by=admin.by, now=NOW)
    address = team.invitation_link(user, now=NOW).removeprefix("http://127.0.0.1:8000")
    assert "Lý Tân" in client.get(address).content.decode()
    assert client.post(address, {"password": NEW}).status_code == 302
    assert client.get("/me/").status_code == 200
