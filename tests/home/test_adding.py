"""Quick add: a name and a number are enough, and nobody is added unseen a second time."""

import pytest

from khoi.history.models import Act
from khoi.leads.models import Lead
from tests.cast import join


def test_a_rep_keeps_what_she_adds(open_all_day, an):
    answer = an.browser().post("/add/", {"full_name": "Trần Thị Hoa", "phone": "0912 345 678", "source": "walk_in"})
    lead = Lead.objects.get()
    assert answer["Location"] == f"/leads/{lead.public_id}/"
    assert (lead.owner_id, lead.source.code) == (an.pk, "walk_in")


def test_what_marketing_adds_is_shared_out(capture, an, chi):
    chi.browser().post("/add/", {"full_name": "Trần Thị Hoa", "phone": "0912 345 678"})
    assert Lead.objects.get().owner_id == an.pk


def test_adding_can_be_taken_back(open_all_day, an):
    browser = an.browser()
    browser.post("/add/", {"full_name": "Trần Thị Hoa"})
    browser.post(f"/history/{Act.objects.latest('id').pk}/undo/")
    assert not Lead.objects.exists()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"phone": "12"}, "is not a phone number"),
        ({"email": "hoa"}, "is not an email address"),
        ({}, "This is needed"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(open_all_day, an, typed, words):
    answer = an.browser().post("/add/?lang=en", typed)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not Lead.objects.exists()


def hint(member, **typed):
    return member.browser().get("/add/known/", {"lang": "en", **typed}).content.decode()


def test_who_is_here_already_is_named_while_typing(capture, an):
    capture("Trần Thị Hoa", phone="0912 345 678")
    for number in ("0912345678", "+84 912 345 678", "0912.345.678"):
        assert "Trần Thị Hoa" in hint(an, phone=number)


def test_a_half_typed_number_says_nothing(capture, an):
    capture("Trần Thị Hoa", phone="0912 345 678")
    assert hint(an, phone="0912 34").strip() == ""


def test_staff_are_told_whose_the_hidden_one_is_but_not_who(capture, an, dung):
    capture("Trần Thị Hoa", phone="0912 345 678")
    said = hint(dung, phone="0912 345 678")
    assert "Already with Nguyễn Thị An" in said
    assert "Hoa" not in said


def test_a_partner_learns_nothing_of_others(capture, an):
    capture("Trần Thị Hoa", phone="0912 345 678")
    partner = join("Đại Lý", "dai-ly@example.vn", "partner", None, visibility="own")
    assert hint(partner, phone="0912 345 678").strip() == ""


def test_the_same_name_is_only_mentioned(capture, an):
    capture("Trần Thị Hoa", phone="0912 345 678")
    assert "Same name" in hint(an, full_name="tran thi hoa")
    assert hint(an, full_name="hoa").strip() == ""


def test_the_same_number_adds_a_lead_to_the_same_person(capture, an):
    first = capture("Trần Thị Hoa", phone="0912 345 678")
    an.browser().post("/add/", {"full_name": "Hoa", "phone": "0912 345 678"})
    assert set(Lead.objects.values_list("person", flat=True)) == {first.person_id}
    assert Lead.objects.count() == 2
