"""Another version of the policy."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Max

from khoi.history import services as history
from khoi.history.rules.actors import Actor
from khoi.kit.refusals import Refusal
from khoi.leads.fields import every_field
from khoi.qualification import rules
from khoi.qualification.models import Policy
from khoi.qualification.queries import policy_in_force


def publish_policy(*, criteria: Mapping[str, Any], by: Actor, now: datetime) -> Policy:
    """A new version in force from now on; every lead is judged by it at once. The same again is no new version.

    ``criteria``: stage → condition. Leads only move forward by it: nobody loses a stage that was reached.
    """
    try:
        rules.parse_policy(1, criteria, every_field())
    except rules.PolicyError as error:
        raise Refusal("policy_unreadable", error.stage, value=error.stage) from error
    with history.act("publish_policy", by=by, now=now):
        before = policy_in_force()
        if before and before.criteria == dict(criteria):
            return before
        last = Policy.objects.aggregate(last=Max("version"))["last"] or 0
        made: Policy = Policy.objects.create(
            name=before.name if before else "Default", version=last + 1, criteria=dict(criteria), published_at=now
        )
    return made
