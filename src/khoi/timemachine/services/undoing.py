"""Taking acts back, for somebody with rights."""

from collections.abc import Collection
from datetime import datetime
from functools import partial

from django.db import transaction

from khoi.custom import services as custom
from khoi.history import services as history
from khoi.history.models import Act
from khoi.history.services import Undone
from khoi.people import services as people
from khoi.team.rules import Principal
from khoi.timemachine.queries.sight import allow_undo


def undo(
    act: Act,
    *,
    by: Principal,
    now: datetime,
    with_dependents: bool = False,
    agreed: Collection[int] | None = None,
    alone: bool = False,
) -> Undone:
    """Take the act back; with ``with_dependents`` everything that builds on it too, but no more than ``agreed``.

    What can be rebuilt is refreshed in the same act. A merge of people is taken back at any time: what was changed
    since stays, and later merges of the same people are made anew; ``alone``, the first of many that were merged at
    once goes without the others. Raises ``history.Refused`` (nothing was changed) or ``Forbidden`` when one of the acts
    is not theirs to take back.
    """
    allow = partial(allow_undo, by)
    if act.verb == people.MERGING:
        unmerged = people.unmerge_people(
            act, by=by, now=now, with_dependents=with_dependents, agreed=agreed, allow=allow, alone=alone
        )
        return unmerged.undone
    with history.turn(), transaction.atomic():
        undone = history.undo_act(
            act,
            by=by,
            now=now,
            with_dependents=with_dependents,
            agreed=agreed,
            allow=allow,
            along=custom.parted_by(act),
            also=people.merges_in_the_way,
        )
        people.gather_strays(undone.act, now=now)
    return undone
