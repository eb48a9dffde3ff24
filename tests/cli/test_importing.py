"""``khoi import`` as its owner uses it."""

import json
from pathlib import Path

import pytest

from khoi.capture.models import ImportRun
from khoi.cli import main
from khoi.history.models import Act
from khoi.leads.models import Lead
from tests.capture.importing import LEADS

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


def test_of_several_files_each_has_its_line_and_the_good_ones_go_in(khoi, tmp_path):
    (tmp_path / "bad.csv").write_bytes(b"%PDF-1.7")
    code, said, warned = khoi("bad.csv", "leads.csv", "--mapping", "crm.toml", "--json")
    bad, good = map(json.loads, said.splitlines())

    assert (code, bad["refused"], bad["act"], good["created"]) == (3, "not_a_table", None, 2)
    assert warned.startswith("bad.csv: This is a PDF.")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nowhere.csv"], "There is no file nowhere.csv"),
        (["leads.csv", "--mapping", "nowhere.toml"], "nowhere.toml: No such file"),
        (["leads.csv", "--mapping", "leads.csv"], "The mapping has mistakes: line 1 is no TOML"),
        (["leads.csv", "--layout", "olist-mql"], "The file has no column “mql_id”"),
        (["leads.csv", "--layout", "nothing"], "There is no layout “nothing”"),
    ],
)
def test_a_mistake_is_one_clear_sentence(khoi, words, said):
    code, _said, warned = khoi(*words)

    assert code in (1, 3)
    assert said in warned
    assert "Nothing was changed." in warned
    assert len(warned.splitlines()) == 1
