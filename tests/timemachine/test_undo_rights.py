"""Who may take what back: their own with sight of every row; others’ only those who lead."""

import pytest

from khoi.history import services as history
from khoi.history.models import Act
from khoi.history.services import Refused
from khoi.leads.models import Lead
from khoi.team import services as team
from khoi.team.models import User
from khoi.team.queries import Forbidden
from khoi.timemachine import services
from khoi.timemachine.queries.listing import Wanted, acts_for
from tests.cast import NOW, acting
from tests.timemachine.conftest import add_lead, change

pytestmark = pytest.mark.django_db


def undo(act, by, **how):
    return services.undo(act, by=by.by, now=NOW, **how)


def test_one_takes_back_ones_own_act(hers, an):
    undo(change(hers, an, region="Huế"), an)
    hers.refresh_from_db()
    assert hers.region == "Hà Nội"


def test_what_can_be_rebuilt_is_refreshed(hers, an):
    act = change(hers, an, need="máy lọc")
    hers.refresh_from_db()
    assert " may" in hers.search
    undo(act, an)
    hers.refresh_from_db()
    assert " may" not in hers.search


def test_a_colleague_does_not_take_it_back(hers, an, dung):
    act = change(hers, an, region="Huế")
    with acting("assign"):
        Lead.objects.filter(pk=hers.pk).update(owner=dung.user)
    with pytest.raises(Forbidden, match="undo_others"):
        undo(act, dung)


def test_her_manager_may(hers, an, binh):
    undo(change(hers, an, region="Huế"), binh)


def test_a_manager_of_others_may_not(his, dung, binh):
    with pytest.raises(Forbidden):
        undo(change(his, dung, region="Huế"), binh)


def test_what_one_no_longer_sees_one_does_not_take_back(hers, an, dung):
    act = change(hers, an, region="Huế")
    with acting("assign"):
        Lead.objects.filter(pk=hers.pk).update(owner=dung.user)
    with pytest.raises(Forbidden):
        undo(act, an)


def test_a_dependent_act_of_somebody_else_needs_the_right_too(hers, an, binh):
    act = change(hers, an, region="Huế")
    change(hers, binh, region="Vinh")
    with pytest.raises(Forbidden, match="undo_others"):
        undo(act, an, with_dependents=True)
    undo(act, binh, with_dependents=True)
    hers.refresh_from_db()
    assert hers.region == "Hà Nội"


def test_a_manager_does_not_take_back_what_an_administrator_decided_of_them(ready, binh, admin):
    with history.act("change_user", by=admin.by, now=NOW) as act:
        User.objects.filter(pk=binh.pk).update(role="rep")
    with pytest.raises(Forbidden, match=r"team\.edit"):
        undo(act, binh)
    undo(act, admin)
    assert User.objects.get(pk=binh.pk).role == "manager"


def test_ones_own_profile_is_ones_own(ready, an):
    with history.act("edit_profile", by=an.by, now=NOW) as act:
        User.objects.filter(pk=an.pk).update(language="en")
    undo(act, an)
    assert User.objects.get(pk=an.pk).language == "vi"


def test_a_removed_row_comes_back_by_whoever_removed_it(ready, an):
    lead = add_lead(an, "Hoa")
    with history.act("remove", by=an.by, now=NOW) as act:
        lead.delete()
    undo(act, an)
    assert Lead.objects.count() == 1


def test_only_what_was_agreed_goes_along(hers, an):
    act, later = change(hers, an, region="Huế"), change(hers, an, region="Vinh")
    last = change(hers, an, region="Nha Trang")
    with pytest.raises(Refused) as refused:
        undo(act, an, with_dependents=True, agreed=[later.pk])
    assert refused.value.dependents == (later.pk, last.pk)


def test_the_undo_says_who_did_it(hers, an):
    act = change(hers, an, region="Huế")
    undo(act, an)
    last = Act.objects.latest("id")
    assert (last.verb, last.actor_id, last.is_undo, last.subject_id) == ("undo", an.pk, True, hers.pk)
    assert history.verify().ok


def test_undo_is_offered_to_nobody_who_would_be_refused(hers, an, binh, dung, admin):
    team.deactivate_user(dung.user, by=admin.by, now=NOW)
    act = Act.objects.latest("id")
    offered = {entry.act.pk for entry in acts_for(binh.by, Wanted()).entries if entry.may_undo}

    assert act.pk not in offered
    assert binh.browser().get(f"/history/{act.pk}/").context is None or not offered & {act.pk}
    with pytest.raises(Forbidden):
        undo(act, binh)
    assert act.pk in {entry.act.pk for entry in acts_for(admin.by, Wanted()).entries if entry.may_undo}


def test_undo_is_offered_to_whoever_may(hers, an, binh):
    act = change(hers, an, region="Huế")

    assert [entry.may_undo for entry in acts_for(binh.by, Wanted(verb="edit_lead")).entries] == [True]
    undo(act, binh)
