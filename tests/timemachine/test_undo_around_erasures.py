"""Erasures are never undone: undo goes around them and says so."""

import json
import re
from datetime import timedelta

import pytest

from khoi.accounts.models import Account
from khoi.capture.services import importing
from khoi.cli import main
from khoi.history import services as history
from khoi.history.models import Act
from khoi.home import services as home
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.people import services as people
from khoi.people.models import ContactPoint, Person
from khoi.privacy import services as privacy
from khoi.team import services as team
from khoi.timemachine import services as timemachine
from tests.cast import NOW

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=1)


def import_people(count, by):
    rows = (f"Khách Số {n},khach{n}@x.vn,Công ty Sen" for n in range(count))
    table = "\n".join(["name,email,company", *rows]).encode()
    run = importing.receive_file([table], filename="khach.csv", by=by, now=NOW)
    importing.start_run(run, by=by, now=NOW)
    while importing.import_next(clock=lambda: NOW):
        pass
    run.refresh_from_db()
    return Act.objects.get(pk=run.act_id)


def erase(person, admin):
    return privacy.erase_person(person, by=admin.by, now=NOW)


def undo(act, admin, **how):
    return timemachine.undo(act, by=admin.by, now=LATER, **how)


@pytest.fixture
def imported(ready, chi, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.FILES_DIR = tmp_path / "files"
    settings.FILES_DIR.mkdir()
    return import_people(20, chi.by)


def test_an_import_of_twenty_is_undone_though_one_of_them_was_erased(imported, admin):
    erased = Person.objects.earliest("pk")
    erase(erased, admin)
    before = Lead.objects.values().get(person=erased)
    undone = undo(imported, admin)

    assert (undone.undone, undone.erased > 0) == ((imported.pk,), True)
    assert list(Person.objects.values_list("pk", "full_name")) == [(erased.pk, "")]
    assert Lead.objects.values().get() == before
    assert not ContactPoint.every.exists()
    assert history.verify().ok
    assert lifecycle.recompute(check=True, now=LATER).total == 0


def test_redoing_it_brings_back_the_others_and_not_the_erased_one(imported, admin):
    erased = Person.objects.earliest("pk")
    erase(erased, admin)
    again = undo(undo(imported, admin).act, admin)

    assert (Person.objects.count(), ContactPoint.every.count(), again.undone != ()) == (20, 19, True)
    erased.refresh_from_db()
    assert erased.full_name == ""


def test_an_edit_of_the_erased_one_stands_in_nobodys_way(imported, admin):
    erased = Person.objects.earliest("pk")
    people.edit_person(erased, changes={"full_name": "Khách Khác"}, by=admin.by, now=NOW)
    erase(erased, admin)
    assert undo(imported, admin).undone == (imported.pk,)


def test_an_account_that_an_erased_persons_lead_needs_stays(imported, admin):
    lead = Lead.objects.earliest("pk")
    account = lifecycle.convert_lead(lead, by=admin.by, now=NOW).account
    converting = Act.objects.filter(verb="convert_lead").latest("id")
    other = Lead.objects.latest("pk")
    with history.act("edit_lead", by=admin.by, now=NOW):
        Lead.objects.filter(pk=other.pk).update(account=account)
    edit = Act.objects.latest("id")
    erase(lead.person, admin)
    with pytest.raises(history.Refused, match="erased"):
        undo(converting, admin)
    undo(edit, admin)
    assert Account.objects.filter(pk=account.pk).exists()


def test_a_bulk_edit_goes_back_for_all_but_the_erased_one(imported, admin, binh):
    leads = list(Lead.objects.order_by("pk"))
    owner = leads[0].owner_id
    act = home.assign_leads(leads, owner=binh.user, by=admin.by, now=NOW)
    erase(leads[3].person, admin)
    undo(act, admin)
    assert set(Lead.objects.exclude(pk=leads[3].pk).values_list("owner", flat=True)) == {owner}
    assert Lead.objects.get(pk=leads[3].pk).owner_id == binh.pk


def test_two_people_do_not_become_half_one_again(ready, an, admin):
    one, other = (
        lifecycle.capture_lead(lifecycle.Enquiry(full_name=name, owner=an.user), by=an.by, now=NOW).person
        for name in ("Hoa Sen", "Hoa Súng")
    )
    merged = people.merge_people(one, loser=other, by=an.by, now=NOW)
    apart = undo(merged.act, admin)
    erase(Person.objects.get(pk=other.pk), admin)
    with pytest.raises(history.Refused, match="erased"):
        undo(apart.act, admin)


def test_the_page_says_how_many_rows_stay(imported, admin):
    erase(Person.objects.earliest("pk"), admin)
    page = admin.browser().post(f"/history/{imported.pk}/undo/", follow=True).content.decode()
    assert re.search(r"\d+ dòng giữ nguyên, của người đã xóa hẳn", page)


def test_a_program_and_a_command_are_told_how_many_rows_stay(imported, admin, client, capsys, monkeypatch):
    monkeypatch.setenv("KHOI_LANG", "en")
    erase(Person.objects.earliest("pk"), admin)
    _, key = team.issue_token(admin.user, name="t", scopes=["read", "write"], by=admin.by, now=NOW)
    how = {"content_type": "application/json", "headers": {"authorization": f"Bearer {key}"}}
    answer = client.post(f"/api/acts/{imported.pk}/undo", "{}", **how).json()
    assert answer["erased"] > 0
    main(["undo", str(answer["act"]), "--json"])
    again = json.loads(capsys.readouterr().out)
    assert main(["undo", str(again["act"])]) == 0
    assert f"{answer['erased']} " in capsys.readouterr().out.splitlines()[1]
