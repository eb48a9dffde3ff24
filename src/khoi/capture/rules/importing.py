"""What a row of a file makes of a lead: the stages it asserts, and the names it uses."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from khoi.capture.rules.mapping import Claim
from khoi.kit.fold import words
from khoi.leads.rules import EXITS, STAGES

#: What became of a row; every row has exactly one.
CREATED, UPDATED, UNCHANGED, SKIPPED, REJECTED = "created", "updated", "unchanged", "skipped", "rejected"
OUTCOMES = (CREATED, UPDATED, UNCHANGED, SKIPPED, REJECTED)

#: What a file says of a lead or its deal → the stage the lead has reached by it.
REACHED = {"converted": "opportunity", "open": "opportunity", "won": "customer", "lost": "disqualified"}


@dataclass(frozen=True, slots=True)
class Step:
    """The lead reached ``stage`` at ``at`` (aware, UTC)."""

    stage: str
    at: datetime


def steps(claims: Iterable[Claim], *, current: str, known: Iterable[str] = ()) -> tuple[Step, ...]:
    """The stages the claims add to a lead that stands at ``current`` and has been at ``known``, in order.

    What a file says happened is a fact of the past: a lead goes forward by it, to an exit or from an exit to
    being a customer, never back, and never twice to the same stage.
    """
    found: list[Step] = []
    been = {current, *known}
    for claim in sorted(claims, key=lambda claim: (_rank(_stage(claim)), claim.at)):
        stage = _stage(claim)
        if stage not in been and _may_follow(stage, current):
            been.add(stage)
            found.append(Step(stage, claim.at))
            current = stage
    return tuple(found)


def _stage(claim: Claim) -> str:
    return REACHED.get(claim.state, claim.state)


def _rank(stage: str) -> int:
    """Exits come after everything but being a customer."""
    return len(STAGES) - 2 if stage in EXITS else STAGES.index(stage) * 2 if stage != "customer" else 99


def _may_follow(stage: str, current: str) -> bool:
    if current == "customer":
        return False
    if current in EXITS:
        return stage == "customer" or stage in EXITS
    return stage in EXITS or STAGES.index(stage) > STAGES.index(current)


def plain(name: str) -> str:
    """A name for comparing: case, spaces, underscores, hyphens and marks do not matter."""
    return " ".join(words(name)) or name.strip().casefold()


def code_for(name: str, taken: Iterable[str], *, empty: str) -> str:
    """A code of at most 60 letters, digits and underscores that nothing has yet; ``empty`` where the name has none."""
    spelled = "_".join(words(name)).encode("ascii", "ignore").decode()[:50].strip("_") or empty
    used = set(taken)
    if spelled not in used:
        return spelled
    return next(code for n in range(2, len(used) + 3) if (code := f"{spelled}_{n}") not in used)
