"""Pairs that wait for a look: proposed when somebody comes in, with reasons, and never twice."""

import pytest

from khoi.history.models import Act
from khoi.leads import services as leads
from khoi.lifecycle import services as lifecycle
from khoi.people import services as people
from khoi.people.models import MatchKey, Person, PossibleDuplicate
from khoi.people.rules.likeness import CROWD
from khoi.timemachine import services as timemachine
from tests.cast import NOW, acting
from tests.people.conftest import Known

pytestmark = pytest.mark.django_db


def pairs() -> list[tuple[str, str, list[str]]]:
    rows = PossibleDuplicate.objects.to_review().order_by("id")
    return [(pair.first.full_name, pair.second.full_name, pair.reasons) for pair in rows]


def assert_no_drift():
    assert lifecycle.recompute(check=True, now=NOW).people == 0


def test_the_same_name_the_other_way_round_at_the_same_company_is_proposed(known: Known):
    known("Phạm Thị Hương", email="a@x.vn", company_name="Công ty TNHH Lá Sen")
    known("HUONG PHAM THI", email="b@x.vn", company_name="Lá Sen JSC")
    assert pairs() == [("Phạm Thị Hương", "HUONG PHAM THI", ["same_name_company"])]
    assert_no_drift()


def test_a_shorter_name_at_the_same_company_and_a_name_in_the_same_region_are_proposed(known: Known):
    known("Nguyễn Thị Mai Chi", company_name="Lá Sen", region="Hà Nội")
    known("Mai Chi", company_name="Lá Sen")
    known("Nguyen Thi Mai Chi", region="ha noi")
    assert {tuple(reasons) for _, _, reasons in pairs()} == {("like_name_company",), ("same_name_region",)}


def test_a_name_alone_is_no_reason_and_joins_nobody(known: Known):
    assert known("Nguyễn Văn An").pk != known("Nguyễn Văn An").pk
    assert known("Nguyễn Văn An", company_name="Lá Sen", email="c@x.vn").pk
    assert pairs() == []


def test_the_same_email_joins_and_makes_no_pair(known: Known):
    assert known("Phạm Hương", email="a@x.vn").pk == known("Hương", email="a@x.vn").pk
    assert pairs() == []


def test_an_address_somebody_else_has_makes_a_pair(known: Known, admin):
    known("Phạm Hương", email="a@x.vn")
    other = known("Lê Lan", email="b@x.vn")
    people.edit_person(other, changes={"emails": ["a@x.vn"]}, by=admin.by, now=NOW)
    assert pairs() == [("Phạm Hương", "Lê Lan", ["same_email"])]
    assert_no_drift()


def test_a_lead_that_moves_to_another_company_takes_the_reason_away(known: Known, admin):
    known("Phạm Hương", company_name="Lá Sen")
    other = known("Hương Phạm", company_name="Lá Sen")
    leads.edit_lead(other.leads.get(), changes={"company_name": "Gốm Đồi Sim"}, by=admin.by, now=NOW)
    assert pairs() == []
    assert_no_drift()


def test_merging_settles_the_pair_and_taking_it_back_opens_it_again(known: Known, admin):
    one, other = known("Phạm Hương", company_name="Lá Sen"), known("Hương Phạm", company_name="Lá Sen")
    act = people.merge_people(one, loser=other, by=admin.by, now=NOW).act
    assert act is not None
    assert pairs() == []
    assert_no_drift()
    timemachine.undo(act, by=admin.by, now=NOW)
    assert len(pairs()) == 1
    assert_no_drift()


def test_two_who_were_told_apart_are_not_proposed_again(known: Known, admin):
    one, other = known("Phạm Hương", company_name="Lá Sen"), known("Hương Phạm", company_name="Lá Sen")
    people.tell_apart(other, one, by=admin.by, now=NOW)
    people.tell_apart(one, other, by=admin.by, now=NOW)
    people.edit_person(other, changes={"job_title": "Kế toán"}, by=admin.by, now=NOW)
    assert pairs() == []
    timemachine.undo(Act.objects.filter(verb="tell_apart").get(), by=admin.by, now=NOW)
    assert len(pairs()) == 1


def test_who_was_told_apart_stays_apart_from_the_survivor(known: Known, admin):
    one, other = known("Phạm Hương", company_name="Lá Sen"), known("Hương Phạm", company_name="Lá Sen")
    people.tell_apart(one, other, by=admin.by, now=NOW)
    third = known("Chị Hương", email="h@x.vn", company_name="Lá Sen")
    people.merge_people(third, loser=other, by=admin.by, now=NOW)
    assert pairs() == []


def test_taking_back_the_first_of_a_pair_takes_the_pair_along(known: Known, admin):
    one = known("Phạm Hương", company_name="Lá Sen")
    capture = Act.objects.latest("id")
    known("Hương Phạm", company_name="Lá Sen")
    timemachine.undo(capture, by=admin.by, now=NOW)
    assert not Person.objects.filter(pk=one.pk).exists()
    assert not PossibleDuplicate.objects.exists()


def test_a_key_that_a_crowd_shares_makes_no_pairs(ready, admin):
    most = CROWD["phone"]

    def join(number: int) -> Person:
        return people.add_person(full_name=f"Người {number}", phones=["0243 826 2525"], by=admin.by, now=NOW)

    for number in range(most):
        last = join(number)
    assert PossibleDuplicate.objects.filter(second=last).count() == most - 1
    join(most)
    assert not PossibleDuplicate.objects.exists()
    assert_no_drift()
    people.edit_person(last, changes={"phones": []}, by=admin.by, now=NOW)
    assert PossibleDuplicate.objects.count() == most * (most - 1) // 2
    assert_no_drift()


def test_keys_that_were_lost_are_found_and_rebuilt(known: Known):
    known("Phạm Hương", company_name="Lá Sen")
    known("Hương Phạm", company_name="Lá Sen")
    with acting():
        PossibleDuplicate.objects.all().delete()
        MatchKey.objects.filter(kind="name_company").first().delete()
    assert lifecycle.recompute(check=True, now=NOW).people > 0
    lifecycle.recompute(check=False, now=NOW)
    assert_no_drift()
    assert len(pairs()) == 1


def test_a_pair_is_seen_by_who_sees_both(known: Known, an, dung, chi):
    known("Phạm Hương", company_name="Lá Sen")
    known("Hương Phạm", company_name="Lá Sen", owner=dung)
    seen = [PossibleDuplicate.objects.visible_to(member.by).count() for member in (an, dung, chi)]
    assert seen == [0, 0, 1]
