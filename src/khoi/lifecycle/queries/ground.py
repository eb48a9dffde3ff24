"""What every settling stands on: the workspace, the scorecard and the policy in force, read once."""

import json
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from khoi.custom.queries import fields_named
from khoi.custom.rules import readable
from khoi.kit.conditions import Condition, Field
from khoi.kit.db.asking import records
from khoi.leads.fields import FIELDS
from khoi.leads.models import Lead
from khoi.qualification.models import Policy
from khoi.qualification.rules import Policy as Criteria
from khoi.qualification.rules import parse_policy
from khoi.scoring.queries import card_of, published
from khoi.scoring.rules import Scorecard
from khoi.workspace.models import Workspace
from khoi.workspace.queries import found

#: Every act stands on them.
_PUBLISHED = (
    "select * from qualification_policy where published_at is not null order by published_at desc, id desc limit 1"
)


@dataclass(frozen=True, slots=True)
class Ground:
    workspace: Workspace | None
    zone: ZoneInfo
    card: Scorecard
    policy: Policy | None
    criteria: Criteria | None

    @property
    def conditions(self) -> list[Condition]:
        """All that is asked of a lead."""
        criteria = self.criteria.criteria if self.criteria else ()
        return [*self.card.conditions, *(condition for _stage, condition in criteria)]


def ground() -> Ground:
    workspace = found()
    policy = published_policy()
    return Ground(
        workspace=workspace,
        zone=ZoneInfo(workspace.time_zone if workspace else "UTC"),
        card=card_of(published()),
        policy=policy,
        criteria=criteria_of(policy) if policy else None,
    )


def published_policy() -> Policy | None:
    """The version in force: the one published last."""
    return next(iter(records(Policy, _PUBLISHED)), None)


def criteria_of(policy: Policy) -> Criteria:
    own = tuple(fields_named(Lead, policy.criteria).values())
    return _criteria(policy.version, json.dumps(policy.criteria), own)


@lru_cache(maxsize=16)
def _criteria(version: int, criteria: str, own: tuple[Field, ...]) -> Criteria:
    fields = {**FIELDS, **{field.key: field for field in own}}
    return parse_policy(version, {name: readable(tree, fields) for name, tree in json.loads(criteria).items()}, fields)
