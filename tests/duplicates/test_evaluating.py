"""``khoi duplicates evaluate``: how well duplicates are found in files whose rows are known."""

import json
import random

import pytest

from bench.matching import person
from khoi.cli import main
from khoi.duplicates.queries import engine, evaluate

FEBRL = ["given_name", "surname", "street_number", "address_1", "address_2", "suburb", "postcode", "state"]
PEOPLE = ["first_name", "surname", "dob", "city", "email"]


def mistyped(text, luck):
    at = luck.randrange(1, max(2, len(text) - 1))
    return text[: at - 1] + text[at : at + 1] + text[at - 1 : at] + text[at + 1 :]


@pytest.fixture
def people_twice(tmp_path):
    """120 made-up people; every second one stands there twice, the second time without marks and mistyped."""
    luck = random.Random(3)
    rows = []
    for number in range(120):
        one = person(luck, number)
        cells = [one["name"], f"Phố {luck.randrange(400)}", f"09{luck.randrange(10**8):08}", one["region"]]
        rows.append([number, *cells])
        if number % 2:
            rows.append([number, *(mistyped(cell, luck) if luck.random() < 0.4 else cell.upper() for cell in cells)])
    luck.shuffle(rows)
    lines = ["who;Họ tên;Địa chỉ;Điện thoại;Tỉnh", *(";".join(map(str, row)) for row in rows)]
    path = tmp_path / "people.csv"
    path.write_text("\n".join(lines), "utf-8")
    return path


def test_those_who_stand_in_a_file_twice_are_found_without_being_told_who_is_who(
    people_twice, tmp_path, monkeypatch, capsys
):
    monkeypatch.chdir(tmp_path)
    code = main(["duplicates", "evaluate", str(people_twice), "--truth", "who", "--truth-regex", r"\d+", "--json"])
    answer = json.loads(capsys.readouterr().out)

    assert (code, set(answer)) == (0, {"precision", "recall", "f1", "seconds"})
    assert answer["precision"] >= 0.95
    assert answer["recall"] >= 0.9
    assert [path.name for path in tmp_path.iterdir()] == ["people.csv"], "no workspace is made"


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        (["--truth", "nobody"], "unknown_column"),
        (["--truth", "who", "--columns", "Tên"], "unknown_column"),
        (["--truth", "who", "--truth-regex", "("], "not_a_pattern"),
    ],
)
def test_a_column_or_a_pattern_that_is_none_is_named(people_twice, capsys, wrong, error):
    code = main(["duplicates", "evaluate", str(people_twice), *wrong, "--json"])

    assert (code, json.loads(capsys.readouterr().out)["error"]) == (2, error)


def test_without_the_extra_it_says_how_to_install_it(people_twice, monkeypatch, capsys):
    monkeypatch.setattr(engine, "is_installed", lambda: False)
    monkeypatch.setenv("KHOI_LANG", "en")
    code = main(["duplicates", "evaluate", str(people_twice), "--truth", "who"])

    assert code == 3
    assert 'pip install "khoi[match]"' in capsys.readouterr().err


@pytest.mark.data
@pytest.mark.parametrize(
    ("file", "truth", "regex", "columns", "best_known"),
    [
        ("febrl/dataset3.csv", "rec_id", r"rec-(\d+)-", FEBRL, 0.952),
        ("splink_er/fake_1000.csv", "cluster", "", PEOPLE, 0.827),
    ],
)
def test_published_files_are_told_better_than_the_figures_to_beat(shared_data, file, truth, regex, columns, best_known):
    assert evaluate(shared_data / file, truth=truth, regex=regex, columns=columns).f1 > best_known
