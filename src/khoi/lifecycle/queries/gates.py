"""Where a lead stands: its score with all lines, and what the next gate still asks for."""

from dataclasses import dataclass, replace
from datetime import datetime

from khoi.kit.conditions import Clause
from khoi.leads.fields import Facts, with_own
from khoi.leads.models import Lead
from khoi.lifecycle.queries.facts import facts_of
from khoi.lifecycle.queries.ground import Ground, ground
from khoi.qualification.models import Policy
from khoi.qualification.rules import Gate, Judgement, judge
from khoi.scoring.queries import touches_of
from khoi.scoring.rules import Score, score


@dataclass(frozen=True, slots=True)
class NextGate:
    """The criteria of the stage that follows: the clauses that hold and those that do not."""

    stage: str
    met: tuple[Clause, ...]
    missing: tuple[Clause, ...]

    @property
    def asked(self) -> int:
        return len(self.met) + len(self.missing)


@dataclass(frozen=True, slots=True)
class Standing:
    """``gate`` is None at the end of the journey and after an exit, and without a policy."""

    facts: Facts
    score: Score
    gate: NextGate | None
    gates: tuple[Gate, ...]
    policy: Policy | None

    def missing_for(self, stage: str) -> tuple[str, ...]:
        """The fields that keep the gate of this stage shut."""
        return tuple(clause.field for gate in self.gates if gate.stage == stage for clause in gate.missing)


def standings_of(leads: list[Lead], *, now: datetime, stands: Ground | None = None) -> dict[int, Standing]:
    """Lead id → how it stands at ``now``. ``person`` and ``source`` should have been selected along."""
    stands = stands or ground()
    touches = touches_of(lead.person_id for lead in leads)
    found = {}
    for pk, facts in with_own(facts_of(leads, now=now, touches=touches), stands.conditions).items():
        theirs = touches.get(facts.lead.person_id, ())
        scored = score(theirs, stands.card, facts.record(), now=now, zone=stands.zone)
        facts = replace(facts, engagement=scored.engagement)
        judged = judge(facts.record(), stands.criteria, now, stands.zone) if stands.criteria else None
        gate = _next(judged) if judged else None
        found[pk] = Standing(facts, scored, gate, judged.by_stage if judged else (), stands.policy)
    return found


def _next(judged: Judgement) -> NextGate | None:
    if judged.next_stage is None:
        return None
    gates = {gate.stage: gate for gate in judged.by_stage}
    return NextGate(judged.next_stage, gates[judged.next_stage].met, judged.missing)
