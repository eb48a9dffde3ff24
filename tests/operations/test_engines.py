"""The way from SQLite to PostgreSQL and back, as a growing team goes it."""

import pytest

from tests.installation import rows_in

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


def rows(installation, folder):
    target = folder / "rows.khoi"
    installation.answer("backup", str(target), "--portable")
    return rows_in(target)


def test_dur_04_a_team_moves_to_postgresql_and_back_with_every_row(installation, on_postgresql, tmp_path):
    before = rows(installation, tmp_path)

    moved = on_postgresql.answer("restore", str(tmp_path / "rows.khoi"))
    assert (moved["ok"], moved["kept"]) == (True, None)
    assert rows(on_postgresql, tmp_path) == before
    assert on_postgresql.answer("verify")["ok"]

    installation.answer("restore", str(tmp_path / "rows.khoi"), "--replace")
    assert rows(installation, tmp_path) == before


def test_postgresql_keeps_itself_with_its_own_tools(on_postgresql, tmp_path):
    on_postgresql.answer("init")
    before = rows(on_postgresql, tmp_path)
    assert on_postgresql.answer("backup", str(tmp_path / "a.khoi"))["kind"] == "pg_dump"
    on_postgresql.answer("user", "token", "admin@example.com")

    assert on_postgresql.answer("restore", str(tmp_path / "a.khoi"), "--replace")["kept"]
    assert rows(on_postgresql, tmp_path) == before
    assert on_postgresql.answer("user", "add", "hoa@example.vn")["role"] == "rep"


def test_the_native_form_of_one_database_is_refused_by_the_other(installation, on_postgresql, tmp_path):
    installation.answer("backup", str(tmp_path / "a.khoi"))
    done = on_postgresql.khoi("restore", str(tmp_path / "a.khoi"))

    assert done.returncode == 3
    assert "--portable" in done.stderr
