"""From nothing to a served workspace, as the owner of a machine does it."""

import json
import os
import re
import sqlite3
import subprocess
import sys
import time

import pytest

from khoi import __version__
from khoi.cli import logins


def test_the_version_is_said_at_once(empty_installation):
    began = time.perf_counter()
    done = empty_installation.khoi("--version")

    assert (done.returncode, done.stdout) == (0, f"khoi {__version__}\n")
    assert time.perf_counter() - began < 1
    assert not empty_installation.data.exists()


@pytest.mark.parametrize(
    "words",
    ["acts", "verify", "undo 1", "backup x.khoi", "run", "jobs --once", "recompute --check", "user token a@b.example"],
)
def test_without_a_workspace_every_command_says_what_to_do_first_and_makes_nothing(empty_installation, words):
    done = empty_installation.khoi(*words.split())

    assert done.returncode == 1
    assert re.fullmatch(r"There is no workspace in .*: run khoi init.*\n", done.stderr)
    assert not (empty_installation.data / "khoi.db").exists()


def test_init_makes_an_administrator_whose_password_stands_in_a_file_of_the_owner(empty_installation):
    """And who is called so in the language of the workspace."""
    made = empty_installation.answer("init", "--email", "ha@example.com", "--language", "vi")

    logins = empty_installation.data / "logins.txt"
    assert made["user"]["email"] == "ha@example.com"
    assert made["user"]["password"] in logins.read_text()
    assert logins.stat().st_mode & 0o777 == 0o600
    assert (empty_installation.data / "khoi.db").stat().st_mode & 0o077 == 0
    with sqlite3.connect(empty_installation.data / "khoi.db") as database:
        assert database.execute("SELECT full_name FROM team_user").fetchall() == [("Quản trị",)]


def test_init_a_second_time_is_refused(installation):
    done = installation.khoi("init")

    assert done.returncode == 3
    assert "already" in done.stderr


def test_a_demo_is_refused_where_there_is_a_lead(installation):
    (installation.data / "one.csv").write_text("Name,Phone\nHoa,0901000123\n", "utf-8")
    assert installation.khoi("import", str(installation.data / "one.csv")).returncode == 0
    done = installation.khoi("demo", "--json")

    assert (done.returncode, "already" in done.stderr) == (3, True)
    assert json.loads(done.stdout)["error"] == "not_empty"


def test_a_list_of_log_ins_that_is_there_stays_below_the_new_one(tmp_path, monkeypatch):
    monkeypatch.setenv("KHOI_DATA", str(tmp_path))
    for name in ("first", "second"):
        logins.keep("http://127.0.0.1:8000", [{"email": f"{name}@x.example", "password": "p", "role": "admin"}], "t")
    kept = logins.path().read_text("utf-8")

    assert kept.index("second@x.example") < kept.index("first@x.example")


def test_a_wrong_database_address_is_one_sentence(empty_installation):
    pytest.importorskip("psycopg")
    elsewhere = {"KHOI_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/khoi"}
    done = type(empty_installation)(empty_installation.data, elsewhere).khoi("verify")

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "KHOI_DATABASE_URL" in done.stderr


@pytest.mark.parametrize("address", ["mysql://an@127.0.0.1/khoi", "khoi.db", "postgresql://an@127.0.0.1:x/khoi"])
def test_an_address_of_no_postgresql_is_one_sentence(empty_installation, address):
    done = type(empty_installation)(empty_installation.data, {"KHOI_DATABASE_URL": address}).khoi("verify")

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "is not the address of a PostgreSQL database" in done.stderr


def test_a_damaged_database_is_one_sentence(installation):
    (installation.data / "khoi.db").write_bytes(b"this is no database" * 500)
    done = installation.khoi("verify")

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "damaged" in done.stderr


def test_a_newer_workspace_is_left_alone(installation):
    with sqlite3.connect(installation.data / "khoi.db") as database:
        database.execute(
            "insert into django_migrations (app, name, applied) values ('people', '0999_later', '2030-01-01')"
        )

    for words in ("verify", "run"):
        done = installation.khoi(words)
        assert (done.returncode, "newer" in done.stderr) == (1, True)


def test_whoever_reads_only_the_beginning_gets_no_traceback(installation):
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "khoi", "undo", "999", "--json"]
    done = subprocess.run(
        command, env=installation.environment, stdout=write, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(write)

    assert (done.returncode, done.stderr) == (1, "There is no act 999. Nothing was changed.\n")
