"""Every list, board, search and record as of a moment: the pages of today, over the rows of then."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime

from khoi.kit.db import fronting
from khoi.kit.db.fronting import Front
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.people.models import Person
from khoi.team.rules import Principal
from khoi.timemachine.queries import keeping
from khoi.timemachine.queries.around import fronts_around
from khoi.timemachine.queries.past import Moment
from khoi.timemachine.queries.standing import Model
from khoi.timemachine.queries.then import FOUND_BY, fronts_of


@contextmanager
def looking_back(actor: Principal, at: datetime, *, known: str, tables: Collection[Model]) -> Iterator[Principal]:
    """Inside, this connection reads these tables as they were at ``at``: by what we know ``now`` or knew ``then``.

    Only rows are there that the actor sees today, or would see if they still stood. Yields the actor as who looks at
    that moment: they see all that is there and may write nothing. Search texts and scores are built anew from the rows
    of then. Nothing is written to the database. Raises ``history.TooManyDiffer`` when it would take too long.
    """
    moment = Moment(at, known)
    with fronting.one_moment():
        end = keeping.end_of_the_chain()
        key = keeping.key_of(actor, moment, tables, end)
        ready = keeping.kept(key)
        with fronting.in_front(fronts := ready or fronts_of(actor, moment, tables)):
            if ready is None:
                for front in sorted(fronts, key=lambda front: front.model is not Person):
                    _rebuild(front, at)
                if keeping.end_of_the_chain() == end:  # on SQLite somebody may have written meanwhile
                    keeping.keep(key, fronts)
            yield replace(actor, at=at)


@contextmanager
def looking_back_at(model: Model, pk: int, actor: Principal, at: datetime, *, known: str) -> Iterator[Principal | None]:
    """The same for the page of one record: only what hung on it is there, and no more is read. Yields None when it was
    not there yet, or not any more."""
    with fronting.one_moment():
        fronts = fronts_around(model, pk, actor, Moment(at, known))
        if not fronts:
            yield None
            return
        with fronting.in_front(fronts):
            for front in fronts:
                if front.model is Lead:
                    _rebuild(front, at)
            yield replace(actor, at=at)


def _rebuild(front: Front, at: datetime) -> None:
    """What is no fact of the rows, written to where they are read and into the rows themselves."""
    if front.model is not Person and front.model not in FOUND_BY:
        return
    rows = lifecycle.rebuilt(front.model, front.rows, now=at)
    if rows:
        columns = list(next(iter(rows.values())))
        fronting.rewrite(front.model, rows, columns)
        for pk, values in rows.items():
            front.rows[pk].update(values)
