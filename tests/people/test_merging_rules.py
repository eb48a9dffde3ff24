from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khoi.people.rules.merging import CHOOSABLE, Profile, Word, choose, standing_word

NOON = datetime(2026, 11, 19, 5, 0, tzinfo=UTC)
AN, BINH = 1, 2


def profile(**values: str) -> Profile:
    return Profile(dict.fromkeys(CHOOSABLE, "") | values)


def chosen(survivor: Profile, loser: Profile, **wanted):
    return {one.field: one for one in choose(survivor, loser, wanted)}


def test_a_blank_is_filled_and_nothing_is_replaced():
    found = chosen(profile(full_name="An", job_title=""), profile(full_name="Nguyễn An", job_title="Kế toán"))
    assert (found["full_name"].value, found["full_name"].because, found["full_name"].differs) == (
        "An",
        "survivor",
        True,
    )
    assert (found["job_title"].value, found["job_title"].because, found["job_title"].differs) == (
        "Kế toán",
        "only_one",
        False,
    )


def test_what_is_chosen_stays_even_when_it_is_nothing():
    found = chosen(profile(job_title=""), profile(job_title="Kế toán"), job_title="survivor")
    assert (found["job_title"].value, found["job_title"].because) == ("", "chosen")


def test_the_other_value_is_taken_when_it_is_wanted():
    found = chosen(profile(full_name="An"), profile(full_name="Nguyễn An"), full_name="loser")
    assert (found["full_name"].value, found["full_name"].side) == ("Nguyễn An", "loser")


def said(entry: int, of: int, given: bool, hours: float, *, confirmed: bool = True, late: float = 0) -> Word:
    at = NOON + timedelta(hours=hours)
    return Word(entry, of, given, confirmed, at, at + timedelta(hours=late))


def test_nobody_said_anything():
    assert standing_word([], None) is None


def test_of_one_person_the_last_word_holds():
    assert standing_word([said(1, AN, False, 0), said(2, AN, True, 1)], None).entry == 2


@pytest.mark.parametrize("earlier", [AN, BINH])
def test_of_two_who_are_one_the_withdrawal_holds_whoever_spoke_last(earlier):
    later = AN + BINH - earlier
    words = [said(1, earlier, False, 0), said(2, later, True, 1)]
    assert standing_word(words, NOON + timedelta(hours=2)).entry == 1


def test_what_is_said_after_the_merge_holds():
    words = [said(1, AN, False, 0), said(2, BINH, True, 1), said(3, AN, True, 3)]
    assert standing_word(words, NOON + timedelta(hours=2)).entry == 3


def test_a_consent_entered_late_does_not_undo_a_withdrawal():
    words = [said(1, AN, False, 0), said(2, BINH, True, -5, late=20)]
    assert standing_word(words, NOON + timedelta(hours=2)).entry == 1


def test_a_claim_holds_only_when_nothing_else_was_said():
    claim = said(1, AN, True, 1, confirmed=False)
    assert standing_word([claim], NOON).entry == 1
    assert standing_word([claim, said(2, BINH, True, 0)], NOON + timedelta(hours=2)).entry == 2


WORDS = st.builds(
    said, st.integers(1, 9), st.sampled_from([AN, BINH]), st.booleans(), st.integers(0, 9), confirmed=st.booleans()
)


@given(st.lists(WORDS, unique_by=lambda word: word.entry))
def test_a_merge_never_gives_a_consent_that_one_of_them_had_withdrawn(words):
    """Whoever's last word was a withdrawal, the two together do not consent, until they say so anew."""
    late = NOON + timedelta(hours=24)
    alone = [standing_word([one for one in words if one.of == of], None) for of in (AN, BINH)]
    together = standing_word(words, late)
    if any(one is not None and not one.given for one in alone):
        assert together is not None
        assert not together.given
