"""The last step of an act's transaction: its digest, then its place in the chain under the head's lock."""

from datetime import UTC, datetime
from typing import Any

from django.db import connection as default_connection

from khoi.history.models import Act, Head
from khoi.history.rules.chain import GENESIS, link, seal_of
from khoi.kit.db.asking import ask, moment
from khoi.kit.db.writing import updating

#: What the chain covers of a change, in this order; personal values only through their seal. Asked of every act, hence
#: in plain SQL.
_LEAVES = "select id, tbl, row_id, subject_id, op, before, seal from history_change where act_id = %s order by id"

_HEAD = {
    "sqlite": "select position, chain, recorded_at from history_head where id = 1",  # a writer is alone
    "postgresql": "select position, chain, recorded_at from history_head where id = 1 for update",
}
_TAKEN_OUT = "delete from history_act where id in ({ids}) returning id"
_SEALED = ("seal", "position", "recorded_at", "chain", "why", "subject_tbl", "subject_id")
_GROWN = ("position", "chain", "recorded_at")


def act_fields(act: Act) -> tuple[str | int | None, ...]:
    """What the chain covers of the act itself. Not the actor's name: that may have to be erased."""
    fields = (
        act.pk,
        act.position,
        microseconds(act.recorded_at),
        microseconds(act.occurred_at),
        act.verb,
        act.actor_kind,
        act.actor_id,
        act.via,
        act.subject_tbl,
        act.subject_id,
        act.key,
        act.why,
        int(act.is_undo),
    )
    return fields if act.part_of_id is None else (*fields, act.part_of_id)


def microseconds(moment: datetime) -> int:
    """µs since 1970 in UTC, exact."""
    delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def seal(act: Act) -> None:
    """Close the act. One that changed nothing is taken out again, unless it holds a key."""
    found, head = _closed(act)
    if not found and act.key is None:
        ask(_TAKEN_OUT, [act.pk])
        act.position = None
        return
    act.seal = seal_of(found)
    act.position = head.position + 1
    act.recorded_at = max(act.recorded_at, head.recorded_at or act.recorded_at)
    act.chain = link(bytes(head.chain), act_fields(act), act.seal)
    head.position, head.chain, head.recorded_at = act.position, act.chain, act.recorded_at
    _connection().together([updating(act, _SEALED), updating(head, _GROWN)])


def _closed(act: Act) -> tuple[list[tuple[Any, ...]], Head]:
    """What the act changed, and the head of the chain, which nobody else gets before we are done."""
    connection = _connection()
    asked = [*connection.closing, (_LEAVES, [act.pk]), (_HEAD[connection.vendor], [])]
    *_, changed, heads = connection.together(asked)
    if not heads:  # the first act of all, or one of the first at the same moment
        Head.objects.get_or_create(pk=1, defaults={"chain": GENESIS})
        [heads] = connection.together([(_HEAD[connection.vendor], [])])
    position, chain, recorded_at = heads[0]
    head = Head(pk=1, position=position, chain=bytes(chain), recorded_at=recorded_at and moment(recorded_at))
    return changed, head


def _connection() -> Any:
    return default_connection
