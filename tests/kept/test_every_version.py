"""A workspace of every version there was: this one reads it, proves it, and takes back every act in it."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from khoi.operations.queries import schema
from tests.installation import ROOT

KEPT = sorted(Path(__file__).parent.glob("*.khoi"))
#: What a kept workspace has seen at least: one record, many, an import, a conversion, a deletion, rules.
ALWAYS = {"capture_lead", "edit_person", "import_file", "convert_lead", "move_opportunity", "publish_policy"}


def migrations_of(kept):
    with zipfile.ZipFile(kept) as archive:
        return set(json.loads(archive.read("manifest.json"))["migrations"])


def taken_back(installation, *words):
    environment = {
        **installation.environment,
        "DJANGO_SETTINGS_MODULE": "khoi.settings",
        "PYTHONPATH": f"{ROOT}/src:{ROOT}",
    }
    done = subprocess.run(
        [sys.executable, "-m", "tests.kept.taking_back", *words],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.stem)
def test_every_act_of_a_kept_workspace_is_taken_back_exactly(kept, empty_installation):
    """Step by step of the oldest and of today's; of those between, whose steps are the same, from end to end."""
    empty_installation.answer("restore", str(kept))
    found = taken_back(empty_installation, *([] if kept in (KEPT[0], KEPT[-1]) else ["--at-the-ends"]))

    assert found["off"] == []
    assert set(found["verbs"]) >= ALWAYS
    assert (found["whole"], found["drift"]) == (True, 0)


@pytest.mark.postgres
@pytest.mark.django_db
def test_the_oldest_is_taken_back_on_postgresql_too(empty_installation, on_postgresql, tmp_path):
    empty_installation.answer("restore", str(KEPT[0]))
    empty_installation.answer("backup", str(tmp_path / "rows.khoi"), "--portable")
    on_postgresql.answer("restore", str(tmp_path / "rows.khoi"))
    found = taken_back(on_postgresql, "--at-the-ends")

    assert found["off"] == []
    assert (found["whole"], found["drift"]) == (True, 0)


def test_there_is_a_kept_workspace_of_this_version():
    """Whoever adds a migration keeps a workspace as it is with it: ``python -m tests.kept.making NAME``."""
    assert schema.known() in [migrations_of(kept) for kept in KEPT]
