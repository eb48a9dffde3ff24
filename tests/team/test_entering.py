"""Logging in: who may, how often, and where it leads."""

from datetime import timedelta

import pytest

from khoi.history.models import Act
from khoi.team import services as team
from khoi.team.models import Attempts, User
from khoi.workspace.models import Workspace
from tests.cast import NOW, PASSWORD, acting

pytestmark = pytest.mark.django_db


def log_in(email="an@example.vn", password=PASSWORD, ip="192.0.2.1", now=NOW):
    return team.log_in(email=email, password=password, ip=ip, now=now)


def test_the_right_password_opens(an):
    assert log_in() == an.user


@pytest.mark.parametrize("is_demo", [True, False])
def test_only_a_demo_company_says_where_its_log_ins_are(ready, client, is_demo):
    with acting():
        Workspace.objects.update(is_demo=is_demo)

    assert ("logins.txt" in client.get("/log-in/").content.decode()) is is_demo


@pytest.mark.parametrize(("is_demo", "spoken"), [(True, "en"), (False, "vi")])
def test_whoever_tries_a_demo_goes_on_in_the_language_they_came_in(ready, an, client, is_demo, spoken):
    with acting():
        Workspace.objects.update(is_demo=is_demo)
        User.objects.filter(pk=an.pk).update(language="vi")
    said = {"email": an.user.email, "password": PASSWORD}
    client.post("/log-in/", said, headers={"Accept-Language": "en"})

    assert User.objects.get(pk=an.pk).language == spoken


def test_the_address_may_be_written_in_capitals(an):
    assert log_in(email=" An@Example.VN ") == an.user


def test_a_wrong_password_opens_nothing(an):
    assert log_in(password="ten thousand buffaloes") is None


def test_an_invited_user_without_password_cannot_log_in(admin):
    team.invite_user(email="moi@khoi.test", full_name="Ai", role="rep", by=admin.by, now=NOW)

    assert log_in(email="moi@khoi.test", password="") is None


def test_a_log_in_changes_nothing_that_is_remembered(an):
    before = Act.objects.count()
    log_in()

    assert Act.objects.count() == before


def test_the_eleventh_try_is_not_judged_even_if_right(an):
    for _ in range(10):
        log_in(password="wrong")

    with pytest.raises(team.TooMany) as limit:
        log_in()
    assert 0 < limit.value.seconds <= 15 * 60


def test_others_may_still_log_in_from_elsewhere(an):
    for _ in range(10):
        log_in(password="wrong")

    assert log_in(ip="192.0.2.2") == an.user


def test_after_a_quarter_of_an_hour_the_door_opens_again(an):
    for _ in range(10):
        log_in(password="wrong")

    assert log_in(now=NOW + timedelta(minutes=15)) == an.user


def test_a_success_forgets_the_failures_before_it(an):
    for _ in range(9):
        log_in(password="wrong")
    log_in()

    assert log_in(password="wrong") is None


def test_one_sender_may_not_try_everybody(an):
    for number in range(100):
        log_in(email=f"a{number}@khoi.test")

    with pytest.raises(team.TooMany):
        log_in()


def test_no_address_is_kept_with_the_counters(an):
    log_in(password="wrong")

    assert all("an@" not in door and "192" not in door for door in Attempts.objects.values_list("door", flat=True))


def test_the_page_logs_in_and_leads_on(client, an):
    answer = client.post("/log-in/", {"email": an.user.email, "password": PASSWORD, "next": "/me/tokens/"})

    assert (answer.status_code, answer["Location"]) == (302, "/me/tokens/")
    assert client.get("/me/").status_code == 200


def test_logging_out_ends_the_session(an):
    browser = an.browser()
    browser.post("/log-out/")

    assert browser.get("/me/").status_code == 302


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "\\\\evil.example\\",
        "javascript:alert(1)",
        "/%0d%0aLocation:%20https://evil.example/",
        "/\tevil",
        "http:/evil.example",
        "https://127.0.0.1:8000@evil.example/",
        "/no/such/page/",
        "me/",
        "",
    ],
)
def test_sec_10_next_leads_to_a_page_of_ours_or_nowhere(client, an, target):
    answer = client.post("/log-in/", {"email": an.user.email, "password": PASSWORD, "next": target})

    assert answer.status_code == 302
    assert "evil" not in answer["Location"]
    assert answer["Location"] != target or target == "/"


def test_the_language_switch_is_the_choice_of_whoever_is_logged_in(an):
    browser = an.browser()
    browser.post("/language/", {"language": "en", "next": "/me/"})
    an.user.refresh_from_db()

    assert an.user.language == "en"
    assert browser.get("/me/")["Content-Language"] == "en"


def test_the_language_switch_is_kept_in_a_cookie_for_strangers(client, db):
    client.post("/language/", {"language": "vi"})

    assert client.get("/log-in/")["Content-Language"] == "vi"


def test_a_wrong_present_password_is_counted_though_nothing_is_written(an):
    browser = an.browser()
    body = {"present": "wrong", "password": "mười ba con mèo đen"}
    came = [browser.post("/me/password/", body).content.decode() for _ in range(11)]

    assert "quarter of an hour" in came[10] or "15 phút" in came[10]


def test_a_new_password_keeps_this_browser_and_ends_the_others(an):
    here, there = an.browser(), an.browser()
    here.post("/me/password/", {"present": PASSWORD, "password": "mười ba con mèo đen"})

    assert (here.get("/me/").status_code, there.get("/me/").status_code) == (200, 302)
