"""The cast is what the other tests believe it to be."""

from khoi.history.models import Act
from khoi.team.models import User


def test_the_cast_is_who_it_says(an, binh, chi, dung, admin):
    assert an.user.team == binh.user.team != dung.user.team
    assert [m.by.role for m in (an, binh, chi, dung, admin)] == ["rep", "manager", "marketer", "rep", "admin"]
    assert chi.by.visibility == "all"


def test_the_cast_came_in_by_acts(an):
    assert Act.objects.filter(position=None).count() == 0
    assert User.objects.count() == 1


def test_a_workspace_is_ready(ready):
    assert ready.pk == 1
