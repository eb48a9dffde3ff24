"""A run says what it left out; with STRICT=1 nothing may be left out."""

import os
import subprocess
import sys

import pytest

from tests.left_out import ROOT

SKIPPED = "import pytest\n\n@pytest.mark.skip(reason='no moon tonight')\ndef test_by_moonlight():\n    assert True\n"


def run(folder, **environment):
    """A pytest of its own on ``folder``, without workers and without Django: (exit code, what it printed)."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "tests.left_out",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:django",
            folder,
        ],
        env={**os.environ, "PYTHONPATH": str(ROOT), "KHOI_TEST_NO_POSTGRESQL": "", "KHOI_STRICT": "", **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    (tmp_path / "test_moon.py").write_text(SKIPPED)
    return tmp_path


def test_a_skip_is_said_loudly(folder):
    code, said = run(folder)

    assert code == 0
    assert "LEFT OUT" in said
    assert "1  no moon tonight" in said


def test_a_strict_run_fails_on_a_skip(folder):
    code, said = run(folder, KHOI_STRICT="1")

    assert code == 1
    assert "lets nothing be left out: no moon tonight" in said


def test_a_strict_run_fails_on_a_module_left_out(folder):
    (folder / "test_moon.py").write_text("import pytest\n\npytest.skip('no moon', allow_module_level=True)\n")

    assert run(folder, KHOI_STRICT="1")[0] != 0


def test_a_strict_run_fails_without_postgresql(folder):
    (folder / "test_moon.py").write_text("def test_by_day():\n    assert 1 + 1 == 2\n")

    assert run(folder, KHOI_STRICT="1")[0] == 0
    assert run(folder, KHOI_STRICT="1", KHOI_TEST_NO_POSTGRESQL="no server")[0] == 1


def test_a_test_of_postgresql_alone_is_not_part_of_the_run_on_sqlite(folder):
    marked = "import pytest\n\n@pytest.mark.postgres\ndef test_elephant():\n    assert False\n"
    (folder / "test_moon.py").write_text(marked)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    postgres\n")

    assert "1 deselected" in run(folder, KHOI_DATABASE_URL="")[1]
    assert "1 deselected" in run(folder, KHOI_DATABASE_URL="postgresql://server/khoi")[1]


def test_a_test_that_needs_chromium_is_left_out_without_it(folder):
    (folder / "test_moon.py").write_text(SKIPPED.replace("skip(reason='no moon tonight')", "browser"))
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    browser\n")

    assert "no Chromium here" in run(folder, PATH="", KHOI_TEST_CHROMIUM="")[1]
