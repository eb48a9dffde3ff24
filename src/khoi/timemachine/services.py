"""Taking acts back, for somebody with rights."""

from collections.abc import Collection
from datetime import datetime
from functools import partial

from khoi.history import services as history
from khoi.history.models import Act
from khoi.history.services import Undone
from khoi.team.rules import Principal
from khoi.timemachine.queries.sight import allow_undo


def undo(
    act: Act,
    *,
    by: Principal,
    now: datetime,
    with_dependents: bool = False,
    agreed: Collection[int] | None = None,
) -> Undone:
    """Take the act back; with ``with_dependents`` everything that builds on it too, but no more than ``agreed``.

    What can be rebuilt is refreshed in the same act. Raises ``history.Refused`` (nothing was changed) or
    ``Forbidden`` when one of the acts is not theirs to take back.
    """
    return history.undo_act(
        act, by=by, now=now, with_dependents=with_dependents, agreed=agreed, allow=partial(allow_undo, by)
    )
