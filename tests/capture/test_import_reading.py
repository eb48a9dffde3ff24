"""How a file is read: shown on its page, open to change there, by programs and by the command."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from khoi.capture.models import ImportRun
from khoi.capture.queries.imports import draft_of
from khoi.capture.services import importing
from khoi.cli import main
from khoi.team import services as team
from tests.capture.importing import csv
from tests.cast import NOW
from tests.kit.test_tabular_shapes import packed

LEAD = csv(
    "Danh sách", "", "Họ tên;Email;Số tiền", "Lan;lan@sen.example;100", "Nam;nam@tre.example;200", "Tổng cộng;;300"
)
EXPORT = packed({"Account.csv": "Id,Name\n1,Sen\n", "Lead.csv": LEAD})


@pytest.fixture
def page(ready, chi, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return chi.browser()


def sent(page, content=LEAD, name="khách.csv"):
    page.post(reverse("capture:imports"), {"file": SimpleUploadedFile(name, content)})
    return ImportRun.objects.latest("id")


def read(page, run, **said):
    """Press *Read it this way* on the page as it was shown."""
    url = reverse("capture:import", args=[run.public_id]) + "?columns=1"
    shown = {field.name: field.value() for field in page.get(url).context["reading"]}
    answer = page.post(url, {**shown, "do": "read", **said})
    run.refresh_from_db()
    return answer


def test_the_page_shows_how_the_file_is_read(page):
    run = sent(page)
    draft = page.get(reverse("capture:import", args=[run.public_id])).context["draft"]

    assert (draft.encoding, draft.delimiter, draft.heading_row, draft.rows) == ("utf-8", ";", 3, 2)
    assert {kind["code"]: kind["lines"] for kind in draft.kinds} == {"above_headings": [1], "subtotal": [6]}
    assert all(kind["left_out"] for kind in draft.kinds)


def test_what_is_chosen_there_is_kept_and_what_was_found_stays_open(page, chi):
    run = sent(page)
    read(page, run, heading_row="0")
    assert (run.heading_row, run.encoding, run.delimiter) == (0, "", "")
    assert [heading.name for heading in draft_of(run, chi.by).headings] == ["#1", "#2", "#3"]

    read(page, run, heading_row="")
    assert (run.heading_row, draft_of(run, chi.by).heading_row) == (None, 3)


def test_another_table_of_an_archive_is_looked_at_anew(page, chi):
    sent(page, EXPORT, "export.zip")
    run = ImportRun.objects.get(sheet="Account.csv")
    read(page, run, heading_row="2")
    assert (draft_of(run, chi.by).sheet, run.heading_row) == ("Account.csv", 2)

    read(page, run, sheet="Lead.csv")
    draft = draft_of(run, chi.by)
    assert (run.heading_row, draft.sheet, draft.heading_row, draft.rows) == (None, "Lead.csv", 3, 2)


@pytest.mark.parametrize(
    "said", [{"heading_row": "2"}, {"heading_row": "-1"}, {"delimiter": "x"}, {"encoding": "tcvn9"}]
)
def test_what_cannot_be_read_so_leaves_the_page_as_it_was(page, chi, said):
    run = sent(page)
    answer = read(page, run, **said)

    assert answer.status_code == 422
    assert 'name="do" value="read"' in answer.content.decode()
    assert (run.heading_row, run.delimiter, run.encoding) == (None, "", "")


def test_rows_that_are_none_are_told_of_and_count_nowhere(ready, chi, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    result = importing.import_file(LEAD, filename="x.csv", by=chi.by, now=NOW)

    assert (result.rows, result.created, result.rejected) == (2, 2, 0)
    assert {kind["code"] for kind in result.warnings} == {"above_headings", "subtotal"}


def test_a_program_may_say_how_to_read(page, chi):
    _, key = team.issue_token(chi.user, name="Nạp", scopes=("read", "write"), by=chi.by, now=NOW)
    program = Client(headers={"authorization": f"Bearer {key}"})

    def send(**said):
        return program.post("/api/imports", {"file": SimpleUploadedFile("export.zip", EXPORT), **said})

    answer = send(sheet="Lead.csv", delimiter=";", heading_row=3, encoding="utf-8", dry_run=True)
    run = ImportRun.objects.latest("id")
    assert answer.status_code == 202
    assert (run.sheet, run.delimiter, run.heading_row, run.encoding) == ("Lead.csv", ";", 3, "utf-8")
    assert send(sheet="Lead.csv", heading_row=2).json()["code"] == "no_heading_row"
    assert send(sheet="Lead.csv", delimiter="x").json()["code"] == "unknown_delimiter"


def test_the_command_reads_as_it_is_told_and_names_what_it_left(page, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("KHOI_LANG", "en")
    path = tmp_path / "export.zip"
    path.write_bytes(EXPORT)
    words = ["import", str(path), "--dry-run", "--sheet", "Lead.csv", "--encoding", "utf-8", "--delimiter", "semicolon"]

    assert main([*words, "--heading-row", "3"]) == 0
    said = capsys.readouterr().out
    assert "2 rows" in said
    assert "A sum, not a row: “Tổng cộng”. (line 6)" in said
    assert "Also in the file, not read: “Account.csv”" in said
    assert main([*words, "--heading-row", "2"]) == 3
    assert "Nothing stands on line 2" in capsys.readouterr().err


def test_the_command_takes_files_beyond_the_limit_of_an_upload(page, tmp_path, settings, capsys):
    settings.UPLOAD_LIMIT = 10
    (tmp_path / "x.csv").write_bytes(LEAD)

    assert main(["import", str(tmp_path / "x.csv"), "--dry-run"]) == 0
