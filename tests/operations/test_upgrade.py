"""Older tables, newer tables, and a database that cannot be read."""

import sqlite3
import threading

import pytest


@pytest.fixture
def older(installation):
    """The workspace as a version left it that had no diary of jobs yet, and no acts in parts."""
    with sqlite3.connect(installation.data / "khoi.db") as database:
        shape = database.execute("pragma schema_version").fetchone()[0]
        database.execute("drop table operations_job_run")
        database.execute("delete from django_migrations where app = 'operations'")
        database.execute("drop index act_that_is_a_part")
        database.execute("alter table history_act drop column part_of_id")
        database.execute("delete from django_migrations where name = '0004_acts_in_parts'")
        database.execute(f"pragma schema_version = {shape}")  # it was never otherwise
    return installation


def test_older_tables_are_left_alone_by_every_command_but_run(older):
    done = older.khoi("acts")

    assert done.returncode == 1
    assert "khoi run brings it up to date" in done.stderr


def test_cor_10_run_brings_older_tables_up_to_date_and_keeps_the_data_as_it_was(older, tmp_path):
    with older.serving("--no-browser") as server:
        assert server.get("/healthz") == (200, "ok")
        kept = list((older.data / "backups").glob("before-upgrade-*.khoi"))

    assert len(kept) == 1
    assert older.answer("verify")["ok"]
    done = older.khoi("restore", str(kept[0]), "--replace")
    assert (done.returncode, older.answer("verify")["acts"]) == (0, 5)  # the restore is one itself


def test_cor_10_two_processes_that_start_at_once_bring_it_up_to_date_once(older):
    codes = []
    threads = [threading.Thread(target=lambda: codes.append(older.khoi("init").returncode)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert codes == [3, 3]  # there is a workspace already; the tables are those of this version now
    assert older.answer("verify")["ok"]
    assert len(list((older.data / "backups").glob("before-upgrade-*.khoi"))) == 1


def test_an_older_backup_is_brought_up_to_date_while_it_is_restored(older, empty_installation, tmp_path):
    with older.serving("--no-browser"):
        pass
    kept = next((older.data / "backups").glob("before-upgrade-*.khoi"))
    other = type(older)(tmp_path / "other")

    assert other.answer("restore", str(kept))["acts"] == 5
    assert other.khoi("jobs", "--once").returncode == 0


def test_a_database_that_cannot_be_read_is_put_aside_and_replaced(installation, tmp_path):
    installation.answer("backup", str(tmp_path / "a.khoi"))
    database = installation.data / "khoi.db"
    database.write_bytes(database.read_bytes()[:4096] + b"\0" * 50_000)
    assert installation.khoi("restore", str(tmp_path / "a.khoi")).returncode == 3

    restored = installation.answer("restore", str(tmp_path / "a.khoi"), "--replace")

    assert "unreadable" in restored["kept"]
    assert installation.answer("verify")["ok"]


def test_a_backup_is_restored_where_nothing_was_yet(installation, empty_installation, tmp_path):
    installation.answer("backup", str(tmp_path / "a.khoi"))
    elsewhere = type(installation)(tmp_path / "elsewhere")

    assert elsewhere.answer("restore", str(tmp_path / "a.khoi"))["kept"] is None
    assert elsewhere.khoi("dump", "--canonical").stdout == installation.khoi("dump", "--canonical").stdout
