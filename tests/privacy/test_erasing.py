"""A person is erased everywhere: nothing of them is found again, and everything else still holds."""

import pytest
from django.utils import timezone

from khoi.history import services as history
from khoi.history.models import Act, Change
from khoi.kit.refusals import Refusal
from khoi.lifecycle import services as lifecycle
from khoi.operations import services as operations
from khoi.operations.services import engines
from khoi.people.models import Consent, MatchKey, Person
from khoi.people.queries import standing_consents
from khoi.pipeline.models import Opportunity
from khoi.privacy import services as privacy
from tests.cast import NOW
from tests.privacy.conftest import CANARIES, everything, found_in

pytestmark = pytest.mark.django_db

#: Searched byte by byte, or restored: nothing of it may stand in an open transaction.
committed = pytest.mark.django_db(transaction=True)


def erase(person, member):
    return privacy.erase_person(person, by=member.by, now=NOW)


def erase_for_good(person, member):
    erased = erase(person, member)
    privacy.sweep()
    return erased


@committed
def test_law_05_before_an_erasure_every_planted_word_is_found(planted, tmp_path):
    assert set(CANARIES) <= found_in(everything(tmp_path))


@committed
def test_law_05_fig_17_after_an_erasure_none_of_twenty_is_found_anywhere(planted, admin, tmp_path):
    erased = erase_for_good(planted.person, admin)
    assert found_in(everything(tmp_path)) == set()
    assert (erased.rows > 20, erased.files) == (True, 2)


@committed
@pytest.mark.parametrize("portable", [False, True])
def test_law_05_fig_17_a_restored_backup_of_before_does_not_bring_them_back(planted, admin, tmp_path, portable):
    operations.back_up(tmp_path / "before.khoi", now=NOW, portable=portable)
    erase_for_good(planted.person, admin)

    restored = operations.restore(tmp_path / "before.khoi", now=NOW, replace=True)
    privacy.sweep()

    assert restored.erased == 1
    assert found_in(everything(tmp_path)) == set()
    assert history.verify().ok


@committed
@pytest.mark.one_engine
@pytest.mark.parametrize("portable", [False, True])
def test_law_05_what_takes_the_live_databases_place_holds_nobody_erased(
    planted, admin, tmp_path, portable, monkeypatch
):
    operations.back_up(tmp_path / "before.khoi", now=NOW, portable=portable)
    erase_for_good(planted.person, admin)
    seen, put = [], engines.put_sqlite

    def looked_at(source):
        seen.append(found_in([source]))
        put(source)

    monkeypatch.setattr(engines, "put_sqlite", looked_at)
    operations.restore(tmp_path / "before.khoi", now=NOW, replace=True)
    assert seen == [set()]


def test_law_05_the_history_holds_and_nothing_derived_is_off(planted, admin):
    erase(planted.person, admin)
    assert history.verify().ok
    assert lifecycle.recompute(check=True, now=timezone.now()).total == 0


def test_law_05_what_the_figures_need_stays(planted, admin):
    amount, stage = planted.deal.amount, planted.deal.stage_id
    moves = Act.objects.count()
    erase(planted.person, admin)
    deal = Opportunity.objects.get(pk=planted.deal.pk)
    lead = deal.lead
    assert (deal.amount, deal.stage_id, deal.name) == (amount, stage, "—")
    assert lead is not None
    assert (lead.lifecycle_stage, lead.need, lead.owner_id) == ("opportunity", "", deal.owner_id)
    assert Act.objects.count() == moves + 1


def test_law_05_all_who_were_merged_into_them_are_erased_too(planted, admin):
    other = Person.objects.get(merged_into=planted.person)
    erase(other, admin)
    assert not Person.objects.filter(erased_at=None, pk__in=[other.pk, planted.person.pk]).exists()
    assert not MatchKey.objects.filter(person__in=[other.pk, planted.person.pk]).exists()


def test_an_erasure_is_never_taken_back(planted, admin):
    act = erase(planted.person, admin).act
    with pytest.raises(history.Refused, match="erased"):
        history.undo_act(act, by=admin.by, now=NOW)


def test_what_was_done_to_them_before_is_not_taken_back_either(planted, admin):
    renaming = Act.objects.filter(verb="edit_person").latest("pk")
    erase(planted.person, admin)
    with pytest.raises(history.Refused, match="erased"):
        history.undo_act(renaming, by=admin.by, now=NOW)


def test_nobody_is_erased_twice(planted, admin):
    erase(planted.person, admin)
    with pytest.raises(Refusal, match="already"):
        erase(planted.person, admin)


def test_other_people_keep_every_earlier_value(planted, admin, an):
    enquiry = lifecycle.Enquiry(full_name="Đỗ Thị Hoa", emails=("hoa@example.vn",), source="web_form", owner=an.user)
    other = lifecycle.capture_lead(enquiry, by=an.by, now=NOW).person
    kept = Change.objects.filter(subject_id=other.pk).count()
    erase(planted.person, admin)
    other.refresh_from_db()
    assert (other.full_name, other.erased_at) == ("Đỗ Thị Hoa", None)
    assert Change.objects.filter(subject_id=other.pk).count() == kept


def test_law_05_who_comes_again_with_the_same_address_stays_out_of_marketing(planted, admin, an):
    erase(planted.person, admin)
    enquiry = lifecycle.Enquiry(full_name="Lan", emails=(f"{CANARIES[1].upper()}@example.vn",), owner=an.user)
    again = lifecycle.capture_lead(enquiry, by=an.by, now=NOW)
    word = standing_consents(again.person)["marketing"]
    assert not again.known
    assert (word.state, word.basis) == ("withdrawn", "suppressed")


def test_law_05_a_list_that_says_they_consent_changes_nothing_but_their_own_word_does(planted, admin, an):
    erase(planted.person, admin)
    said = lifecycle.ConsentGiven("marketing", "Tin tức", 1, "vi")
    enquiry = lifecycle.Enquiry(phones=("+84 912 345 678",), owner=an.user, consents=(said,))
    own = lifecycle.capture_lead(enquiry, by=an.by, now=NOW).person
    assert standing_consents(own)["marketing"].state == "given"


def test_the_consent_ledger_keeps_the_fact_without_the_address(planted, admin, an):
    enquiry = lifecycle.Enquiry(
        emails=("qzmerged@wxcanary.vn",), owner=an.user,
        consents=(lifecycle.ConsentGiven("marketing", "Gửi tôi tin tức", 3, "vi", url="https://x.vn", ip="192.0.2.9"),),
    )  # fmt: skip
    person = lifecycle.capture_lead(enquiry, by=an.by, now=NOW).person
    erase(person, admin)
    kept = Consent.objects.get(purpose="marketing", state="given", person_ref=person.pk)
    assert (kept.wording, kept.wording_version, kept.address, kept.url, kept.ip) == ("Gửi tôi tin tức", 3, "", "", "")


def test_a_household_called_like_them_loses_its_name_and_a_company_keeps_it(planted, admin, an):
    enquiry = lifecycle.Enquiry(full_name="Đỗ Thị Hoa", emails=("hoa@example.vn",), source="web_form", owner=an.user)
    lead = lifecycle.capture_lead(enquiry, by=an.by, now=NOW).lead
    household = lifecycle.convert_lead(lead, account_name="đỗ thị hoa", by=an.by, now=NOW).account
    erase(lead.person, admin)
    erase(planted.person, admin)
    household.refresh_from_db()
    planted.deal.account.refresh_from_db()
    assert (household.name, household.search.strip()) == ("—", "")
    assert planted.deal.account.name == "Nước Sạch"
