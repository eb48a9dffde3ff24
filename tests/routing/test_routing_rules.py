from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khoi.routing.rules import Candidate, NobodyToChoose, choose

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
AN, BINH, CHI = Candidate(1, 1, 0, 0), Candidate(2, 1, 0, 0), Candidate(3, 1, 0, 0)


def shared_out(candidates, leads):
    """The candidates after `leads` leads, each with what they got."""
    for _ in range(leads):
        chosen = choose(candidates, NOW).user_id
        candidates = [replace(one, assigned=one.assigned + (one.user_id == chosen)) for one in candidates]
        yield candidates


@given(st.lists(st.integers(1, 60), min_size=1, max_size=7), st.integers(1, 150))
def test_everybody_is_within_one_of_their_quota_at_any_time(weights, leads):
    candidates = [Candidate(number, weight, 0, 0) for number, weight in enumerate(weights)]
    for given_out, shares in enumerate(shared_out(candidates, leads), start=1):
        quotas = [Fraction(given_out * one.weight, sum(weights)) for one in shares]
        assert all(abs(one.assigned - quota) < 1 for one, quota in zip(shares, quotas, strict=True))


def test_one_heavy_share_among_many_light_ones_is_not_starved():
    light = [Candidate(number, 1, 0, 0) for number in range(2, 8)]
    *_, after = shared_out([Candidate(1, 94, 0, 0), *light], 10)
    assert after[0].assigned == 10


def test_equal_shares_go_round_in_order_of_id():
    assert [[one.assigned for one in step] for step in shared_out([CHI, AN, BINH], 3)] == [
        [0, 1, 0],
        [0, 1, 1],
        [1, 1, 1],
    ]


@pytest.mark.parametrize(
    "kept_out", [{"away": NOW + timedelta(hours=1)}, {"capacity": 3, "open_leads": 3}, {"weight": 0}]
)
def test_who_is_away_full_or_without_weight_is_passed_over(kept_out):
    choice = choose([replace(AN, **kept_out), BINH], NOW)
    assert (choice.user_id, choice.reason) == (BINH.user_id, "only_one_free")
    assert choice.order[0].state == "in_turn"
    assert choice.order[1].state in {"away", "full", "no_weight"}


def test_who_is_back_takes_part_again():
    assert choose([replace(AN, away=NOW), BINH], NOW).user_id == AN.user_id


def test_when_nobody_has_room_the_least_loaded_here_gets_it():
    full = [replace(AN, open_leads=9, capacity=5), replace(BINH, open_leads=7, capacity=5)]
    gone = replace(CHI, open_leads=0, away=NOW + timedelta(days=1))
    choice = choose([*full, gone], NOW)
    assert (choice.user_id, choice.reason) == (BINH.user_id, "least_loaded_all_full")


def test_when_nobody_is_here_the_lead_has_an_owner_all_the_same():
    gone = [replace(one, away=NOW + timedelta(days=1)) for one in (AN, BINH)]
    choice = choose([replace(gone[0], open_leads=2), gone[1]], NOW)
    assert (choice.user_id, choice.reason) == (BINH.user_id, "least_loaded_all_away")


def test_without_candidates_somebody_must_be_told():
    with pytest.raises(NobodyToChoose):
        choose([], NOW)


CANDIDATES = st.builds(
    Candidate,
    user_id=st.integers(1, 9),
    weight=st.integers(0, 4),
    assigned=st.integers(0, 9),
    open_leads=st.integers(0, 9),
    capacity=st.one_of(st.none(), st.integers(0, 9)),
    away=st.one_of(st.none(), st.just(NOW + timedelta(days=1)), st.just(NOW)),
)


@given(st.lists(CANDIDATES, min_size=1, max_size=6, unique_by=lambda one: one.user_id), st.randoms())
def test_no_lead_is_without_owner_and_the_answer_does_not_hang_on_the_order(candidates, random):
    choice = choose(candidates, NOW)
    assert sorted(place.user_id for place in choice.order) == sorted(one.user_id for one in candidates)
    random.shuffle(candidates)
    assert choose(candidates, NOW) == choice
