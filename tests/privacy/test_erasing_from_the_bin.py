"""Somebody who lies in the bin is erased there: nothing is left behind, and restoring brings nothing back."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from khoi.activities import services as activities
from khoi.activities.models import Activity
from khoi.cli import main
from khoi.history import services as history
from khoi.history.models import Act
from khoi.lifecycle import services as lifecycle
from khoi.people import services as people
from khoi.people.models import Person
from khoi.people.queries import standing_consents
from khoi.privacy import services as privacy
from khoi.privacy.queries import find_gone
from khoi.team import services as team
from khoi.timemachine import services as timemachine
from khoi.workspace.models import File
from tests.cast import NOW
from tests.privacy.conftest import CANARIES, everything, found_in

LATER = NOW + timedelta(hours=1)


def delete(records, admin):
    return lifecycle.delete_records(records, by=admin.by, now=NOW, along=None)


def erase(person, admin):
    gone = find_gone(public_id=person.public_id)
    assert gone is not None
    privacy.erase_person(gone, by=admin.by, now=LATER)


@pytest.fixture
def deleted(ready, an, admin, data_folder):
    enquiry = lifecycle.Enquiry(full_name="Trần Thị Lan", emails=("lan@x.vn",), source="web_form", owner=an.user)
    person = lifecycle.capture_lead(enquiry, by=an.by, now=NOW).person
    act = delete([person], admin)
    return person, act


@pytest.mark.django_db(transaction=True)
def test_law_05_of_somebody_in_the_bin_none_of_twenty_words_is_found_anywhere(planted, admin, tmp_path):
    planted.person.refresh_from_db()
    delete([planted.deal], admin)
    delete([planted.person], admin)
    assert set(CANARIES) <= found_in(everything(tmp_path))

    erase(planted.person, admin)
    privacy.sweep()

    assert found_in(everything(tmp_path)) == set()
    assert not File.objects.exists()
    assert history.verify().ok
    assert lifecycle.recompute(check=True, now=LATER).total == 0


@pytest.mark.django_db(transaction=True)
def test_law_05_a_file_of_a_deleted_activity_goes_with_the_person(planted, admin, tmp_path):
    delete(list(Activity.objects.filter(person=planted.person, attachments__isnull=False)), admin)
    privacy.erase_person(planted.person, by=admin.by, now=LATER)
    privacy.sweep()
    assert found_in(everything(tmp_path)) == set()


@pytest.mark.django_db
def test_a_file_that_hangs_on_somebody_else_too_stays(ready, an, admin, data_folder):
    from khoi.workspace import services as workspace

    leads = [
        lifecycle.capture_lead(lifecycle.Enquiry(full_name=name, owner=an.user), by=an.by, now=NOW).lead
        for name in ("Trần Thị Lan", "Đỗ Thị Hoa")
    ]
    file = workspace.store_file([b"price list"], name="gia.txt", by=an.by, now=NOW)
    logged = [
        activities.log_activity(
            one.person, kind="note", body="x", lead=one, files=[file], occurred_at=NOW, by=an.by, now=NOW
        )
        for one in leads
    ]
    delete([logged[0]], admin)
    privacy.erase_person(leads[0].person, by=admin.by, now=LATER)
    assert File.objects.filter(pk=file.pk).exists()


@pytest.mark.django_db
def test_restoring_what_was_deleted_brings_an_erased_person_not_back(deleted, admin):
    person, act = deleted
    erase(person, admin)
    with pytest.raises(history.Refused, match="erased"):
        timemachine.undo(act, by=admin.by, now=LATER)
    assert (Person.objects.get().full_name, Person.objects.get().erased_at) == ("", LATER)


@pytest.mark.django_db
def test_of_two_deleted_at_once_the_other_is_restored(deleted, an, admin):
    pair = [
        lifecycle.capture_lead(lifecycle.Enquiry(full_name=name, owner=an.user), by=an.by, now=NOW).person
        for name in ("Đỗ Thị Hoa", "Lý Thị Mai")
    ]
    act = delete(pair, admin)
    erase(pair[0], admin)
    assert timemachine.undo(act, by=admin.by, now=LATER).erased > 0
    assert set(Person.objects.values_list("full_name", flat=True)) == {"", "Lý Thị Mai"}


@pytest.mark.django_db
def test_who_was_merged_into_somebody_in_the_bin_is_erased_with_them(ready, an, admin, data_folder):
    one, other = (
        lifecycle.capture_lead(lifecycle.Enquiry(full_name=name, owner=an.user), by=an.by, now=NOW).person
        for name in ("Đỗ Thị Hoa", "Hoa Đỗ")
    )
    people.merge_people(one, loser=other, by=an.by, now=NOW)
    delete([Person.objects.get(pk=one.pk)], admin)
    erase(other, admin)
    assert sorted(Person.objects.values_list("pk", "erased_at")) == [(one.pk, LATER), (other.pk, LATER)]


@pytest.mark.django_db
def test_who_comes_again_after_being_erased_in_the_bin_stays_out_of_marketing(deleted, an, admin):
    erase(deleted[0], admin)
    enquiry = lifecycle.Enquiry(full_name="Lan", emails=("LAN@x.vn",), owner=an.user)
    again = lifecycle.capture_lead(enquiry, by=an.by, now=LATER)
    assert standing_consents(again.person)["marketing"].basis == "suppressed"


@pytest.mark.django_db
def test_a_program_erases_somebody_in_the_bin(deleted, admin, client):
    _, key = team.issue_token(admin.user, name="x", scopes=["read", "write"], by=admin.by, now=NOW)
    how = {"content_type": "application/json", "headers": {"authorization": f"Bearer {key}"}}
    path = f"/api/people/{deleted[0].public_id}/erase"
    assert client.post(path, {"reason": "asked"}, **how).status_code == 200
    assert client.post(path, {"reason": "asked"}, **how).json()["code"] == "already_erased"


@pytest.mark.django_db
def test_a_command_erases_somebody_in_the_bin(deleted, capsys, monkeypatch):
    monkeypatch.setenv("KHOI_LANG", "en")
    assert main(["people", "erase", str(deleted[0].public_id), "--json"]) == 0
    act = json.loads(capsys.readouterr().out)["act"]
    assert Act.objects.get(pk=act).verb == "erase_person"


@pytest.mark.django_db
def test_the_bin_leads_an_administrator_to_erasing(deleted, admin, binh):
    person, act = deleted
    erasing = reverse("privacy:erase", args=[person.public_id])
    browser = admin.browser()
    assert f"/history/{act.pk}/#people-gone" in browser.get(reverse("timemachine:bin")).content.decode()
    assert erasing in browser.get(reverse("timemachine:act", args=[act.pk])).content.decode()
    assert erasing in browser.get(reverse("home:person", args=[person.public_id])).content.decode()
    assert "Trần Thị Lan" in browser.get(erasing).content.decode()
    browser.post(erasing, {"reason": "asked", "name": "Trần Thị Lan"})
    assert Person.objects.get().erased_at is not None


@pytest.mark.django_db
def test_nobody_else_is_led_there_or_let_in(deleted, binh):
    person, _ = deleted
    browser = binh.browser()
    assert "people-gone" not in browser.get(reverse("timemachine:bin")).content.decode()
    answer = browser.post(reverse("privacy:erase", args=[person.public_id]), {"name": "Trần Thị Lan"})
    assert answer.status_code == 403
    assert not Person.objects.exists()
