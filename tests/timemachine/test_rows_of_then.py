"""What stands in front of the tables is what the history says of that moment, and goes again."""

from datetime import timedelta

import pytest

from khoi.activities import services as activities
from khoi.history import services as history
from khoi.history.models import KINDS
from khoi.history.queries import table_as_of
from khoi.history.queries.lives import current_rows
from khoi.leads import services as leads
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.people import services as people
from khoi.qualification import services as qualification
from khoi.timemachine import services
from khoi.timemachine.queries.dump import follow_decisions
from khoi.timemachine.queries.past import AHEAD
from khoi.timemachine.queries.then import TABLES
from khoi.touchpoints import services as touchpoints
from tests.cast import NOW, acting
from tests.timemachine.conftest import add_lead

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
EVERY = sorted({model for tables in TABLES.values() for model in tables}, key=lambda model: model._meta.db_table)


@pytest.fixture
def lived(ready, an, binh, admin):
    """Ten days in which rows came, changed, went, came back, were merged and were told late."""

    def capture(name, day):
        enquiry = lifecycle.Enquiry(full_name=name, phones=(f"091200011{day}",), owner=an.user)
        return lifecycle.capture_lead(enquiry, by=an.by, now=NOW + day * DAY).lead

    hoa = capture("Hoa", 0)
    with history.act("edit_lead", by=an.by, now=NOW + DAY, subject=hoa) as edit:
        leads.edit_lead(hoa, changes={"region": "Huế"}, by=an.by, now=NOW + DAY)
    mai = capture("Mai", 2)
    deal = lifecycle.convert_lead(hoa, account_name="Suối Mơ", amount=5, by=an.by, now=NOW + 3 * DAY).opportunity
    activities.add_task(title="Gọi", owner=an.user, lead=mai, by=an.by, now=NOW + 3 * DAY)
    services.undo(edit, by=an.by, now=NOW + 4 * DAY)
    went = lifecycle.delete_records([mai], by=an.by, now=NOW + 5 * DAY, along=None)
    lan = capture("Lan", 6)
    people.merge_people(hoa.person, loser=lan.person, by=admin.by, now=NOW + 7 * DAY)
    services.undo(went, by=an.by, now=NOW + 8 * DAY)
    lifecycle.delete_records([deal], by=an.by, now=NOW + 9 * DAY, along=None)
    with acting("import_file", now=NOW + 9 * DAY):
        old = add_lead(an, "Cũ")
        Lead.objects.filter(pk=old.pk).update(arrived_at=NOW + DAY, lifecycle_stage="mql")
        qualification.enter_stage(old, stage="mql", basis="imported", occurred_at=NOW + 4 * DAY, by=an.by, now=NOW)
    touchpoints.record_touchpoint(hoa.person, kind="demo_request", by=an.by, now=NOW + 9 * DAY)


def facts(model, rows):
    """Without what is rebuilt, and without moments that lay ahead, which an import tells in one go."""
    silent = KINDS[model].unrecorded | set(AHEAD.get(model, ())) | {"entered_stage_at"}
    return {pk: {c: v for c, v in row.items() if c not in silent} for pk, row in rows.items()}


@pytest.mark.parametrize("known", ["now", "then"])
def test_every_table_reads_as_the_history_tells_it(lived, admin, known):
    for day in (-1, 1, 3, 4, 5, 7, 8, 9):
        at = NOW + day * DAY + DAY / 2
        told = {model: table_as_of(model, at, known=known) for model in EVERY}
        for model, rows in told.items() if known == "now" else ():
            follow_decisions(model, rows, at)
        with services.looking_back(admin.by, at, known=known, tables=EVERY):
            read = {model: current_rows(model) for model in EVERY}
        for model in EVERY:
            assert facts(model, read[model]) == facts(model, told[model]), (day, model.__name__)


def test_whoever_sees_a_part_reads_a_part_of_every_table(lived, an, dung):
    at = NOW + 2 * DAY
    with services.looking_back(an.by, at, known="now", tables=EVERY):
        hers = {model.__name__ for model in EVERY if model._base_manager.exists()}
    with services.looking_back(dung.by, at, known="now", tables=EVERY):
        his = {model.__name__ for model in EVERY if model._base_manager.exists()}
    house = {"Pipeline", "PipelineStage", "Source", "Scorecard", "Policy"}
    assert (his, {"Lead", "Person", "ContactPoint"} <= hers) == (house, True)
