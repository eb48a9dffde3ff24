"""Each command in this process, on the database of the tests: what it says, and with which code it ends."""

import json

import pytest
from django.db import OperationalError

from khoi.cli import language, main
from khoi.cli.refusals import explained
from khoi.history.models import Act
from khoi.history.services import Refused
from khoi.kit.refusals import Refusal
from khoi.people.models import Person
from khoi.reports.queries.courses import FIELDS
from khoi.team.models import Team, User
from khoi.team.queries import token_principal
from khoi.workspace.models import Workspace
from tests.cast import NOW, acting

pytestmark = pytest.mark.django_db


@pytest.fixture
def khoi(ready, capsys, monkeypatch, settings, tmp_path):
    """Call a command; what comes back is its code, what it said and what it warned of."""
    monkeypatch.setenv("KHOI_LANG", "en")
    language.speak("en")
    settings.DATA_DIR = tmp_path

    def call(*words):
        capsys.readouterr()
        code = main(list(words))
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def answer(khoi, *words, code=0):
    ended, said, _warned = khoi(*words, "--json")
    assert ended == code
    return json.loads(said)


def rename(name):
    with acting("rename") as act:
        Workspace.objects.update(name=name)
    return act.pk


def test_acts_are_listed_newest_first(khoi):
    act = rename("Nước Trong")
    newest = answer(khoi, "acts")["acts"][0]

    assert (newest["act"], newest["verb"], newest["changes"], newest["undone_by"]) == (act, "rename", 1, None)


def test_acts_for_people_are_a_table(khoi):
    rename("Nước Trong")
    _code, said, _warned = khoi("acts", "--limit", "1")

    assert len(said.splitlines()) == 2
    assert "Rename" in said


def test_an_act_is_taken_back(khoi):
    act = rename("Nước Trong")

    assert answer(khoi, "undo", str(act))["undone"] == [act]
    assert Workspace.objects.get().name == "Nước Mát"


def test_taking_back_what_others_build_on_is_refused_and_names_them(khoi):
    first, second = rename("Nước Trong"), rename("Nước Chảy")

    assert answer(khoi, "undo", str(first), code=3)["dependents"] == [second]
    assert Workspace.objects.get().name == "Nước Chảy"
    assert set(answer(khoi, "undo", str(first), "--with-dependents")["undone"]) == {first, second}


def test_khoi_undo_takes_along_what_was_shown_and_nothing_that_came_since(khoi):
    first, second = rename("Nước Trong"), rename("Nước Chảy")
    shown = answer(khoi, "undo", str(first), code=3)["dependents"]
    third = rename("Nước Lũ")

    agreed = ",".join(map(str, shown))
    assert answer(khoi, "undo", str(first), "--agreed", agreed, code=3)["dependents"] == [second, third]
    assert Workspace.objects.get().name == "Nước Lũ"
    _code, _said, warned = khoi("undo", str(first))
    assert f"--agreed {second},{third}" in warned
    assert set(answer(khoi, "undo", str(first), "--agreed", f"{second},{third}")["undone"]) == {first, second, third}


def test_more_later_acts_than_one_would_type_are_counted_and_told_in_json(khoi):
    first = rename("Nước Trong")
    later = [rename(f"Nước {n}") for n in range(41)]
    _code, _said, warned = khoi("undo", str(first))

    assert "41 later acts build on it. --with-dependents takes those too." in warned
    assert answer(khoi, "undo", str(first), code=3)["dependents"] == later


def test_taking_back_twice_is_refused(khoi):
    act = rename("Nước Trong")
    khoi("undo", str(act))
    code, _said, warned = khoi("undo", str(act))

    assert (code, warned) == (3, f"Act {act} was taken back before. Nothing was changed.\n")


@pytest.mark.parametrize("reason", ["dependents", "already_undone", "nothing_to_undo", "in_use", "erased", "clash"])
def test_every_reason_not_to_take_back_has_its_sentence(khoi, monkeypatch, reason):
    def refuse(*given, **more):
        raise Refused(reason, [7])

    monkeypatch.setattr("khoi.timemachine.services.undo", refuse)
    code, _said, warned = khoi("undo", str(rename("Nước Trong")))

    assert code == 3
    assert warned.startswith("Act ")


def test_an_act_that_never_was_is_said_so(khoi):
    assert khoi("undo", "999999")[::2] == (1, "There is no act 999999. Nothing was changed.\n")


def test_a_whole_history_is_proved(khoi):
    assert answer(khoi, "verify") == {"ok": True, "acts": Act.objects.count(), "first_bad": None, "reason": None}


def test_an_altered_history_fails_and_names_the_first_bad_act(khoi):
    act = rename("Nước Trong")
    Act.objects.filter(pk=act).update(verb="something_else")

    assert answer(khoi, "verify", code=1)["first_bad"] == act
    assert f"the first bad one is act {act}" in khoi("verify")[1]


def test_nothing_computed_differs_in_a_new_workspace(khoi):
    assert answer(khoi, "recompute", "--check")["drift"] == 0


def test_a_user_joins_with_a_team_and_a_link_of_their_own(khoi):
    made = answer(khoi, "user", "add", "Hoa@Example.VN", "--name", "Đỗ Hoa", "--role", "manager", "--team", "Huế")

    assert User.objects.get(email="hoa@example.vn").team == Team.objects.get(name="Huế")
    assert made["link"].startswith("http://127.0.0.1:8000/")


def test_a_second_user_joins_the_same_team(khoi):
    khoi("user", "add", "hoa@example.vn", "--team", "Huế")
    khoi("user", "add", "lan@example.vn", "--team", "huế")

    assert Team.objects.get().members.count() == 2


def test_an_address_is_taken_once(khoi, an):
    code, _said, warned = khoi("user", "add", "an@example.vn")

    assert code == 3
    assert warned.endswith("Nothing was changed.\n")


def test_a_token_opens_the_door_it_says(khoi, an):
    made = answer(khoi, "user", "token", "an@example.vn", "--read-only")
    principal = token_principal(made["token"], now=NOW)

    assert principal is not None
    assert (principal.id, principal.scopes) == (an.pk, frozenset({"read"}))


def test_a_deactivated_user_is_out(khoi, an):
    token = answer(khoi, "user", "token", "an@example.vn")["token"]
    khoi("user", "deactivate", "an@example.vn")

    assert token_principal(token, now=NOW) is None


def test_nobody_of_that_address_is_said_so(khoi):
    assert khoi("user", "deactivate", "x@example.vn")[::2] == (
        1,
        "Nobody logs in as x@example.vn. Nothing was changed.\n",
    )


def test_sql_by_hand_is_one_act(khoi, monkeypatch, an):
    type_in(
        monkeypatch,
        "update team_user\n set full_name = 'An; the rep' where email = 'an@example.vn';\nselect 7 as seven;",
    )
    code, said, _warned = khoi("db", "shell")

    assert (code, said.splitlines()[:3]) == (0, ["1 rows", "seven", "    7"])
    assert Act.objects.latest("position").verb == "hand_made_sql"
    assert User.objects.get().full_name == "An; the rep"


def test_a_fault_in_sql_by_hand_keeps_nothing(khoi, monkeypatch, an):
    type_in(monkeypatch, "update team_user set full_name = 'X'; select nothing from nowhere;")
    code, _said, warned = khoi("db", "shell")

    assert (code, warned.count("\n")) == (1, 1)
    assert User.objects.get().full_name == "Nguyễn Thị An"


def type_in(monkeypatch, text):
    from io import StringIO

    monkeypatch.setattr("sys.stdin", StringIO(text))


def test_the_catalogue_gives_vietnamese(khoi, monkeypatch):
    monkeypatch.setenv("KHOI_LANG", "vi")

    assert "lịch sử" in khoi("verify")[1].lower()


@pytest.mark.parametrize(
    ("problem", "words"),
    [
        (OperationalError("database is locked"), "busy"),
        (OperationalError("attempt to write a readonly database"), "cannot be written"),
        (OperationalError("database or disk is full"), "disk is full"),
        (FileNotFoundError(2, "No such file or directory", "leads.csv"), "There is no file leads.csv."),
        (PermissionError(13, "Permission denied", "leads.csv"), "leads.csv: it may not be read or written by you."),
        (Refusal("unreachable"), "Nothing was changed."),
    ],
)
def test_what_a_person_can_mend_is_one_sentence(khoi, problem, words):
    stop = explained(problem)

    assert stop is not None
    assert words in stop.sentence
    assert "\n" not in stop.sentence


def test_a_fault_of_ours_is_not_hidden(khoi):
    assert explained(ZeroDivisionError()) is None


@pytest.mark.parametrize(
    "words", [[], ["report", "weather"], ["undo", "x"], ["run", "--port", "0"], ["report", "funnel", "--as-of", "3/4"]]
)
def test_wrong_use_ends_with_two(words, capsys):
    with pytest.raises(SystemExit) as ended:
        main(words)

    assert ended.value.code == 2


def test_the_dump_is_one_line_per_record_and_the_same_twice(khoi, an):
    code, first, _warned = khoi("dump", "--canonical")

    assert (code, khoi("dump", "--canonical")[1]) == (0, first)
    assert [json.loads(line)["full_name"] for line in first.splitlines() if '"team_user"' in line] == ["Nguyễn Thị An"]


def test_the_dump_of_a_day_before_anything_was_is_empty(khoi):
    assert khoi("dump", "--canonical", "--as-of", "2020-01-01", "--known", "then")[:2] == (0, "")


@pytest.mark.parametrize("report", ["funnel", "sources", "pipeline", "response"])
def test_a_report_has_rows_and_a_total(khoi, report):
    assert {"rows", "total"} <= answer(khoi, "report", report).keys()
    assert khoi("report", report)[0] == 0


def test_two_people_are_merged_and_the_merge_is_taken_back(khoi):
    with acting():
        one, two = (Person.objects.create(full_name=name, created_at=NOW) for name in ("Hương", "Hương Phạm"))
    said = answer(khoi, "people", "merge", str(one.public_id), str(two.pk), "--take", "full_name")
    assert (said["survivor"], said["already"]) == (str(one.public_id), False)
    assert Person.objects.get(pk=one.pk).full_name == "Hương Phạm"
    assert Person.objects.get(pk=two.pk).merged_into == one
    assert answer(khoi, "people", "merge", str(one.pk), str(two.pk))["already"] is True
    assert answer(khoi, "undo", str(said["act"]))["stays"] == []
    assert Person.objects.get(pk=two.pk).merged_into is None


def test_a_merge_of_nobody_or_with_oneself_changes_nothing(khoi):
    with acting():
        one = Person.objects.create(full_name="Hương", created_at=NOW)
    assert khoi("people", "merge", str(one.pk), "999999")[0] == 1
    assert khoi("people", "merge", str(one.pk), "hương")[0] == 2
    assert answer(khoi, "people", "merge", str(one.pk), str(one.pk), code=3)["refused"] == "same_person"


# --- used wrongly, or refused: said to a program as to a person


@pytest.mark.parametrize(
    ("words", "code", "error"),
    [
        (["report", "funnel", "--by", "zz"], 2, "unknown_field"),
        (["report", "sources", "--by", "owner"], 2, "unknown_field"),
        (["report", "pipeline", "--by", "owner"], 2, "unknown_field"),
        (["report", "response", "--by", "source"], 2, "unknown_field"),
        (["report", "funnel", "--from", "2026-11-02", "--to", "2026-11-01"], 2, "ends_before_it_starts"),
        (["import", "leads.csv", "--mapping", "nowhere.toml"], 2, "no_mapping"),
        (["import", "nowhere.csv"], 2, "no_file"),
        (["restore", "nowhere.khoi"], 2, "no_file"),
        (["backup", "no/such/folder/x.khoi"], 1, "no_folder"),
        (["undo", "999999"], 1, "no_act"),
        (["init"], 3, "not_empty"),
        (["people", "merge", "1", "2"], 1, "unknown_person"),
        (["people", "merge", "An", "2"], 2, "not_an_id"),
        (["fields", "archive", "lead", "nothing"], 1, "unknown_field"),
        (["user", "deactivate", "nobody@example.vn"], 1, "unknown_user"),
    ],
)
def test_what_is_not_done_is_one_object_for_a_program(khoi, words, code, error, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    told = answer(khoi, *words, code=code)

    assert (told["ok"], told["error"]) == (False, error)
    assert told["message"]
    assert not (tmp_path / "no").exists()


@pytest.mark.parametrize(
    ("report", "by"),
    [("sources", "source"), ("pipeline", "stage"), ("response", "owner"), *(("funnel", by) for by in FIELDS)],
)
def test_a_report_counts_by_what_it_says_it_counts_by(khoi, report, by):
    assert answer(khoi, "report", report, "--by", by) is not None
    assert by in khoi("report", report, "--by", "zz")[2]
