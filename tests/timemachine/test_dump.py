"""The canonical dump: equal when the data is, on both engines, of today and of any day."""

import json
from datetime import timedelta
from typing import Any

import pytest

from khoi.history import services as history
from khoi.history.models import Act
from khoi.history.rules.actors import SYSTEM
from khoi.leads.models import Lead
from khoi.people.models import Person
from khoi.qualification.models import StageChange
from khoi.routing.models import Assignment
from khoi.team.models import Team
from khoi.timemachine.queries.dump import canonical
from tests.cast import NOW, acting

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def rows(table: str, **how) -> list[dict[str, Any]]:
    found = [json.loads(line) for line in canonical(**how)]
    return [row for row in found if row["table"] == table]


def test_a_line_is_a_row_with_sorted_keys_and_moments_in_utc():
    with acting():
        Team.objects.create(name="Hà Nội", created_at=NOW, public_id="0b1f2c3d-0000-4000-8000-000000000001")
    (line,) = canonical()
    pk = Team.objects.get().pk
    assert line == (
        f'{{"created_at": "2026-11-19T02:14:00.000000+00:00", "id": {pk}, "name": "Hà Nội", '
        '"public_id": "0b1f2c3d-0000-4000-8000-000000000001", "table": "team_team"}'
    )


def test_nothing_derived_or_secret_is_in_it(an):
    with acting():
        Person.objects.create(full_name="Hoa", search=" hoa", created_at=NOW)
    text = "\n".join(canonical())
    assert '"search"' not in text
    assert '"password"' not in text
    assert "history_act" not in text


def test_an_undo_brings_the_dump_back(ready):
    before = list(canonical())
    with acting() as act:
        Person.objects.create(full_name="Hoa", created_at=NOW)
    assert list(canonical()) != before
    history.undo_act(act, by=SYSTEM, now=NOW)
    assert list(canonical()) == before


def test_as_of_now_is_today(ready, an):
    assert list(canonical(as_of=NOW, known="now")) == list(canonical()) == list(canonical(as_of=NOW, known="then"))


@pytest.fixture
def imported(an, dung, settings):
    """A lead of last month, imported today with its decisions: a lead at first, an MQL ten days later, and given
    from Dũng to An."""
    settings.KHOI_SETTLE = ""
    came = NOW - 30 * DAY
    with acting("import"):
        human = Person.objects.create(full_name="Hoa", created_at=came)
        lead = Lead.objects.create(person=human, lifecycle_stage="mql", owner=an.user, arrived_at=came, created_at=NOW)
        for stage, before, days in (("lead", "", 0), ("mql", "lead", 10)):
            StageChange.objects.create(
                lead=lead, person=human, from_stage=before, to_stage=stage, basis="imported",
                occurred_at=came + days * DAY, recorded_at=NOW,
            )  # fmt: skip
        for owner, previous, days in ((dung.user, None, 5), (an.user, dung.user, 20)):
            Assignment.objects.create(
                lead=lead, owner=owner, previous_owner=previous, basis="imported", occurred_at=came + days * DAY,
                recorded_at=NOW,
            )  # fmt: skip
    return came


@pytest.mark.parametrize(
    ("days", "stage", "owner"), [(0, "lead", None), (9, "lead", "dung"), (10, "mql", "dung"), (30, "mql", "an")]
)
def test_stage_and_owner_follow_the_dates_of_their_decisions(imported, an, dung, days, stage, owner):
    (lead,) = rows("leads_lead", as_of=imported + days * DAY)
    assert lead["lifecycle_stage"] == stage
    assert lead["owner_id"] == {"an": an.pk, "dung": dung.pk, None: None}[owner]


def test_a_lead_that_had_not_come_is_not_there(imported):
    assert rows("leads_lead", as_of=imported - DAY) == []


def test_what_stood_then_knows_nothing_of_a_later_import(imported):
    assert rows("leads_lead", as_of=NOW - DAY, known="then") == []


def test_every_act_is_left_out(ready):
    assert Act.objects.exists()
    assert not any("history_" in line for line in canonical())
