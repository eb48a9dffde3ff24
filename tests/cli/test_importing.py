"""``khoi import`` as its owner uses it."""

import json
from pathlib import Path
from zipfile import ZipFile

import pytest

from khoi.capture.models import ImportRun
from khoi.cli import main
from khoi.history.models import Act
from khoi.leads.models import Lead
from tests.capture.importing import LEADS
from tests.capture.test_moving_in_layouts import ZOHO, shuffled

pytestmark = pytest.mark.django_db

TABLE = "ID,Name,Email\n1,Đỗ Thị Lan,lan@sen.example\n2,Vũ Văn Nam,nam@tre.example\n,Ba,\n"


@pytest.fixture
def khoi(ready, admin, capsys, monkeypatch, settings, tmp_path):
    monkeypatch.setenv("KHOI_LANG", "en")
    settings.DATA_DIR = tmp_path / "data"
    monkeypatch.chdir(tmp_path)
    (tmp_path / "leads.csv").write_text(TABLE, "utf-8")
    (tmp_path / "crm.toml").write_text(LEADS, "utf-8")

    def call(*words):
        capsys.readouterr()
        code = main(["import", *words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def test_the_answer_for_a_program_counts_every_row(khoi):
    code, said, _warned = khoi("leads.csv", "--mapping", "crm.toml", "--json")
    answer = json.loads(said)

    assert code == 0
    assert [answer[name] for name in ("rows", "created", "updated", "unchanged", "skipped", "rejected")] == [
        3,
        2,
        0,
        0,
        0,
        1,
    ]
    assert answer["act"] == Act.objects.latest("id").pk
    assert answer["rows_per_s"] > 0
    assert "no_key" in [problem["code"] for problem in answer["problems"]]
    assert "Ba" in Path(answer["rejected_file"]).read_text("utf-8")


def test_the_second_time_no_act_is_made(khoi):
    khoi("leads.csv", "--mapping", "crm.toml")
    acts = Act.objects.count()
    _code, said, _warned = khoi("leads.csv", "--mapping", "crm.toml", "--json")

    assert (json.loads(said)["act"], json.loads(said)["unchanged"]) == (None, 2)
    assert Act.objects.count() == acts


def test_people_are_told_what_came_of_it_and_the_way_back(khoi):
    _code, said, _warned = khoi("leads.csv", "--mapping", "crm.toml")

    assert "leads.csv: 3 rows (2 new, 1 rejected)." in said
    assert f"khoi undo {Act.objects.latest('id').pk}" in said


def test_people_are_told_in_their_language(khoi, monkeypatch):
    monkeypatch.setenv("KHOI_LANG", "vi")
    _code, said, _warned = khoi("leads.csv", "--mapping", "crm.toml")

    assert "leads.csv: 3 dòng (2 mới, 1 dòng lỗi)." in said


def test_a_dry_run_changes_nothing_and_leaves_no_run(khoi):
    code, said, _warned = khoi("leads.csv", "--mapping", "crm.toml", "--dry-run")

    assert (code, Lead.objects.count(), ImportRun.objects.count()) == (0, 0, 0)
    assert "nothing was changed" in said


def test_a_dry_run_leaves_no_file_of_rejected_rows(khoi, settings):
    _code, said, _warned = khoi("leads.csv", "--mapping", "crm.toml", "--dry-run", "--json")
    answer = json.loads(said)

    assert (answer["rejected"], answer["rejected_file"]) == (1, None)
    assert [path for path in settings.DATA_DIR.rglob("*") if path.is_file()] == []


def test_a_file_of_headings_says_that_there_is_nothing_below_them(khoi, tmp_path):
    (tmp_path / "leads.csv").write_text(TABLE.splitlines()[0] + "\n", "utf-8")
    code, said, _warned = khoi("leads.csv", "--mapping", "crm.toml")

    assert (code, Act.objects.filter(verb="import_file").count()) == (0, 0)
    assert "The file has headings and no rows below them." in said


def test_a_system_fault_is_told_in_the_language_of_the_command(khoi, monkeypatch):
    monkeypatch.setenv("KHOI_LANG", "vi")
    _code, _said, warned = khoi("leads.csv", "--mapping", "nowhere.toml")

    assert warned == "nowhere.toml: không có tệp này. Chưa có gì thay đổi.\n"


def test_a_file_that_is_not_there_keeps_no_other_from_going_in(khoi):
    code, said, _warned = khoi("nowhere.csv", "leads.csv", "--mapping", "crm.toml", "--json")
    missing, good = map(json.loads, said.splitlines())

    assert (code, missing["ok"], missing["error"], good["created"]) == (2, False, "no_file", 2)


def test_of_several_files_each_has_its_line_and_the_good_ones_go_in(khoi, tmp_path):
    (tmp_path / "bad.csv").write_bytes(b"%PDF-1.7")
    code, said, warned = khoi("bad.csv", "leads.csv", "--mapping", "crm.toml", "--json")
    bad, good = map(json.loads, said.splitlines())

    assert (code, bad["refused"], bad["act"], good["created"]) == (3, "not_a_table", None, 2)
    assert warned.startswith("bad.csv: This is a PDF.")


def test_an_archive_of_another_system_comes_in_as_one(khoi, tmp_path):
    with ZipFile(tmp_path / "export.zip", "w") as archive:
        for name, text in ZOHO.items():
            archive.writestr(name, shuffled(text, 5))
        archive.writestr("notes.csv", "a,b\n1,2\n")
    code, said, _warned = khoi("export.zip", "--json", "--source", "Chợ phiên", "--basis", "none")
    answer = json.loads(said)

    assert (code, answer["created"], answer["rejected"], len(answer["files"])) == (0, 6, 0, 4)
    assert [file["code"] for file in answer["left_out"]] == ["columns_unknown"]
    assert json.loads(Act.objects.get(pk=answer["act"]).why)["source"] == "Chợ phiên"
    assert json.loads(khoi("export.zip", "--json", "--source", "Chợ phiên")[1])["act"] is None


def test_a_file_with_the_same_columns_is_read_as_the_last_one_was(khoi, tmp_path):
    khoi("leads.csv", "--mapping", "crm.toml")
    (tmp_path / "later.csv").write_text("Email,Name,ID\nlan@sen.example,Đỗ Lan,1\n", "utf-8")
    _code, said, _warned = khoi("later.csv", "--json")

    assert json.loads(said)["updated"] == 1
    assert Lead.objects.get(references__external_id="1").person.full_name == "Đỗ Lan"


@pytest.mark.parametrize(
    ("words", "said", "ended"),
    [
        (["nowhere.csv"], "There is no file nowhere.csv", 2),
        (["leads.csv", "--mapping", "nowhere.toml"], "nowhere.toml: there is no such file", 2),
        (["leads.csv", "--mapping", "."], ".: it is a folder", 2),
        (["leads.csv", "--mapping", "leads.csv"], "The mapping has mistakes: line 1 is no TOML", 3),
        (["leads.csv", "--layout", "olist-mql"], "The file has no column “mql_id”", 3),
        (["leads.csv", "--layout", "nothing"], "There is no layout “nothing”", 2),
    ],
)
def test_a_mistake_is_one_clear_sentence(khoi, words, said, ended):
    code, _said, warned = khoi(*words)

    assert code == ended
    assert said in warned
    assert "Nothing was changed." in warned
    assert len(warned.splitlines()) == 1
