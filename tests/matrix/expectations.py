"""Reading the expectations: data, written by hand in ``*.toml`` beside this file.

One table per route. For a page ``[ "team:people" ]`` with ``get`` and ``post``; for the API ``[ "/api/users" ]``
with the methods OpenAPI lists. Each holds what the nine actors get, in the order of ``world.ACTORS``:

    anonymous  rep_own  rep_same_team  rep_other_team  manager  marketer  read_only  deactivated  admin

as a status, or ``login`` for "sent to log in"; ``302=`` means 302 and nothing written (a bulk act on records one does
not see). A single word stands for all nine. ``with`` gives the parts of the address, ``post_data`` (``patch_data`` …)
the body; ``if_match = "4 user_id"`` sends the present version of the row of the table with that history code, found by
that part of the address. A text that begins with ``@`` is a sample of ``world.py``.
"""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.matrix.world import ACTORS

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Row:
    name: str
    answers: dict[str, dict[str, str]]  # method → actor → status
    parts: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)  # method → body
    if_match: str = ""


def rows(kind: str) -> dict[str, Row]:
    """Rows of all files ``<kind>*.toml``: ``web`` or ``api``. Two rows for one route are an error."""
    found: dict[str, Row] = {}
    for file in sorted(Path(__file__).parent.glob(f"{kind}*.toml")):
        for name, entry in tomllib.loads(file.read_text(encoding="utf-8")).items():
            assert name not in found, f"{file.name}: {name} has a row already"
            found[name] = _row(name, entry)
    return found


def _row(name: str, entry: dict[str, Any]) -> Row:
    answers = {method: _nine(name, str(entry[method])) for method in METHODS if method in entry}
    data = {method: entry[f"{method}_data"] for method in METHODS if f"{method}_data" in entry}
    return Row(name, answers, entry.get("with", {}), data, entry.get("if_match", ""))


def _nine(name: str, words: str) -> dict[str, str]:
    given = words.split()
    statuses = given * len(ACTORS) if len(given) == 1 else given
    assert len(statuses) == len(ACTORS), f"{name}: {len(statuses)} answers for {len(ACTORS)} actors"
    return dict(zip(ACTORS, statuses, strict=True))
