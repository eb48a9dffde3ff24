"""Everybody looked through at once: what is found, kept, shown, and what a second look changes."""

import json
import random

import pytest
from django.urls import reverse

from bench.matching import person
from khoi.cli import main
from khoi.duplicates import jobs, services
from khoi.duplicates.models import FoundPair, Scan, ScanState
from khoi.duplicates.queries import groups
from khoi.duplicates.rules.pairs import CHAINING, LARGEST, Agreement, clusters, how_sure, reasons_of
from khoi.duplicates.services import scanning
from khoi.home.queries.pairs import waiting
from khoi.kit.refusals import Refusal
from khoi.people import services as people
from khoi.people.models import ContactPoint, Person
from tests.cast import NOW, acting
from tests.home.test_api import program

NOTHING = Agreement(*[False] * 7)


def test_a_name_alone_is_no_reason():
    assert reasons_of(Agreement(False, False, True, False, False, True, False)) == []
    assert reasons_of(Agreement(False, False, False, True, True, True, False)) == ["like_name_company"]
    assert reasons_of(NOTHING) == []


def test_two_who_share_a_phone_and_have_other_names_are_never_so_sure_that_they_are_chained():
    couple = Agreement(False, True, False, True, True, False, False)
    nameless = Agreement(False, True, False, True, True, None, False)

    assert how_sure(0.999, couple) < CHAINING <= how_sure(0.999, nameless)


def test_those_who_are_chained_are_one_group_unless_they_are_too_many():
    assert clusters([(5, 7), (2, 7), (8, 9)]) == {5: 2, 7: 2, 2: 2, 8: 8, 9: 8}
    assert clusters((1, other) for other in range(2, LARGEST + 2)) == {}


@pytest.fixture
def crowd(ready, admin):
    """Three hundred made-up people, and Hương, who is there three times, each time written otherwise."""
    luck = random.Random(5)
    with acting():
        others = [Person(full_name=person(luck, at)["name"], created_at=NOW) for at in range(300)]
        Person.objects.bulk_create(others)
        ContactPoint.objects.bulk_create(
            ContactPoint(person=one, kind="email", value=email, normal=email, created_at=NOW)
            for one in others
            for email in [f"{luck.randrange(10**9)}@example.vn"]
        )
    made = [
        people.add_person(full_name=name, emails=emails, phones=phones, by=admin.by, now=NOW)
        for name, emails, phones in (
            ("Phạm Thị Hương", ["huong.pham@lasen.vn"], ["0912345678"]),
            ("HUONG PHAM THI", ["huong@x.vn"], ["0987654321"]),
            ("Pham Huong Thi", ["huong.pham@lasen.vn"], ["0987654321"]),
        )
    ]
    return made


def scan(admin):
    return services.scan_now(by=admin.by, clock=lambda: NOW, progress=lambda step, done, total: None)


@pytest.mark.django_db
def test_who_is_there_three_times_is_one_group_and_a_second_look_writes_nothing(crowd, admin, an):
    found = scan(admin)
    before = list(FoundPair.objects.order_by("pk").values())
    again = scan(admin)

    assert (found.state, found.counts["people"], found.counts["groups"]) == (ScanState.DONE, 303, 1)
    assert [group.members for group in groups(admin.by)] == [tuple(crowd)]
    assert groups(an.by) == [], "who sees none of them learns nothing"
    assert (again.counts["new"], again.counts["gone"]) == (0, 0)
    assert list(FoundPair.objects.order_by("pk").values()) == before
    page = admin.browser().get(reverse("home:everybody")).content.decode()
    assert all(f"/people/{one.public_id}/" in page for one in crowd)
    people.merge_people(crowd[0], loser=crowd[2], by=admin.by, now=NOW)
    assert groups(admin.by) == []


@pytest.mark.django_db
def test_a_found_pair_waits_with_the_others_and_is_told_apart_like_them(crowd, admin):
    first, _, third = crowd
    FoundPair.objects.create(first=first, second=third, reasons=["same_email"], sure=99, cluster=first.pk)

    assert [(pair.first, pair.second) for pair in waiting(admin.by)].count((first, third)) == 1
    people.tell_apart(first, third, by=admin.by, now=NOW)
    assert (first, third) not in [(pair.first, pair.second) for pair in waiting(admin.by)]
    assert groups(admin.by) == []


@pytest.mark.django_db
def test_a_scan_that_is_asked_for_twice_is_one_and_a_job_does_it(crowd, admin):
    ask = program(admin)
    asked = [ask("post", "/duplicates/scan").json()["id"] for _ in range(2)]
    page = admin.browser().get(reverse("home:everybody")).content.decode()
    assert asked[0] == asked[1]
    assert 'hx-trigger="every 1s"' in page

    assert jobs.scan_waiting()
    told = ask("get", "/duplicates").json()
    assert (told["scan"]["id"], told["scan"]["state"], told["scan"]["error"]) == (asked[0], "done", "")
    assert [len(group["members"]) for group in told["groups"]] == [3]
    assert not jobs.scan_waiting()


@pytest.mark.django_db
def test_what_stops_a_scan_is_told_and_nothing_is_lost(crowd, admin, monkeypatch):
    def refuse(**_):
        raise Refusal("match_not_installed")

    FoundPair.objects.create(first=crowd[0], second=crowd[2], reasons=["same_email"], sure=99)
    monkeypatch.setattr(scanning, "find_pairs", refuse)
    with pytest.raises(Refusal):
        scan(admin)

    assert Scan.objects.get().error == "match_not_installed"
    assert FoundPair.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.one_engine
def test_the_command_says_what_it_found(crowd, capsys, monkeypatch):
    monkeypatch.setattr(scanning, "find_pairs", lambda progress: (43, []))
    code = main(["duplicates", "scan", "--json"])
    answer = json.loads(capsys.readouterr().out)

    assert code == 0
    assert {name: answer[name] for name in ("people", "pairs", "groups", "new", "gone")} == {
        "people": 43,
        "pairs": 0,
        "groups": 0,
        "new": 0,
        "gone": 0,
    }
