"""Many merged at once: what is certain, what the page, programs and the command do, and what is left."""

import json
from dataclasses import replace

import pytest
from django.urls import reverse

from khoi.cli import main
from khoi.custom import services as custom
from khoi.duplicates import jobs, services
from khoi.duplicates.models import FoundPair, MergeRun, ScanState
from khoi.duplicates.queries import certain_groups, evaluate
from khoi.duplicates.rules.certainty import MOST, SURE, Evidence, all_alike, is_certain, name_likeness
from khoi.history.models import Act
from khoi.lifecycle import services as lifecycle
from khoi.people import services as people
from khoi.people.models import Person
from khoi.team.models import User
from khoi.timemachine import services as timemachine
from tests.cast import NOW, acting
from tests.home.test_api import program
from tests.people.conftest import facts


@pytest.mark.parametrize(
    ("one", "other", "likeness"),
    [
        ("Nguyễn Văn An", "an nguyen van", "same"),
        ("Mai Thị Chi", "Mai Chi", "like"),
        ("Robert Allan", "Robert Allen", "like"),
        ("Nguyễn Văn Anh", "Nguyễn Văn Ánh", "other"),
        ("Nguyễn Thị Lan", "Nguyễn Văn Lan", "other"),
        ("An", "An", "other"),
    ],
)
def test_names_are_the_same_or_like_or_two_names(one, other, likeness):
    assert name_likeness(one, other) == name_likeness(other, one) == likeness


def test_only_an_address_of_their_own_with_a_like_name_and_nothing_against_it_is_certain():
    good = Evidence(SURE, address=True, name="like", against=False)
    assert is_certain(good)
    for wrong in ({"sure": SURE - 1}, {"address": False}, {"name": "other"}, {"against": True}):
        assert not is_certain(replace(good, **wrong))


def test_an_address_that_somebody_otherwise_named_has_too_is_nobodys_own():
    assert all_alike(["Lý Minh Tâm", "Tâm Lý Minh"])
    assert not all_alike(["Lý Minh Tâm", "Tâm Lý Minh", "Đỗ Hải Sơn"])
    assert not all_alike([f"Lý Minh Tâm {at}" for at in range(MOST + 1)])


@pytest.fixture
def pairs(ready, admin):
    """Three people who are there twice, as a scan found them, and a couple who share a phone."""

    def add(name, **reach):
        return people.add_person(full_name=name, by=admin.by, now=NOW, **reach)

    found = []
    for at, (one, other) in enumerate(
        (("Lý Minh Tâm", "Ly Minh Tam"), ("Đỗ Hải Sơn", "Do Hai Son"), ("Mai Thị Chi", "Mai Chi"))
    ):
        found.append([add(one, emails=[f"nguoi{at}@x.vn"]), add(other, emails=[f"nguoi{at}@x.vn"])])
    found.append([add("Vũ Văn Bắc", phones=["0912345678"]), add("Trần Thị Nam", phones=["0912345678"])])
    for one, other in found:
        reason = "same_phone" if one.full_name == "Vũ Văn Bắc" else "same_email"
        FoundPair.objects.create(first=one, second=other, reasons=[reason], sure=98, cluster=one.pk)
    return found


def standing() -> int:
    return Person.objects.exclude(merged_into=None).count()


def members(groups) -> list[list[Person]]:
    return [list(group.members) for group in groups]


@pytest.mark.django_db
def test_what_is_certain_is_seen_by_who_sees_them_and_not_when_something_speaks_against_it(pairs, admin, dung):
    assert members(certain_groups(admin.by)) == pairs[:3]
    assert certain_groups(dung.by) == []
    custom.add_field("person", type="date", label="born", by=admin.by, now=NOW)
    for person, day in zip(pairs[0], ("1990-01-02", "1991-01-02"), strict=True):
        custom.set_values(person, {"born": day}, by=admin.by, now=NOW)
    people.tell_apart(*pairs[1], by=admin.by, now=NOW)
    assert members(certain_groups(admin.by)) == [pairs[2]]


@pytest.mark.django_db
def test_ticked_groups_are_merged_with_one_press_and_undone_with_one(pairs, admin):
    before = facts()
    browser = admin.browser()
    ticked = [" ".join(str(one.public_id) for one in pair) for pair in pairs[:2]]
    browser.post(reverse("home:merge_many"), {"pick": ticked})
    page = browser.get(reverse("home:everybody")).content.decode()
    run = MergeRun.objects.get()
    assert (run.state, run.counts, standing()) == (ScanState.DONE, {"merged": 2, "groups": 2}, 2)
    assert reverse("timemachine:undo", args=[run.act_id]) in page
    timemachine.undo(Act.objects.get(pk=run.act_id), by=admin.by, now=NOW)
    assert facts() == before
    assert "?next=/people/duplicates/everybody/" not in browser.get(reverse("home:everybody")).content.decode()


@pytest.mark.django_db
def test_all_that_are_certain_are_shown_before_they_are_merged(pairs, admin):
    browser = admin.browser()
    page = browser.get(reverse("home:certain")).content.decode()
    assert all(str(one.public_id) in page for pair in pairs[:3] for one in pair)
    assert str(pairs[3][0].public_id) not in page
    browser.post(reverse("home:merge_many"), {"which": "certain"})
    assert standing() == 3
    assert lifecycle.recompute(check=True, now=NOW).total == 0


@pytest.mark.django_db
def test_many_are_left_to_a_job_that_goes_on_where_its_process_died(pairs, admin, monkeypatch):
    monkeypatch.setattr(services.merging, "FEW", 1)
    browser = admin.browser()
    browser.post(reverse("home:merge_many"), {"which": "certain"})
    assert standing() == 0
    assert 'hx-trigger="every 1s"' in browser.get(reverse("home:everybody")).content.decode()
    run = MergeRun.objects.get()
    ids = [[one.pk for one in pair] for pair in pairs[:1]]
    people.merge_many(ids, by=admin.by, clock=lambda: NOW, key=f"merge-{run.public_id}")

    assert jobs.merge_waiting()
    run.refresh_from_db()
    assert (run.state, standing(), run.done) == (ScanState.DONE, 3, 3)
    assert [why for *_, why in run.left] == ["already_one"]
    assert Act.objects.filter(part_of=run.act_id).count() == 2
    assert not jobs.merge_waiting()


@pytest.mark.django_db
def test_a_merging_that_is_undone_while_it_runs_merges_nobody_any_more(pairs, admin):
    def undo_at_once(done, so_far):
        if so_far.whole is not None and done == 1:
            timemachine.undo(so_far.whole, by=admin.by, now=NOW)

    ids = [[one.pk for one in pair] for pair in pairs[:3]]
    run = services.merge_now(ids, by=admin.by, clock=lambda: NOW, progress=undo_at_once)
    assert [why for *_, why in run.left] == ["taken_back", "taken_back"]
    assert standing() == 0


@pytest.mark.django_db
def test_who_has_left_merges_nobody_any_more(pairs, an, admin):
    MergeRun.objects.create(by=admin.user, asked_at=NOW, groups=[[one.pk for one in pairs[0]]], total=1)
    with acting():
        User.objects.filter(pk=admin.user.pk).update(is_active=False)
    assert jobs.merge_waiting()
    assert (MergeRun.objects.get().error, standing()) == ("forbidden", 0)


@pytest.mark.django_db
def test_a_program_asks_first_and_then_merges(pairs, admin, dung):
    ask = program(admin)
    asked = ask("post", "/duplicates/merge", {"certain": True, "dry_run": True}).json()
    assert (asked["merging"], len(asked["groups"]), standing()) == (None, 3, 0)
    done = ask("post", "/duplicates/merge", {"groups": asked["groups"][:1]}).json()
    assert (done["merging"]["counts"]["merged"], standing()) == (1, 1)
    assert ask("get", "/duplicates").json()["merging"]["act"] == done["merging"]["act"]
    assert program(dung)("post", "/duplicates/merge", {"groups": asked["groups"][1:]}).status_code == 404


@pytest.mark.django_db
@pytest.mark.one_engine
def test_the_command_asks_first_and_then_merges(pairs, capsys):
    assert main(["duplicates", "merge", "--certain", "--dry-run", "--json"]) == 0
    asked = json.loads(capsys.readouterr().out)
    assert (asked["dry_run"], len(asked["groups"]), standing()) == (True, 3, 0)
    assert main(["duplicates", "merge", "--certain", "--json"]) == 0
    done = json.loads(capsys.readouterr().out)
    assert (done["merged"], done["groups"], done["left"], standing()) == (3, 3, [], 3)


@pytest.mark.data
@pytest.mark.parametrize(
    ("file", "truth", "regex"),
    [("febrl/dataset2.csv", "rec_id", r"rec-(\d+)-"), ("splink_er/fake_1000.csv", "cluster", "")],
)
def test_of_published_files_nobody_is_merged_wrongly(shared_data, file, truth, regex):
    """Dataset 2 also has a column in which all who are one agree, of which no figure comes."""
    found = evaluate(shared_data / file, truth=truth, regex=regex, certain=True)
    assert found.precision >= 0.999
    assert found.recall > 0.01
