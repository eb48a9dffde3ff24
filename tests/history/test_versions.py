"""Two editors of one record: what they changed apart goes together, what they both changed is shown to the second."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khoi.history import queries
from khoi.history import services as history
from khoi.history.rules.versions import Clash, clashes, really_mine
from khoi.team import services as team
from khoi.team.models import User
from tests.cast import NOW

FIELDS = ("a", "b", "c")
RECORDS = st.fixed_dictionaries({name: st.integers(0, 2) for name in FIELDS})


def test_the_same_field_changed_by_both_clashes():
    assert clashes({"role": "x"}, {"role": "y"}, {"role": "z"}) == {"role": Clash("x", "y", "z")}


@pytest.mark.parametrize("mine", [{"role": "y"}, {"name": "x"}])
def test_asking_for_what_stands_already_is_no_clash(mine):
    assert clashes(mine, {"role": "y", "name": "n"}, {"role": "z"}) == {}


@given(base=RECORDS, first=RECORDS, second=RECORDS)
def test_cor_05_no_change_of_either_editor_is_ever_lost(base, first, second):
    """Both send all they show, as a form does. Without a clash the record has every change of both."""
    changed = {n: base[n] for n in FIELDS if first[n] != base[n]}
    meant = {n: second[n] for n in really_mine(second, changed)}
    if clashes(meant, first, changed):
        return
    kept = first | meant

    for name in FIELDS:
        wanted = {each[name] for each in (first, second) if each[name] != base[name]} or {base[name]}
        assert {kept[name]} == wanted


@pytest.mark.django_db
def test_claiming_brings_the_record_up_to_date(an, admin):
    mine = User.objects.get(pk=an.pk)
    version = queries.version_of(mine)
    team.change_user(an.user, changes={"role": "manager"}, by=admin.by, now=NOW + timedelta(minutes=1))
    shown = {"role": "rep", "full_name": "An Mới"}
    left = history.claim_version(mine, version=version, changes=shown, whole=True)

    assert (mine.role, left) == ("manager", {"full_name": "An Mới"})


@pytest.mark.django_db
def test_a_program_that_names_a_field_means_it(an, admin):
    version = queries.version_of(an.user)
    team.change_user(an.user, changes={"role": "manager"}, by=admin.by, now=NOW)

    with pytest.raises(history.Stale):
        history.claim_version(an.user, version=version, changes={"role": "rep"})


@pytest.mark.django_db
def test_a_change_taken_back_since_is_none(an, admin):
    version = queries.version_of(an.user)
    for role in ("manager", "rep"):
        team.change_user(an.user, changes={"role": role}, by=admin.by, now=NOW)

    assert history.claim_version(an.user, version=version, changes={"full_name": "An Mới"})
    with pytest.raises(history.Stale):
        history.claim_version(an.user, version=version, changes={"role": "marketer"})
