"""Acts that go on with another: told as one, taken back as one."""

import pytest

from khoi.history.models import Act
from khoi.history.queries import changes_of, counts_of, how_many
from khoi.history.services import Refused, verify
from khoi.team.models import Team
from tests.cast import NOW, acting
from tests.history.conftest import state, take_back

pytestmark = pytest.mark.django_db


def in_three() -> list[Act]:
    """Three teams, each founded by a part of its own."""
    acts: list[Act] = []
    for name in ("Hà Nội", "Huế", "Sài Gòn"):
        with acting("found_teams", part_of=acts[0] if acts else None) as act:
            Team.objects.create(name=name, created_at=NOW)
        acts.append(act)
    return acts


def names() -> list[str]:
    return list(Team.objects.order_by("id").values_list("name", flat=True))


def test_the_whole_is_taken_back_with_its_parts_and_comes_back_with_them():
    before = state()
    acts = in_three()
    after = state()
    undone = take_back(acts[0])
    assert state() == before
    assert undone.undone == tuple(act.pk for act in acts)
    take_back(undone.act)
    assert state() == after
    assert verify().ok


def test_a_part_is_taken_back_alone_and_stays_away_when_the_whole_follows():
    before = state()
    acts = in_three()
    take_back(acts[1])
    assert names() == ["Hà Nội", "Sài Gòn"]
    undone = take_back(acts[0])
    assert undone.undone == (acts[0].pk, acts[2].pk)
    assert state() == before
    take_back(undone.act)
    assert names() == ["Hà Nội", "Sài Gòn"]


def test_what_builds_on_a_part_stands_in_the_way_of_the_whole():
    acts = in_three()
    with acting("rename_team") as later:
        Team.objects.filter(name="Sài Gòn").update(name="Thủ Đức")
    with pytest.raises(Refused) as refused:
        take_back(acts[0])
    assert refused.value.dependents == (later.pk,)


def test_a_whole_that_builds_on_what_goes_goes_with_all_of_its_parts():
    with acting("add_team") as first:
        Team.objects.create(name="Đà Nẵng", created_at=NOW)
    with acting("rename_teams") as whole:
        Team.objects.filter(name="Đà Nẵng").update(name="Hội An")
    with acting("rename_teams", part_of=whole) as part:
        Team.objects.create(name="Huế", created_at=NOW)
    with pytest.raises(Refused) as refused:
        take_back(first)
    assert refused.value.dependents == (whole.pk, part.pk)


def test_what_goes_on_with_a_part_goes_on_with_its_whole():
    acts = in_three()
    with acting("found_teams", part_of=acts[2]) as last:
        Team.objects.create(name="Cần Thơ", created_at=NOW)
    assert last.part_of_id == acts[0].pk


def test_the_whole_tells_what_its_parts_did():
    acts = in_three()
    told = [field.after for change in changes_of(acts[0]) for field in change.fields if field.field == "name"]
    assert told == names()
    assert counts_of([acts[0].pk]) == {acts[0].pk: 3}
    assert how_many([act.pk for act in acts]) == 1
    assert how_many([act.pk for act in acts[1:]]) == 2


def test_whose_part_an_act_is_cannot_be_changed_unnoticed():
    acts = in_three()
    Act.objects.filter(pk=acts[2].pk).update(part_of=None)
    assert (verify().first_bad, verify().reason) == (acts[2].pk, "altered")
