"""The policy in force, and its criteria one by one."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from khoi.leads.rules import STAGES
from khoi.qualification.models import Policy


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing a stage asks for. ``place``: where it stands in the list of its stage."""

    stage: str
    place: int
    leaf: dict[str, Any]

    @property
    def key(self) -> str:
        return f"{self.stage}_{self.place}"


def policy_in_force() -> Policy | None:
    """The version published last."""
    found: Policy | None = Policy.objects.filter(published_at__isnull=False).order_by("-published_at", "-id").first()
    return found


def criteria_of(policy: Policy) -> Iterator[Criterion]:
    """Each criterion of stages that ask for all of a plain list, in the order of the stages.

    A stage whose condition is of another shape (groups inside groups) is left out: it is changed as a whole.
    """
    for stage in STAGES:
        tree = policy.criteria.get(stage) or {}
        leaves = tree.get("all", []) if set(tree) == {"all"} else []
        if all("field" in leaf for leaf in leaves):
            yield from (Criterion(stage, place, leaf) for place, leaf in enumerate(leaves))
