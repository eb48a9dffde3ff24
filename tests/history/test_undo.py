"""Taking acts back: exactly, or not at all."""

from datetime import timedelta

import pytest

from khoi.history import services as history
from khoi.history.models import Act
from khoi.history.rules.actors import SYSTEM
from khoi.history.services import Refused, verify
from khoi.people.models import Consent, ContactPoint, MatchKey, Person
from khoi.people.services import add_person, edit_person
from khoi.team.models import Team, User
from tests.cast import NOW, acting, join
from tests.history.conftest import state, take_back

pytestmark = pytest.mark.django_db


def team(name: str) -> tuple[Act, Team]:
    with acting("add_team") as act:
        return act, Team.objects.create(name=name, created_at=NOW)


def rename(row: Team, name: str) -> Act:
    with acting("rename_team") as act:
        Team.objects.filter(pk=row.pk).update(name=name)
    return act


def person(name: str = "Hoa", emails=(), phones=()) -> Person:
    return add_person(full_name=name, emails=emails, phones=phones, by=SYSTEM, now=NOW)


def last_act() -> Act:
    return Act.objects.latest("id")


def test_an_insert_is_taken_back():
    before = state()
    act, _ = team("Hà Nội")
    undone = take_back(act)
    assert state() == before
    assert undone.undone == (act.pk,)


def test_an_update_is_taken_back():
    _, row = team("Hà Nội")
    act = rename(row, "Hải Phòng")
    take_back(act)
    assert Team.objects.get().name == "Hà Nội"


def test_a_delete_is_taken_back_with_its_id():
    _, row = team("Hà Nội")
    before = state()
    with acting("remove_team") as act:
        row.delete()
    take_back(act)
    assert state() == before


def test_an_undo_is_taken_back_and_that_again():
    _, row = team("Hà Nội")
    act = rename(row, "Hải Phòng")
    names = []
    for _ in range(4):
        act = take_back(act).act
        names.append(Team.objects.get().name)
    assert names == ["Hà Nội", "Hải Phòng", "Hà Nội", "Hải Phòng"]
    assert verify().ok


def test_an_act_is_not_taken_back_twice():
    act, _ = team("Hà Nội")
    take_back(act)
    with pytest.raises(Refused) as refused:
        take_back(act)
    assert refused.value.reason == "already_undone"


def test_a_later_change_of_the_same_field_stands_in_the_way():
    _, row = team("Hà Nội")
    first, second = rename(row, "Hải Phòng"), rename(row, "Huế")
    with pytest.raises(Refused) as refused:
        take_back(first)
    assert (refused.value.reason, refused.value.dependents) == ("dependents", (second.pk,))
    assert Team.objects.get().name == "Huế"


def test_dependents_go_along_when_asked():
    _, row = team("Hà Nội")
    first, second = rename(row, "Hải Phòng"), rename(row, "Huế")
    assert take_back(first, with_dependents=True).undone == (first.pk, second.pk)
    assert Team.objects.get().name == "Hà Nội"


def test_only_the_dependents_that_were_shown_go_along():
    _, row = team("Hà Nội")
    first, second = rename(row, "Hải Phòng"), rename(row, "Huế")
    third = rename(row, "Vinh")
    with pytest.raises(Refused) as refused:
        take_back(first, with_dependents=True, agreed=[second.pk])
    assert refused.value.dependents == (second.pk, third.pk)


def test_dependents_of_dependents_are_named_too():
    human = person("Hoa")
    made = last_act()
    with acting("add_point") as added:
        point = ContactPoint.objects.create(person=human, kind="email", value="H@x.vn", normal="h@x.vn", created_at=NOW)
    with acting("spell") as spelled:
        ContactPoint.objects.filter(pk=point.pk).update(value="h@x.vn")
    with pytest.raises(Refused) as refused:
        take_back(made)
    assert refused.value.dependents == (added.pk, spelled.pk)


def test_another_field_of_the_row_does_not_stand_in_the_way():
    human = person("Hoa")
    with acting("name") as act:
        Person.objects.filter(pk=human.pk).update(full_name="Hoa Lê")
    with acting("job"):
        Person.objects.filter(pk=human.pk).update(job_title="Kế toán")
    take_back(act)
    human.refresh_from_db()
    assert (human.full_name, human.job_title) == ("Hoa", "Kế toán")


def test_a_row_that_others_point_at_stays():
    human = person("Hoa")
    made = last_act()
    with acting("add_point") as added:
        ContactPoint.objects.create(person=human, kind="email", value="h@x.vn", normal="h@x.vn", created_at=NOW)
    with pytest.raises(Refused) as refused:
        take_back(made)
    assert refused.value.dependents == (added.pk,)
    take_back(made, with_dependents=True)
    assert not Person.objects.exists()


def test_what_came_back_needs_what_it_points_at():
    human = person("Hoa", emails=["h@x.vn"])
    with acting("drop_point") as dropped:
        ContactPoint.objects.all().delete()
    with acting("drop_person") as gone:
        Person.objects.filter(pk=human.pk).delete()
    with pytest.raises(Refused) as refused:
        take_back(dropped)
    assert refused.value.dependents == (gone.pk,)
    take_back(dropped, with_dependents=True)
    assert ContactPoint.objects.get().person == human


def test_what_would_come_back_to_what_goes_goes_along():
    """A point that was deleted with its person: without the person it cannot come back, so its coming goes too."""
    before = state()
    with acting("come_in") as made:
        team("Hà Nội")
        human = person("Hoa")
    edit_person(human, changes={"emails": ["h@x.vn"]}, by=SYSTEM, now=NOW)
    added = last_act()
    with acting("drop_both") as dropped:
        ContactPoint.objects.all().delete()
        Person.objects.filter(pk=human.pk).delete()
    with pytest.raises(Refused) as refused:
        take_back(made)
    assert set(refused.value.dependents) == {added.pk, dropped.pk}
    take_back(made, with_dependents=True)
    assert state() == before


def test_what_would_be_pointed_back_at_what_goes_goes_along():
    """A point that was handed to somebody else together with its first person's end."""
    other = person("Hà")
    before = state()
    human = person("Hoa")
    made = last_act()
    edit_person(human, changes={"emails": ["h@x.vn"]}, by=SYSTEM, now=NOW)
    added = last_act()
    with acting("hand_over") as handed:
        ContactPoint.objects.update(person=other)
        Person.objects.filter(pk=human.pk).delete()
    with pytest.raises(Refused) as refused:
        take_back(made)
    assert set(refused.value.dependents) == {added.pk, handed.pk}
    take_back(made, with_dependents=True)
    assert state() == before


def test_a_redo_needs_what_another_undo_took_away():
    before = state()
    made, row = team("Hà Nội")
    renamed = rename(row, "Huế")
    after = state()
    first, second = take_back(renamed).act, take_back(made).act
    with pytest.raises(Refused) as refused:
        take_back(first)
    assert refused.value.dependents == (second.pk,)
    assert state() == before
    take_back(first, with_dependents=True)
    assert state() == after


def test_swapped_primaries_come_back():
    human = person("Hoa", phones=["0912345678", "0912345679"])
    before = state()
    edit_person(human, changes={"phones": ["0912345679", "0912345678"]}, by=SYSTEM, now=NOW)
    assert state() != before
    take_back(last_act())
    assert state() == before


def test_a_value_taken_by_another_row_is_a_clash():
    _, row = team("Hà Nội")
    with acting("remove") as removed:
        row.delete()
    team("Hà Nội")
    with pytest.raises(Refused) as refused:
        take_back(removed)
    assert refused.value.reason == "clash"
    assert Team.objects.count() == 1


def test_permanent_rows_are_stepped_around():
    human = person("Hoa")
    with acting("consent") as act:
        Consent.objects.create(
            person=human, person_ref=human.pk, purpose="answer", state="given", address="h@x.vn", wording="Vâng",
            wording_version=1, language="vi", basis="form", occurred_at=NOW, recorded_at=NOW,
        )  # fmt: skip
    with pytest.raises(Refused) as refused:
        take_back(act)
    assert refused.value.reason == "nothing_to_undo"
    assert Consent.objects.count() == 1


def test_a_consent_lets_go_of_its_person_and_finds_it_again():
    with acting("capture") as act:
        human = Person.objects.create(full_name="Hoa", created_at=NOW)
        MatchKey.objects.create(person=human, kind="email", value="h@x.vn")
        Consent.objects.create(
            person=human, person_ref=human.pk, purpose="answer", state="given", address="h@x.vn", wording="Vâng",
            wording_version=1, language="vi", basis="form", occurred_at=NOW, recorded_at=NOW,
        )  # fmt: skip
    undone = take_back(act)
    assert (undone.kept, Consent.objects.get().person, MatchKey.objects.count()) == (1, None, 0)
    take_back(undone.act)
    assert Consent.objects.get().person == human


def test_a_user_stays_when_their_coming_is_taken_back():
    member = join("Nguyễn Thị An", "an@example.vn", "rep", None)
    with pytest.raises(Refused) as refused:
        take_back(last_act())
    assert refused.value.reason == "nothing_to_undo"
    assert User.objects.get() == member.user


def test_a_password_never_comes_back():
    member = join("Nguyễn Thị An", "an@example.vn", "rep", None)
    with acting("change") as act:
        member.user.set_password("mật khẩu mới")
        member.user.full_name = "An"
        member.user.save()
    take_back(act)
    member.user.refresh_from_db()
    assert member.user.full_name == "Nguyễn Thị An"
    assert member.user.check_password("mật khẩu mới")


def test_whoever_may_not_is_stopped_before_anything_is_written():
    act, _ = team("Hà Nội")

    def nobody(acts):
        raise PermissionError(acts)

    with pytest.raises(PermissionError):
        take_back(act, allow=nobody)
    assert Team.objects.count() == 1


def test_an_undo_is_never_part_of_another_act():
    act, _ = team("Hà Nội")
    with pytest.raises(RuntimeError), acting("outer"):
        take_back(act)


def test_an_undo_that_decides_anything_fails(monkeypatch, settled):
    act, _ = team("Hà Nội")

    def decide(act, touched, *, refresh_only):
        Team.objects.create(name="Huế", created_at=NOW + timedelta(hours=1))

    monkeypatch.setattr("khoi.lifecycle.services.settle", decide)
    with pytest.raises(RuntimeError):
        take_back(act)
    assert history.verify().ok
