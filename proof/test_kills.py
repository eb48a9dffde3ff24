"""Killed with -9 at every statement and on both sides of the commit: it happened wholly or not at all, and asked
again with the same key it happens once."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest
from django.db import connection

from khoi.capture.services.importing import import_file
from khoi.history import services as history
from khoi.history.models import Act
from khoi.history.services import Answered, answer_once
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.people import services as people
from khoi.timemachine import services as timemachine
from proof import tables
from proof.killing import KILLED, Copies, in_a_child
from tests.cast import NOW, Member

pytestmark = pytest.mark.django_db(transaction=True)

LATER: Final = NOW + timedelta(hours=1)
MAPPING: Final = """
format = 1
name = "proof"
rows = "lead"
zone = "Asia/Ho_Chi_Minh"

[key]
column = "ID"
system = "old"

[columns]
Name = "person_name"
Email = "email"
"""
FILE: Final = b"ID,Name,Email\n1,Lan,lan@x.vn\n2,Nam,a@x.vn\n"
#: On PostgreSQL a copy takes longer: every so many moments are tried there, in turn over the runs of the verbs.
STRIDE: Final = {"sqlite": 1, "postgresql": 7}

Verb = Callable[[], object]
Row = tuple[Any, ...]


@pytest.fixture
def verbs(ready: object, admin: Member) -> dict[str, Verb]:
    """Three people with a lead each; the last one's is converted, which can be taken back."""

    def capture(letter: str) -> Lead:
        enquiry = lifecycle.Enquiry(full_name=f"Chị {letter}", emails=(f"{letter}@x.vn",), company_name="Sen")
        return lifecycle.capture_lead(enquiry, by=admin.by, now=NOW).lead

    one, other, third = capture("a"), capture("b"), capture("c")
    lifecycle.convert_lead(third, by=admin.by, now=NOW)
    converted = Act.objects.latest("id")
    how: dict[str, Any] = {"by": admin.by, "now": LATER}
    return {
        "convert": lambda: lifecycle.convert_lead(one, **how),
        "merge": lambda: people.merge_people(one.person, loser=other.person, **how),
        "import": lambda: import_file(FILE, filename="file.csv", mapping=MAPPING, **how),
        "undo": lambda: timemachine.undo(converted, **how),
    }


@pytest.mark.parametrize("name", ["convert", "merge", "import", "undo"])
def test_what_is_killed_happened_wholly_or_not_at_all(name: str, verbs: dict[str, Verb], tmp_path: Path) -> None:
    copies = Copies(tmp_path)

    def ask() -> None:
        answer_once(lambda: done(verbs[name]), scope="proof", key="one", fingerprint="same", now=LATER)

    with copies.in_use():
        copies.renew()
        before = tables.dump()
        assert in_a_child(ask) == 0
        after, acts = tables.dump(), Act.objects.count()
        assert after != before
        tried = 0
        for moment in count(1, STRIDE[connection.vendor]):
            copies.renew()
            ended = in_a_child(ask, killed_at=moment)
            assert tables.dump() in (before, after), moment
            assert ended in (0, KILLED)
            assert in_a_child(ask) == 0, moment
            assert_done_once(after, acts, moment)
            tried += 1
            if ended == 0:
                break
        print(f"{name}: killed at {tried - 1} moments")
        assert tried > 5


def done(do: Verb) -> Answered:
    do()
    return Answered(200)


def assert_done_once(after: list[Row], acts: int, moment: int) -> None:
    """PostgreSQL gives no number twice, so that what is done the second time has others."""
    found = tables.dump()
    if connection.vendor == "sqlite":
        assert found == after, moment
    assert [table for table, *_ in found] == [table for table, *_ in after], moment
    assert Act.objects.count() == acts, moment
    assert history.verify(moved=True).ok, moment
    assert lifecycle.recompute(check=True, now=LATER).total == 0
