"""Sending files as a program."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from khoi.capture.models import ImportRun
from khoi.capture.queries.imports import imports_folder
from khoi.capture.services import importing
from khoi.leads.models import Lead
from khoi.team import services as team
from tests.capture.importing import LEADS, csv
from tests.cast import NOW

TABLE = csv("ID,Name,Email", "1,Đỗ Thị Lan,lan@sen.example", ",Ba,")


@pytest.fixture
def program(ready, chi, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return as_program(chi)


def as_program(member, scopes=("read", "write")):
    _, key = team.issue_token(member.user, name="test", scopes=scopes, by=member.by, now=NOW)
    return Client(headers={"Authorization": f"Bearer {key}"})


def send(program, content=TABLE, headers=None, **fields):
    return program.post("/api/imports", {"file": SimpleUploadedFile("x.csv", content), **fields}, headers=headers)


def test_a_file_is_taken_and_its_run_says_how_far_it_is(program):
    sent = send(program, mapping=LEADS)
    assert (sent.status_code, sent.json()["state"]) == (202, "waiting")
    importing.import_next(clock=timezone.now)
    run = program.get(f"/api/imports/{sent.json()['id']}").json()

    assert (run["state"], run["counts"]["created"], run["counts"]["rejected"], run["rejected_rows"]) == (
        "done",
        1,
        1,
        True,
    )
    assert [problem["code"] for problem in run["problems"] if problem["rejects"]] == ["no_key"]
    rejected = program.get(f"/api/imports/{run['id']}/rejected")
    assert "Ba" in b"".join(rejected.streaming_content).decode("utf-8-sig")
    assert [one["id"] for one in program.get("/api/imports").json()["items"]] == [run["id"]]


def test_a_dry_run_changes_nothing(program):
    send(program, mapping=LEADS, dry_run="true")
    importing.import_next(clock=timezone.now)

    assert ImportRun.objects.get().counts["created"] == 1
    assert not Lead.objects.exists()


def test_sent_twice_with_one_key_it_is_one_import(program):
    first = send(program, headers={"Idempotency-Key": "a"}, mapping=LEADS)
    again = send(program, headers={"Idempotency-Key": "a"}, mapping=LEADS)
    other = send(program, csv("ID,Name", "2,Nam"), headers={"Idempotency-Key": "a"}, mapping=LEADS)

    assert (first.json(), ImportRun.objects.count(), other.status_code) == (again.json(), 1, 422)


@pytest.mark.parametrize(
    ("content", "fields", "code"),
    [
        (b"%PDF-1.7", {}, "not_a_table"),
        (b"", {}, "empty_file"),
        (csv("Foo,Bar", "1,2"), {}, "columns_unknown"),
        (TABLE, {"layout": "nothing"}, "unknown_layout"),
        (TABLE, {"layout": "olist-mql"}, "missing_columns"),
        (TABLE, {"mapping": "format = 2"}, "bad_mapping"),
    ],
)
def test_what_cannot_be_taken_is_refused_at_once_and_not_kept(program, content, fields, code):
    answer = send(program, content, **fields)

    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert not ImportRun.objects.exists()
    assert not imports_folder().exists() or not list(imports_folder().iterdir())


def test_a_file_larger_than_memory_should_hold_is_taken(program):
    rows = [f"{n},Khách {n},k{n}@sen.example" for n in range(60_000)]
    answer = send(program, csv("ID,Name,Email", *rows), mapping=LEADS)

    assert answer.status_code == 202


def test_a_rep_and_a_reading_token_may_not_send(program, an, chi):
    assert send(as_program(an)).status_code == 403
    assert send(as_program(chi, scopes=("read",))).status_code == 403


def test_the_runs_of_others_do_not_exist_for_somebody_with_narrow_sight(program, binh):
    run = send(program, mapping=LEADS).json()["id"]

    assert as_program(binh).get(f"/api/imports/{run}").status_code == 404
