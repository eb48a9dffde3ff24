"""Two people who are one: everything hangs on the survivor, nothing is deleted, and all of it can be taken back."""

from datetime import timedelta

import pytest

from khoi.accounts import services as accounts
from khoi.accounts.models import Contact
from khoi.activities import services as activities
from khoi.activities.models import Activity
from khoi.custom import services as custom
from khoi.custom.queries import values_of
from khoi.history import services as history
from khoi.history.models import KINDS, Act
from khoi.kit.refusals import Refusal
from khoi.leads.models import BantFact, Lead
from khoi.lifecycle import services as lifecycle
from khoi.people import services as people
from khoi.people.models import Consent, ContactPoint, MatchKey, Person
from khoi.people.queries import pointers, standing_consents
from khoi.pipeline.models import Opportunity
from khoi.qualification.models import StageChange
from khoi.timemachine import services as timemachine
from tests.cast import NOW
from tests.people.conftest import Known, facts

pytestmark = pytest.mark.django_db

LATER, MUCH_LATER = NOW + timedelta(hours=1), NOW + timedelta(days=9)


@pytest.fixture
def huong(known: Known) -> Person:
    return known("Phạm Thị Hương", email="huong@nuocsach.vn", phone="0912345678", company_name="Nước Sạch")


@pytest.fixture
def double(known: Known) -> Person:
    return known("Hương Phạm", email="huong.pham@gmail.com", phone="0987654321", job_title="Kế toán")


def merge(survivor, loser, by, **more):
    return people.merge_people(survivor, loser=loser, by=by, now=more.pop("now", LATER), **more)


def take_back(act, by, now=MUCH_LATER):
    return timemachine.undo(act, by=by, now=now)


def assert_sound():
    """No live row hangs on somebody who was merged, and nothing derived is off."""
    for pointer in pointers():
        if pointer.reference.on_merge in ("move", "follow", "rebuild"):
            assert not pointer.model._base_manager.filter(**{f"{pointer.field.name}__merged_into__isnull": False})
    assert lifecycle.recompute(check=True, now=MUCH_LATER).total == 0
    assert history.verify().ok


def test_the_survivor_has_everything_and_nothing_is_gone(huong, double, admin):
    rows = {model: model._base_manager.count() for model, table in KINDS.items() if table.recorded}
    merge(huong, double, admin.by)
    assert set(huong.contact_points.values_list("normal", flat=True)) == {
        "huong@nuocsach.vn", "+84912345678", "huong.pham@gmail.com", "+84987654321",
    }  # fmt: skip
    assert Lead.objects.filter(person=huong).count() == 2
    assert huong.job_title == "Kế toán"
    assert double.merged_into == huong
    assert {model: model._base_manager.count() for model in rows} == rows
    assert_sound()


def test_a_merge_is_taken_back_exactly(huong, double, admin):
    before = facts()
    act = merge(huong, double, admin.by, choices={"full_name": "loser", "email": "loser"}).act
    assert facts() != before
    undone = take_back(act, admin.by)
    assert facts() == before
    assert undone.stays == ()
    assert_sound()
    take_back(undone.act, admin.by)
    assert Person.objects.get(pk=double.pk).merged_into == huong
    assert_sound()


def test_of_email_and_phone_both_stay_and_the_chosen_one_comes_first(huong, double, admin):
    merge(huong, double, admin.by, choices={"email": "loser"})
    primary = huong.contact_points.filter(is_primary=True).values_list("normal", flat=True)
    assert set(primary) == {"huong.pham@gmail.com", "+84912345678"}


def stands_in(person):
    return values_of([person]).get(person.pk, {})


def test_of_a_field_of_ones_own_the_chosen_value_stays_and_both_come_back(huong, double, admin):
    """Also when what is chosen is none, and when the merge is done again after the survivor was given another one."""
    for key in ("floor", "badge", "desk"):
        custom.add_field("person", type="text", label=key, by=admin.by, now=NOW)
    custom.set_values(huong, {"floor": "3", "badge": "A1"}, by=admin.by, now=NOW)
    custom.set_values(double, {"floor": "5", "badge": "B2", "desk": "9"}, by=admin.by, now=NOW)
    choices = {"custom.floor": "loser", "custom.desk": "survivor"}
    act = merge(huong, double, admin.by, choices=choices).act

    assert stands_in(huong) == {"floor": "5", "badge": "A1"}

    custom.set_values(huong, {"badge": "C3"}, by=admin.by, now=MUCH_LATER)
    undone = take_back(act, admin.by).act
    assert stands_in(huong) == {"floor": "3", "badge": "C3"}
    assert stands_in(double) == {"floor": "5", "badge": "B2", "desk": "9"}

    take_back(undone, admin.by)
    assert stands_in(huong) == {"floor": "5", "badge": "C3"}
    assert_sound()


def test_a_value_somebody_entered_outlives_an_earlier_merge_taken_back(huong, double, known, admin):
    """The later merge is made anew; what was chosen in it does not count against what was entered since."""
    third = known("Hương P.", phone="0977000111")
    custom.add_field("person", type="text", label="floor", by=admin.by, now=NOW)
    custom.set_values(third, {"floor": "3"}, by=admin.by, now=NOW)
    first = merge(huong, double, admin.by).act
    merge(huong, third, admin.by, choices={"custom.floor": "survivor"})
    custom.set_values(huong, {"floor": "9"}, by=admin.by, now=MUCH_LATER)

    take_back(first, admin.by)

    assert stands_in(huong) == {"floor": "9"}
    assert_sound()


def test_a_merge_is_taken_back_though_a_field_it_chose_was_put_away(huong, double, known, admin):
    third = known("Hương P.", phone="0977000111")
    field = custom.add_field("person", type="text", label="floor", by=admin.by, now=NOW)
    for person, floor in ((huong, "2"), (third, "3")):
        custom.set_values(person, {"floor": floor}, by=admin.by, now=NOW)
    first = merge(huong, double, admin.by).act
    merge(huong, third, admin.by, choices={"custom.floor": "loser"})
    custom.archive_field(field, by=admin.by, now=LATER)

    take_back(first, admin.by)

    assert Person.objects.get(pk=double.pk).merged_into is None
    assert Person.objects.get(pk=third.pk).merged_into == huong


def test_of_several_choices_both_keep_all(huong, double, admin):
    several = [{"label": "Gold", "code": "gold"}, {"label": "Vip", "code": "vip"}]
    custom.add_field("person", type="multi_choice", label="kind", choices=several, by=admin.by, now=NOW)
    custom.set_values(huong, {"kind": ("gold",)}, by=admin.by, now=NOW)
    custom.set_values(double, {"kind": ("vip",)}, by=admin.by, now=NOW)
    with pytest.raises(Refusal, match=r"custom\.kind"):
        merge(huong, double, admin.by, choices={"custom.kind": "loser"})
    merge(huong, double, admin.by)
    assert stands_in(huong) == {"kind": ("gold", "vip")}


def test_the_same_address_twice_is_absorbed_and_comes_back(huong, double, admin):
    people.edit_person(double, changes={"emails": ["huong@nuocsach.vn"]}, by=admin.by, now=NOW)
    before = facts()
    act = merge(huong, double, admin.by).act
    assert huong.contact_points.filter(kind="email").count() == 1
    assert ContactPoint.every.filter(person=huong, kind="email").count() == 2
    assert_sound()
    take_back(act, admin.by)
    assert facts() == before


def test_an_address_that_is_taken_out_goes_with_the_one_it_had_absorbed(huong, double, admin):
    people.edit_person(double, changes={"emails": ["huong@nuocsach.vn"]}, by=admin.by, now=NOW)
    merge(huong, double, admin.by)
    people.edit_person(huong, changes={"emails": []}, by=admin.by, now=MUCH_LATER)
    assert not ContactPoint.every.filter(kind="email").exists()


def test_two_contacts_of_one_account_fold_and_the_deal_follows(huong, double, admin):
    account = accounts.add_account(name="Nước Sạch", by=admin.by, now=NOW)
    accounts.add_contact(huong, account=account, by=admin.by, now=NOW)
    lifecycle.convert_lead(double.leads.get(), account=account, by=admin.by, now=NOW)
    before = facts()
    act = merge(huong, double, admin.by).act
    contact = Contact.objects.get()
    assert (contact.person, contact.job_title) == (huong, "Kế toán")
    assert Opportunity.objects.get().contact == contact
    assert_sound()
    take_back(act, admin.by)
    assert facts() == before


def test_what_hangs_on_a_lead_names_its_person_there_and_back(huong, double, admin):
    lead = double.leads.get()
    lifecycle.convert_lead(lead, by=admin.by, now=NOW)
    act = merge(huong, double, admin.by).act
    assert {change.person for change in StageChange.objects.filter(lead=lead)} == {huong}
    take_back(act, admin.by)
    assert {change.person for change in StageChange.objects.filter(lead=lead)} == {double}
    assert_sound()


def consent(person, admin, *, given, now):
    people.record_consent(
        person, purpose="marketing", given=given, confirmed=True, address="x@x.vn", wording="Tin", wording_version=1,
        language="vi", basis="staff", by=admin.by, now=now,
    )  # fmt: skip


def test_the_stricter_consent_holds_until_they_say_so_anew(huong, double, admin):
    consent(double, admin, given=False, now=NOW)
    consent(huong, admin, given=True, now=LATER)
    act = merge(huong, double, admin.by, now=LATER + timedelta(hours=1)).act
    assert standing_consents(huong)["marketing"].state == "withdrawn"
    assert Consent.objects.filter(person=huong).count() == 2
    take_back(act, admin.by)
    assert standing_consents(huong)["marketing"].state == "given"
    assert standing_consents(double)["marketing"].state == "withdrawn"


def test_a_new_consent_after_the_merge_holds(huong, double, admin):
    consent(double, admin, given=False, now=NOW)
    merge(huong, double, admin.by)
    consent(huong, admin, given=True, now=MUCH_LATER)
    assert standing_consents(huong)["marketing"].state == "given"


def test_who_was_merged_is_found_by_every_old_name_and_address(huong, double, admin, an):
    merge(huong, double, admin.by)
    again = lifecycle.Enquiry(full_name="Hương", emails=("huong.pham@gmail.com",), claimed=True)
    assert lifecycle.capture_lead(again, by=an.by, now=MUCH_LATER).person == huong
    huong.refresh_from_db()
    assert " pham" in huong.search
    assert MatchKey.objects.filter(person=double).count() == 0
    assert_sound()


def test_what_is_still_written_to_the_one_who_was_merged_reaches_the_survivor(huong, double, admin):
    stale = Person.objects.get(pk=double.pk)
    merge(huong, double, admin.by)
    activities.log_activity(stale, kind="note", body="gọi lại", by=admin.by, now=MUCH_LATER)
    assert Activity.objects.get().person == huong
    assert_sound()


def test_an_import_that_names_the_lead_by_its_old_key_reaches_the_survivor(huong, double, admin, an):
    enquiry = lifecycle.Enquiry(full_name="Hương", emails=("hp@x.vn",), source="web_form", external=("old", "7"))
    lead, _ = lifecycle.put_lead(enquiry, external=("old", "7"), given={}, by=an.by, now=NOW)
    merge(huong, lead.person, admin.by)
    lead, is_new = lifecycle.put_lead(enquiry, external=("old", "7"), given={"need": "x"}, by=an.by, now=MUCH_LATER)
    assert (lead.person, is_new) == (huong, False)


def test_asked_twice_it_happens_once(huong, double, admin):
    first = merge(huong, double, admin.by)
    acts = Act.objects.count()
    second = merge(huong, double, admin.by)
    third = merge(double, huong, admin.by)
    assert (second.already, third.already) == (True, True)
    assert first.act == second.act == third.act
    assert Act.objects.count() == acts


def test_the_same_key_is_answered_by_what_was_done_then(huong, double, known, admin):
    other = known("Người khác", email="khac@x.vn")
    first = merge(huong, double, admin.by, key="m1")
    again = merge(huong, other, admin.by, key="m1")
    assert (again.act, again.already) == (first.act, True)
    assert Person.objects.get(pk=other.pk).merged_into is None


def test_nobody_is_merged_with_themself(huong, admin):
    with pytest.raises(Refusal, match="Choose somebody else"):
        merge(huong, huong, admin.by)


def test_a_choice_that_is_none_is_refused(huong, double, admin):
    with pytest.raises(Refusal):
        merge(huong, double, admin.by, choices={"shoe_size": "loser"})
    with pytest.raises(Refusal):
        merge(huong, double, admin.by, choices={"email": "both"})


# --- at any later time


def test_what_was_changed_since_stays_with_the_survivor_and_is_named(huong, double, admin):
    act = merge(huong, double, admin.by, choices={"full_name": "loser"}).act
    people.edit_person(huong, changes={"full_name": "Phạm Hương"}, by=admin.by, now=MUCH_LATER)
    renamed = Act.objects.latest("id")
    undone = take_back(act, admin.by)
    huong.refresh_from_db()
    assert huong.full_name == "Phạm Hương"
    assert undone.stays == (renamed.pk,)
    assert Person.objects.get(pk=double.pk).merged_into is None
    assert_sound()


def test_work_since_stays_but_what_was_done_about_a_lead_goes_with_the_lead(huong, double, admin):
    act = merge(huong, double, admin.by).act
    lead = double.leads.first() or Lead.objects.filter(person=huong).latest("id")
    activities.log_activity(huong, kind="note", body="chung", by=admin.by, now=MUCH_LATER)
    activities.log_activity(huong, kind="call", lead=lead, outcome="connected", by=admin.by, now=MUCH_LATER)
    take_back(act, admin.by)
    assert dict(Activity.objects.values_list("kind", "person")) == {"note": huong.pk, "call": double.pk}
    assert_sound()


def test_a_stage_that_followed_from_the_merge_and_was_built_on_does_not_stand_in_the_way(huong, double, admin):
    lead = double.leads.get()
    act = merge(huong, double, admin.by).act
    lifecycle.convert_lead(lead, by=admin.by, now=MUCH_LATER)
    take_back(act, admin.by)
    assert Opportunity.objects.get().person == double
    assert_sound()


def test_the_first_flag_wins_when_both_would_come_first(huong, double, admin):
    people.edit_person(double, changes={"emails": ["a@x.vn", "b@x.vn"]}, by=admin.by, now=NOW)
    act = merge(huong, double, admin.by).act
    people.edit_person(huong, changes={"emails": ["b@x.vn", "huong@nuocsach.vn", "a@x.vn"]}, by=admin.by, now=LATER)
    take_back(act, admin.by)
    assert ContactPoint.objects.get(person=double, kind="email", is_primary=True).normal == "a@x.vn"
    assert_sound()


def test_of_two_merges_the_first_is_taken_back_alone(huong, double, known, admin):
    lan = known("Lan", email="lan@x.vn", phone="0911111111")
    alone = facts()
    merge(lan, huong, admin.by)
    only_second = facts()
    undo_all = Act.objects.latest("id")
    take_back(undo_all, admin.by)
    assert facts() == alone
    first = merge(huong, double, admin.by).act
    merge(lan, huong, admin.by)
    assert set(Lead.objects.values_list("person", flat=True)) == {lan.pk}
    take_back(first, admin.by)
    assert strip_moments(facts()) == strip_moments(only_second)
    assert Person.objects.get(pk=double.pk).merged_into is None
    assert_sound()


def strip_moments(lines: list[str]) -> list[str]:
    import re

    return [re.sub(r'"merged_at": "[^"]*"', '"merged_at": "then"', line) for line in lines]


def test_undoing_an_edit_from_before_the_merge_does_not_leave_an_address_behind(huong, double, admin):
    people.edit_person(double, changes={"emails": []}, by=admin.by, now=NOW)
    dropped = Act.objects.latest("id")
    merge(huong, double, admin.by)
    take_back(dropped, admin.by)
    assert huong.contact_points.filter(normal="huong.pham@gmail.com").exists()
    assert_sound()


def test_a_bant_fact_learnt_since_goes_with_its_lead(huong, double, admin):
    from khoi.leads import services as leads

    lead = double.leads.get()
    act = merge(huong, double, admin.by).act
    lead.refresh_from_db()
    leads.record_bant(lead, kind="need", text="máy lọc", by=admin.by, now=MUCH_LATER)
    take_back(act, admin.by)
    assert BantFact.objects.get().person == double


def test_a_manager_may_take_back_what_a_rep_merged(huong, double, an, binh):
    act = merge(huong, double, an.by).act
    take_back(act, binh.by)
    assert Person.objects.get(pk=double.pk).merged_into is None


def test_a_merge_is_not_done_again_with_somebody_who_is_somebody_else_by_now(huong, double, admin):
    """The second way round: else each would be merged into the other, and nobody would be left."""
    undone = take_back(merge(huong, double, admin.by).act, admin.by)
    later = merge(double, huong, admin.by)
    with pytest.raises(history.Refused) as refused:
        take_back(undone.act, admin.by)
    assert (refused.value.reason, refused.value.dependents) == ("dependents", (later.act.pk,))

    timemachine.undo(undone.act, by=admin.by, now=MUCH_LATER, with_dependents=True)
    assert list(Person.objects.live()) == [huong]
    assert_sound()
