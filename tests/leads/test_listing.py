"""One part of a list after the other: everybody once, nobody twice."""

from datetime import timedelta

import pytest

from khoi.leads import queries as leads
from khoi.leads.models import Lead
from khoi.people.models import Person
from tests.cast import NOW, acting


@pytest.fixture
def twelve(an):
    """Leads of An with equal, different and missing engagement and clocks."""
    with acting():
        for n in range(12):
            person = Person.objects.create(full_name=f"Người {n}", created_at=NOW, search=f" nguoi {n}")
            Lead.objects.create(
                person=person,
                owner=an.user,
                arrived_at=NOW - timedelta(days=n // 2),
                created_at=NOW,
                lasts_until=None if n % 4 == 3 else 1_000_000 * (n // 3),
                respond_by=None if n % 3 == 0 else NOW + timedelta(hours=n // 4),
            )
    return Lead.objects.visible_to(an.by)


def walk(rows, sort, size):
    found, after = [], ""
    while True:
        part = leads.part_of(rows, sort=sort, after=after, size=size)
        found += [lead.pk for lead in part.leads]
        if not part.after:
            return found
        after = part.after


@pytest.mark.parametrize("sort", sorted(leads.SORTS))
@pytest.mark.parametrize("size", [1, 2, 5, 12, 50])
def test_every_lead_is_shown_once_whatever_the_size_of_a_part(twelve, sort, size):
    assert sorted(walk(twelve, sort, size)) == sorted(twelve.values_list("pk", flat=True))


@pytest.mark.parametrize("sort", sorted(leads.SORTS))
def test_the_order_does_not_depend_on_the_size(twelve, sort):
    assert walk(twelve, sort, 1) == walk(twelve, sort, 50)


def test_the_highest_engagement_comes_first_and_none_last(twelve):
    values = [Lead.objects.get(pk=pk).lasts_until for pk in walk(twelve, "score", 50)]
    known = [value for value in values if value is not None]
    assert values == sorted(known, reverse=True) + [None] * (len(values) - len(known))


def test_a_lead_that_comes_in_between_shifts_nothing(twelve, an):
    first = leads.part_of(twelve, sort="arrived", size=6)
    with acting():
        person = Person.objects.create(full_name="Mới", created_at=NOW)
        Lead.objects.create(person=person, owner=an.user, arrived_at=NOW + timedelta(hours=1), created_at=NOW)
    second = leads.part_of(twelve.all(), sort="arrived", after=first.after, size=50)
    assert len({lead.pk for lead in (*first.leads, *second.leads)}) == 12


@pytest.mark.parametrize("cursor", ["x", "1", "1.", ".", "..", "-.5", "9" * 30 + ".1", "1.9" + "9" * 30, "٣.١"])
def test_a_cursor_that_is_none_starts_from_the_beginning(twelve, cursor):
    assert leads.part_of(twelve, sort="arrived", after=cursor, size=3).leads


def test_neighbours_are_the_rows_above_and_below(twelve):
    order = walk(twelve, "score", 50)
    for place in range(1, 11):
        lead = Lead.objects.get(pk=order[place])
        before, after = leads.neighbours_of(twelve, lead)
        assert (str(before), str(after)) == tuple(
            str(Lead.objects.get(pk=order[there]).public_id) for there in (place - 1, place + 1)
        )


def test_a_stranger_finds_nothing(twelve, dung):
    for view in leads.VIEWS:
        assert not leads.leads_matching(dung.by, leads.LeadFilter(view=view)).exists()


def test_parts_of_a_filter_are_all_asked(twelve, an):
    wanted = leads.LeadFilter(q="nguoi 3", stages=("suspect",), owner="me")
    assert [lead.person.full_name for lead in leads.leads_matching(an.by, wanted)] == ["Người 3"]


def test_an_owner_that_is_no_id_finds_nothing(twelve, an):
    assert not leads.leads_matching(an.by, leads.LeadFilter(owner="x")).exists()
