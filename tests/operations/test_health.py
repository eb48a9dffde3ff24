"""Health for machines, and a full disk for people."""

import errno
import sqlite3

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory

from khoi.kit.db.full import is_full
from khoi.operations import jobs, views
from khoi.operations.models import JobRun
from khoi.operations.queries import health
from khoi.people.models import Person
from tests.cast import NOW, acting


@pytest.mark.django_db
def test_healthz_answers_ok_to_anybody_under_any_name():
    response = Client().get("/healthz", headers={"host": "nobody.invented.example"})

    assert (response.status_code, response.content) == (200, b"ok")
    assert "Set-Cookie" not in response.headers


@pytest.mark.django_db
def test_healthz_asks_the_database_once(django_assert_num_queries):
    with django_assert_num_queries(1):
        Client().get("/healthz")


def test_healthz_says_unavailable_and_no_more_when_the_database_is_away(monkeypatch):
    def away():
        raise OperationalError("connection to server at 10.0.0.7 failed: password of khoi is wrong")

    monkeypatch.setattr(health, "answers", away)
    response = Client().get("/healthz")

    assert (response.status_code, response.content) == (503, b"unavailable")


@pytest.mark.parametrize(
    "problem",
    [
        OperationalError("database or disk is full"),
        sqlite3.OperationalError("disk I/O error"),
        OSError(errno.ENOSPC, "No space left on device"),
        OperationalError('could not extend file "base/5/1259": No space left on device'),
    ],
)
def test_a_full_disk_is_told_from_other_faults(problem):
    assert is_full(problem)


@pytest.mark.parametrize("problem", [OperationalError("database is locked"), OSError(errno.EACCES, "no"), ValueError()])
def test_other_faults_are_no_full_disk(problem):
    assert not is_full(problem)
    assert views.disk_is_full(RequestFactory().get("/"), problem) is None


def test_the_page_for_a_full_disk_speaks_the_language_of_the_browser():
    request = RequestFactory().get("/", headers={"accept-language": "en"})
    response = views.disk_is_full(request, OSError(errno.ENOSPC, "No space left on device"))

    assert response is not None
    assert response.status_code == 507
    assert "The disk is full" in response.content.decode()


def test_a_program_is_told_of_a_full_disk_in_json():
    response = views.disk_is_full(RequestFactory().post("/api/v1/leads"), OperationalError("database or disk is full"))

    assert response is not None
    assert (response.status_code, response.headers["Content-Type"]) == (507, "application/problem+json")
    assert b'"code": "disk_full"' in response.content


@pytest.mark.django_db
def test_health_warns_while_there_is_no_backup(settings, tmp_path):
    settings.DATA_DIR = tmp_path

    assert "no_backup" in health.installation(now=NOW).warnings


@pytest.mark.django_db
def test_a_fault_outside_the_views_that_is_a_full_disk_gets_its_page_too():
    request = RequestFactory().get("/")
    try:
        raise OperationalError("database or disk is full")
    except OperationalError:
        response = views.server_error(request)

    assert response.status_code == 507


@pytest.mark.django_db
def test_an_administrator_sees_how_it_is(ready, admin, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    page = admin.browser().get("/settings/health/?lang=en")

    assert page.status_code == 200
    assert "There is no backup yet" in page.content.decode()


@pytest.mark.django_db
def test_a_rep_is_not_shown_the_machine(ready, an):
    assert an.browser().get("/settings/health/").status_code == 403


@pytest.mark.django_db
def test_the_nightly_look_is_shown_with_its_finding(ready, admin, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    jobs.verify_history()
    run = JobRun.objects.get(name="operations.jobs.verify_history")
    JobRun.objects.filter(pk=run.pk).update(finished_at=NOW)

    assert run.detail["ok"] is True
    assert "whole, " in admin.browser().get("/settings/health/?lang=en").content.decode()


@pytest.mark.django_db
def test_cor_16_what_is_computed_wrongly_is_put_right_by_night(ready, caplog):
    with acting("add_person"):
        Person.objects.create(full_name="Đỗ Hoa", created_at=NOW)
    with acting("nothing_that_is_recorded"):
        Person.objects.update(search="wrong")

    jobs.check_computed()

    assert "differed from the facts" in caplog.text
    assert "hoa" in Person.objects.get().search
