"""The contract import-linter holds us to (in pyproject.toml) tolerates absent rooms and refuses an upward import."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.reading import ROOT


@pytest.fixture
def lint(tmp_path):
    """A house of two rooms under the real contract; gives a function that lints it with these texts."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)

    def run(**rooms: str) -> int:
        for room, text in {"": "", **rooms}.items():
            folder = tmp_path / "khoi" / room
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "__init__.py").write_text(text)
        program = Path(sys.executable).with_name("lint-imports")
        environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
        return subprocess.run(
            [program, "--no-cache"], cwd=tmp_path, env=environment, capture_output=True, check=False
        ).returncode

    return run


def test_a_room_may_import_the_one_below(lint):
    assert lint(people="", leads="import khoi.people") == 0


def test_a_room_may_not_import_the_one_above(lint):
    assert lint(people="import khoi.leads", leads="") == 1


def test_a_room_must_be_in_the_list(lint):
    assert lint(people="", loyalty="") == 1
