"""Lists for programs by the fields of a workspace's own: what a condition over them finds, and in which order."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import Field, StringConstraints

from khoi.custom.models import CustomField
from khoi.custom.queries import askable, field_named, matching, part_by, sorts, told_of
from khoi.kit.conditions import ConditionError
from khoi.team.api import Problem, page_of
from khoi.workspace import queries as workspace

#: A condition over such fields as JSON.
Where = Annotated[
    str,
    StringConstraints(max_length=10_000),
    Field(
        description='Over fields of your own, like {"field": "custom.size", "op": "in", "value": ["large"]}; of the '
        "person of a lead or a deal person.custom.<key>, of the account of a deal account.custom.<key>"
    ),
]
OwnSort = Annotated[
    str,
    StringConstraints(pattern=r"^(-?custom\.[a-z0-9_]{1,40})?$"),
    Field(description="custom.<key> from the least up, -custom.<key> from the most down"),
]


def asked_of(model: type[Model], where: str, *, now: datetime | None = None) -> tuple[Q, ...]:
    """What the condition asks, each part a filter of its own; 422 ``bad_condition`` says where it is wrong.

    ``now``: from where days like "the last week" are counted; None for this moment.
    """
    if not where:
        return ()
    try:
        return (matching(model, where, askable(model), now=now or timezone.now(), zone=workspace.zone()),)
    except ConditionError as wrong:
        raise Problem(422, "bad_condition", str(wrong), where=wrong.path, reason=wrong.reason) from wrong


def sort_of(model: type[Model], sort: str) -> CustomField:
    """The field that ``sort`` names; 422 ``unknown_field`` when no list can go by it."""
    named = sort.removeprefix("-")
    field = field_named(model, named)
    if field is None or not sorts(field):
        raise Problem(422, "unknown_field", _("The list cannot go by %s.") % named)
    return field


def own_page(
    rows: "QuerySet[Any]",
    show: Callable[[Any], dict[str, Any]],
    *,
    where: str,
    sort: str,
    after: str | None,
    limit: int,
    now: datetime | None = None,
) -> dict[str, Any]:
    """``page_of`` with the custom values of each row, narrowed by ``where``; without ``sort`` in the order of their
    making. ``rows`` are gated already."""
    for ask in asked_of(rows.model, where, now=now):
        rows = rows.filter(ask)
    if not sort:
        return page_of(rows, show, beside=told_of, after=after, limit=limit)
    field, down = sort_of(rows.model, sort), sort.startswith("-")
    part, following = part_by(rows, field, down=down, after=after or "", size=min(max(limit, 1), 500))
    custom = told_of(part)
    return {"items": [{**show(row), "custom": custom.get(row.pk, {})} for row in part], "next": following or None}
