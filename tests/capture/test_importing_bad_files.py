"""What cannot be taken: bad rows are handed back to be mended, bad files change nothing."""

import io
import sqlite3

import pytest
from django.utils import translation

from khoi.capture.models import ImportRun
from khoi.capture.queries.imports import imports_folder
from khoi.capture.services import importing
from khoi.capture.services.importing import ImportRefused, import_file
from khoi.history.models import Act
from khoi.kit.tabular import read_table, write_xlsx
from khoi.leads.models import Lead
from tests.capture.importing import LEADS, csv, facts, take
from tests.cast import NOW

HEAD = "ID,Name,Email,Company,Stage,Came"
GOOD = "1,Đỗ Thị Lan,lan@sen.example,Sen,mql,2026-03-04"


@pytest.fixture
def by(ready, chi, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return chi.by


def rejected(result):
    with read_table(imports_folder() / result.rejected_file) as table:
        return [table.record(row) for row in table.rows]


def test_every_row_has_one_outcome(by):
    result = take(by, HEAD, GOOD, GOOD, ",Ba,,,,", "3,,,,,", "4,Tư,x@@y,,,", "5,Năm,,,vip,", "7,B,,,,,,9")

    assert result.counts == {"rows": 7, "created": 2, "updated": 0, "unchanged": 0, "skipped": 1, "rejected": 4}
    assert {kind["code"]: kind["lines"] for kind in result.problems} == {
        "no_key": [4],
        "no_identity": [5],
        "unknown_value": [7],
        "too_many_cells": [8],
    }


def test_what_is_odd_but_not_needed_becomes_a_note(by):
    result = take(by, HEAD, "4,Tư,x@@y,,,")

    assert [(kind["code"], kind["rejects"]) for kind in result.warnings] == [("bad_email", False)]
    assert Lead.objects.get().extras == {"Email": "x@@y"}


def test_a_date_that_dates_a_stage_has_to_be_one(by):
    result = take(by, HEAD, "6,Sáu,,,mql,31/02/2026", "7,Bảy,,,,31/02/2026")

    assert (result.created, result.rejected) == (1, 1)


def test_rejected_rows_come_back_with_line_and_reason_in_the_readers_language(by):
    with translation.override("vi"):
        result = take(by, HEAD, GOOD, ",=cmd(),ba@tre.example,Tre,,")
    (row,) = rejected(result)

    assert (row["khoi: line"], row["Name"], row["Email"]) == ("3", "=cmd()", "ba@tre.example")
    assert "“ID”" in row["khoi: reason"]


def test_a_mended_file_of_rejected_rows_can_be_imported(by):
    result = take(by, HEAD, GOOD, ",Ba,ba@tre.example,Tre,,")
    path = imports_folder() / result.rejected_file
    path.write_bytes(path.read_bytes().replace(b'"","Ba"', b'"2","Ba"'))
    again = import_file(path, filename="mended.csv", mapping=LEADS, by=by, now=NOW)

    assert (again.created, again.rejected) == (1, 0)
    assert Lead.objects.get(person__full_name="Ba").extras == {}


def test_a_file_where_all_is_well_leaves_no_file_of_rejected_rows(by):
    result = take(by, HEAD, GOOD)

    assert result.rejected_file == ""
    assert not list(imports_folder().glob("rejected*"))


def xlsx(*rows):
    out = io.BytesIO()
    write_xlsx(out, rows[0], rows[1:])
    return out.getvalue()


def test_a_spreadsheet_is_read_too(by):
    result = take(by, xlsx(HEAD.split(","), GOOD.split(",")))

    assert result.created == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\n\n,,,\n", "empty_file"),
        (b"%PDF-1.7 ...", "not_a_table"),
        (b"\x00\x01\x02\x03" * 50, "not_a_table"),
        (b"PK\x03\x04 broken", "not_a_table"),
        (b"No,Name\n1,A\n", "missing_columns"),
        (b'ID,Name\n1,"' + b"x" * 2_000_000, "row_too_long"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_changes_nothing(by, content, code):
    before, acts = facts(), Act.objects.count()
    with pytest.raises(ImportRefused) as refused:
        take(by, content)

    assert refused.value.code == code
    assert str(refused.value)
    assert (facts(), Act.objects.count()) == (before, acts)


def test_what_is_refused_on_the_way_takes_everything_back(by):
    good = [GOOD.replace("1,", f"{n},", 1) for n in range(2_000)]
    before = facts()
    with pytest.raises(ImportRefused):
        take(by, csv(HEAD, *good) + b'9,"' + b"x" * 2_000_000)

    assert facts() == before


def test_columns_nobody_recognises_are_named(by):
    with pytest.raises(ImportRefused, match="“Foo”, “Bar”"):
        import_file(csv("Foo,Bar", "1,2"), filename="x.csv", by=by, now=NOW)


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ("format = 1\nname = ", "line 2 is no TOML"),
        ('format = 1\nname = "x"\nrows = "lead"\n[columns]\nA = "emial"', "there is no field “emial”"),
    ],
)
def test_a_mapping_with_mistakes_is_refused_with_their_lines(by, mapping, said):
    with pytest.raises(ImportRefused, match=said):
        take(by, HEAD, GOOD, mapping=mapping)


def test_a_layout_nobody_knows_is_refused_with_those_there_are(by):
    with pytest.raises(ImportRefused, match="“hubspot”, “khoi”, “odoo”, “olist-deals”, “olist-mql”"):
        import_file(csv(HEAD, GOOD), filename="x.csv", layout="nothing", by=by, now=NOW)


def test_a_file_above_the_limit_is_refused(by, settings):
    settings.UPLOAD_LIMIT = 1_000_000
    with pytest.raises(ImportRefused, match="larger than 1 MB"):
        take(by, b"x" * 1_000_001)


# --- runs


def now_at(path, by, **more):
    return importing.import_now(path, by=by, clock=lambda: NOW, **more)


def test_a_refused_file_leaves_a_failed_run(by, tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(b"%PDF-")
    with pytest.raises(ImportRefused):
        now_at(path, by)
    run = ImportRun.objects.get()

    assert (run.state, run.error) == ("failed", {"code": "not_a_table", "data": {"reason": "pdf"}})


def test_a_full_disk_leaves_nothing_behind(by, tmp_path, monkeypatch):
    from khoi.capture.services.importing import leads

    def full(records):
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(leads, "insert_rows", full)
    path = tmp_path / "x.csv"
    path.write_bytes(csv(HEAD, ",Ba,,,,", GOOD))
    before = facts()
    with pytest.raises(sqlite3.OperationalError):
        now_at(path, by, mapping=LEADS)

    assert facts() == before
    assert ImportRun.objects.get().error["code"] == "disk_full"
    assert not list(imports_folder().glob("rejected*"))


def test_a_run_says_what_came_of_it(by, tmp_path):
    path = tmp_path / "x.csv"
    path.write_bytes(csv(HEAD, GOOD, ",Ba,,,,"))
    result = now_at(path, by, mapping=LEADS)
    run = ImportRun.objects.get()

    assert (run.state, run.act_id, run.counts["created"], run.counts["rejected"]) == ("done", result.act_id, 1, 1)
    assert (run.rejected_file, run.finished_at) == (result.rejected_file, NOW)
