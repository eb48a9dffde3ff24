"""The pipeline as of a day, and sums that add up between two days."""

from datetime import date

import pytest

from khoi.history import services as history
from khoi.reports.queries.pipeline import changes, pipeline
from khoi.reports.rules.deals import Deal, waterfall
from khoi.team.rules import OWNER_OF_THE_MACHINE
from tests.reports.histories import day, deal_in, edit, move, stages

EVERYBODY = OWNER_OF_THE_MACHINE
pytestmark = pytest.mark.usefixtures("ready")


def standing(**asked):
    return {
        (row.stage.code, row.currency): (row.count, row.amount)
        for row in pipeline(actor=EVERYBODY, **asked).rows
        if row.count
    }


def december(number):
    return date(2026, 12, number)


def test_deals_stand_by_stage_and_currency():
    deal_in("prospecting", amount=100)
    deal_in("prospecting", amount=20)
    deal_in("proposal", amount=7, currency="USD")
    found = pipeline(actor=EVERYBODY)

    assert standing() == {("prospecting", "VND"): (2, 120), ("proposal", "USD"): (1, 7)}
    assert [(total.currency, total.open_amount) for total in found.totals] == [("VND", 120), ("USD", 7)]


def test_weighted_is_the_amount_by_the_odds_of_its_stage():
    odds = stages()["proposal"].probability
    deal_in("proposal", amount=1000)

    assert pipeline(actor=EVERYBODY).total.open_weighted == 1000 * odds // 100


def test_an_empty_pipeline_is_all_zeros():
    total = pipeline(actor=EVERYBODY).total

    assert (total.currency, total.open_count, total.open_amount, total.won_amount) == ("VND", 0, 0, 0)


def test_won_and_lost_deals_are_not_open():
    for stage in ("closed_won", "closed_lost", "proposal"):
        deal_in(stage, amount=10)
    total = pipeline(actor=EVERYBODY).total

    assert (total.open_count, total.won_count, total.lost_count) == (1, 1, 1)


def test_a_past_day_shows_the_stage_and_amount_of_that_day():
    deal = deal_in("prospecting", amount=100)
    move(deal, "proposal", 5)
    edit(deal, 7, amount=300)

    assert standing(as_of=december(2)) == {("prospecting", "VND"): (1, 100)}
    assert standing(as_of=december(6)) == {("proposal", "VND"): (1, 100)}
    assert standing(as_of=december(9)) == {("proposal", "VND"): (1, 300)}


def test_a_day_before_the_first_deal_has_none():
    deal_in("prospecting")

    assert standing(as_of=date(2026, 11, 29)) == {}
    assert standing(as_of=date(2026, 11, 29), known="then") == {}


def test_a_move_entered_late_is_known_now_but_not_then():
    deal = deal_in("prospecting")
    move(deal, "proposal", 2, recorded=9)

    assert standing(as_of=december(5)) == {("proposal", "VND"): (1, 100)}
    assert standing(as_of=december(5), known="then") == {("prospecting", "VND"): (1, 100)}


def test_an_imported_deal_stood_where_its_moves_say():
    """Everything of it came in one act, long after."""
    deal_in("closed_won", opened=0, recorded=20, way=[("proposal", 3), ("closed_won", 8)])

    assert standing(as_of=december(1)) == {("prospecting", "VND"): (1, 100)}
    assert standing(as_of=december(4)) == {("proposal", "VND"): (1, 100)}
    assert standing(as_of=december(9)) == {("closed_won", "VND"): (1, 100)}
    assert standing(as_of=december(9), known="then") == {}


def test_a_move_taken_back_since_is_known_then_but_not_now():
    deal = deal_in("prospecting")
    act = move(deal, "proposal", 2)
    history.undo_act(act, by=EVERYBODY, now=day(6))

    assert standing(as_of=december(4), known="then") == {("proposal", "VND"): (1, 100)}
    assert standing(as_of=december(4), known="now") == {("prospecting", "VND"): (1, 100)}
    assert standing() == {("prospecting", "VND"): (1, 100)}


def test_today_then_and_now_are_the_same():
    deal = deal_in("prospecting", amount=100)
    move(deal, "proposal", 5)
    deal_in("closed_lost", amount=5)

    assert standing() == standing(as_of=date(2027, 1, 1)) == standing(as_of=date(2027, 1, 1), known="then")


def test_a_rep_sees_her_teams_deals_and_nobody_elses(an, binh, dung):
    for owner in (an, an, dung):
        deal_in("prospecting", owner=owner)

    assert [pipeline(actor=one.by).total.open_count for one in (an, binh, dung)] == [2, 2, 1]
    assert pipeline(actor=dung.by, as_of=december(20), known="then").total.open_count == 1


def told(**asked):
    found = changes(actor=EVERYBODY, **asked)
    assert found.before + sum(bar.amount for bar in found.bars) == found.after
    return (found.before, {bar.cause: (bar.count, bar.amount) for bar in found.bars}, found.after)


def test_what_changed_between_two_days_adds_up():
    grown, shrunk, won, lost, slipped = (deal_in("proposal", amount=100, close_on=december(20)) for _ in range(5))
    edit(grown, 5, amount=130)
    edit(shrunk, 5, amount=90)
    edit(won, 5, amount=120)
    move(won, "closed_won", 6)
    move(lost, "closed_lost", 6)
    edit(slipped, 6, close_on=date(2027, 2, 1))
    deal_in("prospecting", amount=40, opened=6, recorded=6)

    assert told(since=december(2), until=december(10), due_before=date(2027, 1, 1)) == (
        500,
        {
            "new": (1, 40),
            "grew": (2, 50),
            "shrank": (1, -10),
            "slipped": (1, -100),
            "lost": (1, -100),
            "won": (1, -120),
        },
        260,
    )


def test_without_a_horizon_nothing_slips():
    slipped = deal_in("proposal", amount=100, close_on=december(20))
    edit(slipped, 6, close_on=date(2027, 2, 1))

    assert told(since=december(2), until=december(10)) == (100, {}, 100)


def test_a_deal_that_came_and_was_won_in_between_shows_as_both():
    deal = deal_in("prospecting", amount=70, opened=4, recorded=4)
    move(deal, "closed_won", 6)

    assert told(since=december(2), until=december(10)) == (0, {"new": (1, 70), "won": (1, -70)}, 0)


def test_a_lost_deal_that_lives_again_is_reopened():
    deal = deal_in("closed_lost", amount=70)
    move(deal, "proposal", 6)

    assert told(since=december(2), until=december(10)) == (0, {"reopened": (1, 70)}, 70)


def test_a_deal_whose_date_moved_near_is_pulled_in():
    deal = deal_in("proposal", amount=70, close_on=date(2027, 6, 1))
    edit(deal, 6, close_on=december(30))

    assert told(since=december(2), until=december(10), due_before=date(2027, 1, 1)) == (0, {"pulled_in": (1, 70)}, 70)


def test_another_currency_is_another_sum():
    deal_in("proposal", amount=70, opened=5, recorded=5)
    deal_in("proposal", amount=9, currency="USD", opened=5, recorded=5)

    assert told(since=december(2), until=december(10), currency="USD") == (0, {"new": (1, 9)}, 9)


@pytest.mark.parametrize("kind", ["open", "won", "lost"])
@pytest.mark.parametrize("was", ["open", "won", "lost", None])
@pytest.mark.parametrize("due", [None, date(2026, 12, 1)])
@pytest.mark.parametrize("moved", [date(2026, 11, 1), date(2027, 3, 1), None])
def test_whatever_happens_to_a_deal_it_adds_up(kind, was, due, moved):
    def deal(stage_kind, amount, close_on):
        return {1: Deal(1, 1, stage_kind, amount, "VND", close_on, None, None)}

    before = deal(was, 100, date(2026, 11, 5)) if was else {}
    found = waterfall(before, deal(kind, 140, moved), currency="VND", due_before=due)

    assert found.before + sum(bar.amount for bar in found.bars) == found.after


def test_a_deal_that_went_is_taken_out():
    was = {1: Deal(1, 1, "open", 100, "VND", None, None, None)}

    assert [(bar.cause, bar.amount) for bar in waterfall(was, {}, currency="VND").bars] == [("removed", -100)]
