from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khoi.kit.conditions import Clause
from khoi.leads.rules import EXITS, STAGES
from khoi.qualification.rules import AUTOMATIC, DEFAULT_POLICY, FIELDS, PolicyError, judge, parse_policy

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
POLICY = parse_policy(1, DEFAULT_POLICY)
BANT = {"bant_budget": True, "bant_authority": True, "bant_need": True, "bant_timing": True}


def judged(**record):
    return judge(record, POLICY, NOW)


@pytest.mark.parametrize(
    ("record", "stage"),
    [
        ({}, "suspect"),
        ({"interest": True}, "suspect"),
        ({"has_reach": True, "interest": True}, "lead"),
        ({"has_reach": True, "interest": True, "answered": True, "fit_grade": "B"}, "prospect"),
        ({"has_reach": True, "interest": True, "answered": True, "fit_grade": "C"}, "lead"),
        ({"has_reach": True, "contact_complete": True, "engagement": 40}, "mql"),
        ({"has_reach": True, "contact_complete": True, "engagement": 39}, "suspect"),
        ({"has_reach": True, "accepted": True}, "sal"),
        ({"has_reach": True, "intent": True, **BANT}, "sql"),
        ({"has_reach": True, "intent": True, **BANT, "bant_budget": False}, "suspect"),
    ],
)
def test_the_default_gates_open_for_what_the_words_say(record, stage):
    judgement = judged(**record)
    assert (judgement.stage, judgement.moved) == (stage, stage != "suspect")


def test_the_reasons_of_a_move_and_what_the_next_gate_lacks_are_told():
    judgement = judged(has_reach=True, interest=True, answered=True, fit_grade="D")
    assert judgement.met == (Clause("has_reach", "eq", True, True, True), Clause("interest", "eq", True, True, True))
    assert judgement.next_stage == "prospect"
    assert judgement.missing == (Clause("fit_grade", "in", ["A", "B"], False, "D"),)


def test_every_gate_is_judged_in_order():
    judgement = judged(has_reach=True)
    assert [gate.stage for gate in judgement.by_stage] == list(STAGES)
    assert [gate.ok for gate in judgement.by_stage] == [True] + [False] * (len(STAGES) - 1)


def test_a_lead_never_moves_back_by_itself():
    judgement = judged(lifecycle_stage="mql", has_reach=True, interest=True, engagement=3)
    assert (judgement.stage, judgement.moved) == ("mql", False)


@pytest.mark.parametrize("stage", ["opportunity", "customer", *EXITS])
def test_what_people_decide_is_left_alone(stage):
    judgement = judged(lifecycle_stage=stage, has_reach=True, interest=True, intent=True, accepted=True, **BANT)
    assert (judgement.stage, judgement.moved) == (stage, False)


def test_conversion_and_winning_are_never_done_by_criteria():
    judgement = judged(lifecycle_stage="sql", decider_involved=True, won=True, **BANT)
    assert (judgement.stage, judgement.next_stage, judgement.missing) == ("sql", "opportunity", ())


def test_after_an_exit_there_is_no_next_gate():
    assert judged(lifecycle_stage="recycled").next_stage is None


RECORDS = st.fixed_dictionaries(
    {
        "lifecycle_stage": st.sampled_from([*STAGES, *EXITS]),
        "fit_grade": st.sampled_from(["", "A", "B", "C", "D"]),
        "engagement": st.integers(0, 100),
        **{key: st.booleans() for key, field in FIELDS.items() if field.type == "boolean"},
    }
)


@given(RECORDS)
def test_a_second_judgement_changes_nothing(record):
    first = judge(record, POLICY, NOW)
    assert not judge({**record, "lifecycle_stage": first.stage}, POLICY, NOW).moved


@given(RECORDS)
def test_only_automatic_stages_are_entered_and_only_forward(record):
    judgement = judge(record, POLICY, NOW)
    if judgement.moved:
        assert judgement.stage in AUTOMATIC
        assert STAGES.index(judgement.stage) > STAGES.index(record["lifecycle_stage"])
        assert next(gate for gate in judgement.by_stage if gate.stage == judgement.stage).ok


def test_a_policy_may_leave_stages_out():
    policy = parse_policy(2, {"mql": {"field": "engagement", "op": "gte", "value": 10}})
    judgement = judge({"engagement": 12}, policy, NOW)
    assert (judgement.stage, judgement.next_stage) == ("mql", None)


@pytest.mark.parametrize(
    ("criteria", "stage", "reason"),
    [
        ({"boss": {"all": []}}, "boss", "unknown_stage"),
        ({"mql": {}}, "mql", "not_a_condition"),
        ({"mql": {"field": "shoe", "op": "eq", "value": 1}}, "mql", "unknown_field"),
    ],
)
def test_criteria_that_cannot_be_read_are_refused(criteria, stage, reason):
    with pytest.raises(PolicyError) as refusal:
        parse_policy(1, criteria)
    assert (refusal.value.stage, refusal.value.reason) == (stage, reason)
