"""Who changed what from what to what, when; versions; tables as of a moment."""

from datetime import timedelta

import pytest

from khoi.history import queries as past
from khoi.history.models import Change
from khoi.people.models import ContactPoint, Person
from khoi.team.models import Team
from khoi.touchpoints.models import Touchpoint
from tests.cast import NOW, acting
from tests.history.conftest import take_back

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def hoa(an):
    """A person who was entered as Hoa, named Hoa Lê by An a day later, and then became an accountant."""
    with acting("add_person"):
        human = Person.objects.create(full_name="Hoa", created_at=NOW)
    with acting("edit_person", by=an.by, now=NOW + DAY):
        Person.objects.filter(pk=human.pk).update(full_name="Hoa Lê", search=" hoa le")
    with acting("edit_person", now=NOW + 2 * DAY):
        Person.objects.filter(pk=human.pk).update(job_title="Kế toán")
    human.refresh_from_db()
    return human


def test_a_record_tells_who_changed_what_from_what_to_what(hoa, an):
    last, middle, first = past.history_of(hoa)
    assert [c.op for c in (first, middle, last)] == ["i", "u", "u"]
    assert middle.fields == (past.FieldChange("full_name", "Hoa", "Hoa Lê"),)
    assert (middle.act.actor_id, middle.act.occurred_at) == (an.pk, NOW + DAY)
    assert last.fields == (past.FieldChange("job_title", "", "Kế toán"),)


def test_a_row_that_came_tells_what_it_came_with(hoa):
    came = {change.field: change.after for change in past.history_of(hoa)[-1].fields}
    assert (came["full_name"], came["job_title"]) == ("Hoa", "")
    assert "search" not in came


def test_a_row_that_went_tells_what_it_held(hoa):
    with acting("remove") as act:
        hoa.delete()
    (gone,) = past.changes_of(act)
    assert (gone.op, gone.model) == ("d", Person)
    assert past.FieldChange("full_name", "Hoa Lê", None) in gone.fields


def test_an_act_tells_its_changes_in_the_order_they_happened(db):
    with acting("capture") as act:
        human = Person.objects.create(full_name="Hoa", created_at=NOW)
        point = ContactPoint.objects.create(person=human, kind="email", value="h@x.vn", normal="h@x.vn", created_at=NOW)
        ContactPoint.objects.filter(pk=point.pk).update(is_primary=True)
    told = past.changes_of(act)
    assert [(c.model, c.op) for c in told] == [(Person, "i"), (ContactPoint, "i"), (ContactPoint, "u")]
    assert told[2].fields == (past.FieldChange("is_primary", False, True),)


def test_erased_values_are_said_to_be_erased(hoa):
    Change.objects.filter(subject_id=hoa.pk).exclude(seal=None).update(personal=None, salt=None)
    assert [change.erased for change in past.history_of(hoa)] == [True, True, False]


def test_a_version_is_the_last_change_and_moves_with_every_change(hoa):
    before = past.version_of(hoa)
    with acting("edit"):
        Person.objects.update(language="vi")
    assert past.version_of(hoa) > before
    assert past.versions_of(Person, [hoa.pk, hoa.pk + 1]) == {hoa.pk: past.version_of(hoa)}


def test_refreshing_what_is_derived_makes_no_version(hoa):
    before = past.version_of(hoa)
    with acting("refresh"):
        Person.objects.update(search=" hoa")
    assert past.version_of(hoa) == before


def test_acts_of_a_record_are_those_about_it_and_those_that_changed_it(hoa):
    with acting("note", subject=hoa) as about:
        Touchpoint.objects.create(person=hoa, kind="form", occurred_at=NOW)
    with acting("add_team"):
        Team.objects.create(name="Huế", created_at=NOW)
    acts = list(past.acts_of(hoa))
    assert acts[0] == about
    assert [act.verb for act in acts] == ["note", "edit_person", "edit_person", "add_person"]


@pytest.mark.parametrize("known", ["now", "then"])
def test_a_table_as_of_a_moment(hoa, known):
    at = [past.table_as_of(Person, NOW + n * DAY / 2, known=known) for n in (-1, 0, 2, 4)]
    assert at[0] == {}
    assert [rows[hoa.pk]["full_name"] for rows in at[1:]] == ["Hoa", "Hoa Lê", "Hoa Lê"]
    assert [rows[hoa.pk]["job_title"] for rows in at[1:]] == ["", "", "Kế toán"]


def test_what_was_taken_back_is_gone_from_what_we_know_but_not_from_what_stood_there(hoa):
    named = past.history_of(hoa)[1].act
    take_back(named)
    known = {how: past.table_as_of(Person, NOW + DAY, known=how)[hoa.pk]["full_name"] for how in ("now", "then")}
    assert known == {"now": "Hoa", "then": "Hoa Lê"}


def test_a_late_entry_counts_for_the_day_it_happened(hoa):
    with acting("record_touchpoint", now=NOW + 9 * DAY):
        touch = Touchpoint.objects.create(person=hoa, kind="form", occurred_at=NOW + DAY)
        Touchpoint.objects.filter(pk=touch.pk).update(title="Báo giá")
    assert past.table_as_of(Touchpoint, NOW + 2 * DAY, known="now")[touch.pk]["title"] == "Báo giá"
    assert past.table_as_of(Touchpoint, NOW + 2 * DAY, known="then") == {}
    assert past.table_as_of(Touchpoint, NOW, known="now") == {}


def test_a_backdated_change_counts_for_the_day_it_was_true(hoa):
    with acting("edit", now=NOW + 9 * DAY, occurred_at=NOW + DAY):
        Person.objects.update(language="vi")
    assert past.table_as_of(Person, NOW + 2 * DAY, known="now")[hoa.pk]["language"] == "vi"
    assert past.table_as_of(Person, NOW + 2 * DAY, known="then")[hoa.pk]["language"] == ""


def test_a_removed_row_stands_where_it_stood(hoa):
    pk = hoa.pk
    with acting("remove", now=NOW + 5 * DAY):
        hoa.delete()
    for known in ("now", "then"):
        assert past.table_as_of(Person, NOW + 4 * DAY, known=known)[pk]["full_name"] == "Hoa Lê"
        assert past.table_as_of(Person, NOW + 6 * DAY, known=known) == {}
