"""The funnel counts what a hand would count, by today's knowledge and by that of the day."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from khoi.history import services as history
from khoi.kit.periods import Period
from khoi.leads.models import Lead
from khoi.qualification.models import StageChange
from khoi.reports.queries.funnel import funnel
from khoi.team.rules import OWNER_OF_THE_MACHINE
from tests.cast import acting
from tests.reports.histories import assign, day, enter, lead_with, source

pytestmark = pytest.mark.usefixtures("office")

EVERYBODY = OWNER_OF_THE_MACHINE


def december(number):
    return date(2026, 12, number)


def reached(**asked):
    return {step.stage: step.reached for step in funnel(actor=EVERYBODY, **asked).steps}


def test_no_leads_make_an_empty_funnel():
    found = funnel(actor=EVERYBODY, by="source")

    assert (found.leads, found.won, found.rows, found.bottleneck) == (0, 0, (), None)
    assert {step.conversion for step in found.steps} == {None}


def test_a_suspect_counts_as_a_lead():
    lead_with()

    assert reached()["lead"] == 1


def test_a_skipped_stage_counts_as_passed():
    lead_with(("lead", 0), ("mql", 2), ("opportunity", 5))

    assert reached() == {
        "lead": 1, "prospect": 1, "mql": 1, "sal": 1, "sql": 1, "opportunity": 1, "customer": 0,
    }  # fmt: skip


def test_nobody_stood_in_a_skipped_stage_so_it_has_no_days():
    lead_with(("lead", 0), ("mql", 2), ("opportunity", 5))
    spans = {step.stage: step.span for step in funnel(actor=EVERYBODY).steps}

    assert spans["lead"].median == pytest.approx(2)
    assert spans["mql"].median == pytest.approx(3)
    assert [spans[stage].passages for stage in ("prospect", "sal", "sql")] == [0, 0, 0]


def test_the_median_of_an_even_number_lies_between_the_two_in_the_middle():
    for days in (1, 2, 5, 90):
        lead_with(("mql", days))

    assert funnel(actor=EVERYBODY).step("lead").span.median == pytest.approx(3.5)


def test_conversion_is_the_share_that_went_on():
    for way in ([("mql", 1)], [("mql", 1), ("sal", 2)], [], []):
        lead_with(*way)
    found = funnel(actor=EVERYBODY)

    assert (found.step("lead").conversion, found.step("mql").conversion) == (0.5, 0.5)
    assert (found.step("lead").stopped, found.step("mql").stopped, found.step("sal").stopped) == (2, 1, 1)


def test_the_bottleneck_is_where_most_days_were_spent_in_all():
    lead_with(("mql", 1), ("sal", 2), ("sql", 9))
    lead_with(("mql", 1), ("sal", 2), ("sql", 9))
    lead_with(("mql", 1), ("sal", 2), ("sql", 3), ("opportunity", 13))

    assert funnel(actor=EVERYBODY).bottleneck == "sal"


def test_a_stage_that_hardly_anybody_reaches_is_no_bottleneck():
    for _ in range(101):
        lead_with(("prospect", 1))
    lead_with(("prospect", 1), ("opportunity", 2), ("customer", 900))

    assert funnel(actor=EVERYBODY).bottleneck == "lead"


def test_a_reopened_lead_goes_on_from_where_it_was():
    lead_with(("mql", 1), ("recycled", 3), ("lead", 8), ("mql", 9), ("sal", 11))
    found = funnel(actor=EVERYBODY)

    assert (found.leads, found.step("mql").reached, found.step("sal").reached) == (1, 1, 1)
    assert found.step("mql").span.median == pytest.approx(10)


def test_a_win_that_was_opened_again_is_no_win():
    lead_with(("opportunity", 1), ("customer", 4), ("opportunity", 6))
    found = funnel(actor=EVERYBODY)

    assert (found.step("opportunity").reached, found.won) == (1, 0)
    assert found.step("opportunity").span.passages == 0


def test_a_deal_won_twice_counts_from_the_win_that_holds():
    lead_with(("opportunity", 1), ("customer", 4), ("opportunity", 6), ("customer", 9))
    found = funnel(actor=EVERYBODY)

    assert found.won == 1
    assert found.step("opportunity").span.median == pytest.approx(8)


def test_won_before_the_first_contact_is_counted_but_kept_out_of_the_days():
    lead_with(("mql", 10), ("customer", 4), arrived=10)
    lead_with(("mql", 3), ("customer", 8))
    found = funnel(actor=EVERYBODY)

    assert (found.won, found.backwards) == (2, 1)
    assert found.step("lead").span.median == pytest.approx(3)
    assert found.step("mql").span.median == pytest.approx(5)


def test_sources_go_by_their_stored_name_most_leads_first():
    paid = source("paid search")
    lead_with(("customer", 4), source=paid)
    lead_with(source=paid)
    lead_with()
    rows = funnel(actor=EVERYBODY, by="source").rows

    assert [(r.name, r.code, r.leads, r.won) for r in rows] == [
        ("paid search", "paid_search", 2, 1),
        ("empty", "", 1, 0),
    ]


@pytest.mark.parametrize("by", ["source", "owner", "channel", "campaign", "team", "period"])
def test_the_total_is_the_sum_of_the_rows(by, an, dung):
    lead_with(("mql", 1), owner=an, source=source("event"), channel="zalo")
    lead_with(("sal", 1), ("customer", 2), owner=dung, arrived=40)
    lead_with()
    found = funnel(actor=EVERYBODY, by=by)

    assert found.rows
    assert [sum(column) for column in zip(*(r.reached for r in found.rows), strict=True)] == [
        step.reached for step in found.steps
    ]


def test_another_field_is_refused():
    with pytest.raises(ValueError, match="by is one of"):
        funnel(actor=EVERYBODY, by="person__full_name")


def test_a_month_is_one_of_the_workspaces_zone():
    lead_with(arrived=0.5)  # 30 November, 21:00 in Hanoi
    lead_with(arrived=0.7)  # 1 December, 01:48 in Hanoi; in Greenwich still November

    assert [(r.name, r.leads) for r in funnel(actor=EVERYBODY, by="period").rows] == [("2026-11", 1), ("2026-12", 1)]


def test_a_period_takes_in_its_first_day_and_not_the_day_after_its_last():
    for arrived in (-1, 0, 1, 2):
        lead_with(arrived=arrived)

    assert reached(period=Period(date(2026, 11, 30), date(2026, 12, 2)))["lead"] == 2


def test_as_of_a_day_counts_until_its_midnight():
    lead_with(("mql", 3))
    lead_with(arrived=4)

    assert [reached(as_of=december(number))["mql"] for number in (2, 3)] == [0, 1]
    assert [reached(as_of=december(number))["lead"] for number in (3, 4)] == [1, 2]


def test_what_was_entered_late_is_known_now_but_not_then():
    lead = lead_with(now=day(0))
    enter(lead, ("mql", 3), now=day(9))

    assert reached(as_of=december(5), known="now")["mql"] == 1
    assert reached(as_of=december(5), known="then")["mql"] == 0
    assert reached(as_of=december(10), known="then")["mql"] == 1


def test_what_was_taken_back_since_is_known_then_but_not_now():
    lead = lead_with(now=day(0))
    with acting(now=day(2)) as act:
        change = StageChange.objects.create(
            lead=lead, person_id=lead.person_id, from_stage="lead", to_stage="sal", basis="person",
            occurred_at=day(2), recorded_at=day(2),
        )  # fmt: skip
    history.undo_act(act, by=EVERYBODY, now=day(5))

    assert not StageChange.objects.filter(pk=change.pk).exists()
    assert reached(as_of=december(3), known="then")["sal"] == 1
    assert reached(as_of=december(3), known="now")["sal"] == 0
    assert reached(as_of=december(6), known="then")["sal"] == 0


def test_a_source_corrected_since_shows_as_it_stood_then():
    lead = lead_with(now=day(0), source=source("event"))
    with acting(now=day(9)):
        lead.source = source("webinar")
        lead.save(update_fields=["source"])

    def named(known):
        return [row.name for row in funnel(actor=EVERYBODY, by="source", as_of=december(5), known=known).rows]

    assert (named("then"), named("now")) == (["event"], ["webinar"])


@pytest.mark.parametrize("by", ["source", "owner", "channel", "campaign", "team", "period"])
def test_today_then_and_now_are_the_same(by, an, dung):
    lead_with(("mql", 1), ("sal", 4), ("opportunity", 4), owner=an, source=source("event"), channel="zalo")
    lead_with(("sal", 1), ("customer", -2), owner=dung)
    lead_with(("customer", 3), ("opportunity", 5), ("disqualified", 6), arrived=-40)
    today = date(2027, 1, 1)

    then, now = (funnel(actor=EVERYBODY, by=by, as_of=today, known=known) for known in ("then", "now"))
    assert (then.rows, then.backwards, then.bottleneck) == (now.rows, now.backwards, now.bottleneck)
    for one, other in zip(then.steps, now.steps, strict=True):
        assert (one.reached, one.span.passages) == (other.reached, other.span.passages)
        assert one.span.median == pytest.approx(other.span.median, abs=1e-6)


def test_a_rep_counts_her_teams_leads_and_nobody_elses(an, binh, dung):
    for owner in (an, an, dung):
        lead_with(owner=owner)

    assert [funnel(actor=member.by).leads for member in (an, binh, dung)] == [2, 2, 1]


def test_a_rep_sees_no_more_of_the_past_than_of_today(an, dung):
    lead_with(owner=an, now=day(0))
    lead_with(owner=dung, now=day(0))

    assert funnel(actor=an.by, as_of=december(8), known="then").leads == 1


def test_a_lead_counts_for_whoever_had_it_that_day(an, binh):
    lead = lead_with(owner=an)
    assign(lead, binh.user, 6)
    with acting():
        Lead.objects.update(owner=binh.user)

    def owners(**asked):
        return [row.name for row in funnel(actor=EVERYBODY, by="owner", **asked).rows]

    assert owners(as_of=december(2)) == ["Nguyễn Thị An"]
    assert owners() == ["Trần Văn Bình"]


@pytest.mark.parametrize(("by", "queries"), [(None, 2), ("source", 3), ("period", 4)])
def test_the_number_of_queries_does_not_grow_with_the_leads(by, queries):
    for arrived in range(6):
        lead_with(("mql", arrived + 1), arrived=arrived, source=source(f"source {arrived}"))
    with CaptureQueriesContext(connection) as seen:
        funnel(actor=EVERYBODY, by=by)

    assert len(seen) == queries
