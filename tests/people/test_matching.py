from hypothesis import given
from hypothesis import strategies as st

from khoi.people.rules.matching import Candidate, MatchKey, Point, choose_match, keys_of

AN, BINH, CHI = 1, 2, 3
EMAIL, PHONE = MatchKey("email", "an@example.com"), MatchKey("phone", "+84912345678")


def test_own_confirmed_points_make_keys():
    assert keys_of([Point("an@example.com")], [Point("+84912345678")]) == {EMAIL, PHONE}


def test_what_is_only_claimed_or_shared_makes_no_key():
    claimed, shared = Point("an@example.com", confirmed=False), Point("+842838251234", own=False)
    assert keys_of([claimed], [shared]) == frozenset()


def test_an_empty_value_is_never_a_key():
    assert keys_of([Point(""), Point("  ")], [Point("")]) == frozenset()


def test_nobody_known_is_no_match():
    match = choose_match([])
    assert (match.person_id, match.certainty, match.reasons) == (None, "none", ())


def test_a_phone_alone_finds_the_person():
    match = choose_match([Candidate(AN, PHONE)])
    assert (match.person_id, match.certainty) == (AN, "certain")
    assert [reason.code for reason in match.reasons] == ["same_phone"]


def test_an_email_beats_a_phone_and_the_other_person_is_reported():
    match = choose_match([Candidate(AN, PHONE), Candidate(BINH, EMAIL)])
    assert (match.person_id, match.certainty, match.possible_duplicates) == (BINH, "certain", (AN,))


def test_of_two_with_one_key_the_longest_known_is_joined_and_it_is_said_to_be_unsure():
    match = choose_match([Candidate(CHI, EMAIL), Candidate(BINH, EMAIL)])
    assert (match.person_id, match.certainty, match.possible_duplicates) == (BINH, "possible", (CHI,))


@given(st.permutations([Candidate(AN, PHONE), Candidate(BINH, EMAIL), Candidate(BINH, PHONE), Candidate(CHI, EMAIL)]))
def test_the_order_in_which_they_are_found_does_not_matter(candidates):
    match = choose_match(candidates)
    assert match == choose_match(sorted(candidates, key=lambda one: (one.person_id, one.key)))
    assert match.possible_duplicates == (AN, CHI)
