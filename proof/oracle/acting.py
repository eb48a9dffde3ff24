"""What stands in the tables, and one act after the other that changes it.

Nothing of Khơi is imported here. New rows get numbers below zero until ``rename`` tells the real ones.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final

from proof.ledger import POINTERS, Act, Change, Key, Ledger, Row, Rows, difference

#: Columns that say something of a person, by table; an erasure empties the old values of these.
PERSONAL: Final = {
    "person": {"name", "job"},
    "point": {"email"},
    "person_value": {"slot", "said"},
    "lead": {"need", "company", "note"},
    "lead_value": {"slot", "said"},
    "reference": {"number"},
    "contact": set[str](),
    "deal": {"name"},
    "deal_value": {"slot", "said"},
    "account": {"name"},
    "decision": {"words"},
    "move": {"words"},
}


@dataclass(slots=True)
class State:
    """``rows``: what the tables should hold now. ``admin``: who gets what nobody else looks after. ``now``: the
    moment of the next act."""

    admin: int
    rows: Rows = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    fresh: int = 0
    now: datetime = datetime(2026, 1, 1, tzinfo=UTC)

    def all(self, table: str, **wanted: Any) -> list[int]:
        """Numbers of the rows with these values, the earliest first; new ones come last."""
        found = [n for (name, n), row in self.rows.items() if name == table and _has(row, wanted)]
        return sorted(found, key=lambda n: (n < 0, abs(n)))

    def row(self, table: str, number: int) -> Row:
        return self.rows[table, number]

    def root(self, person: int) -> int:
        return self.row("person", person)["merged_into"] or person

    def live_people(self) -> list[int]:
        return self.all("person", merged_into=None, erased=False)

    def live_leads(self) -> list[int]:
        return [n for n in self.all("lead") if not self.row("person", self.row("lead", n)["person"])["erased"]]

    def holder(self, email: str) -> int | None:
        """Who is known by the address: of several the one known longest."""
        points = self.all("point", email=email, absorbed_into=None)
        return min((self.row("point", n)["person"] for n in points), default=None, key=lambda n: (n < 0, abs(n)))

    def _add(self, table: str, **row: Any) -> int:
        self.fresh -= 1
        self.rows[table, self.fresh] = row
        return self.fresh

    def rename(self, names: Mapping[Key, int]) -> None:
        """The numbers that new rows got, everywhere."""
        self.rows = {_named(key, names): renamed(key, row, names) for key, row in self.rows.items()}
        for act in self.ledger.acts:
            if any(change.key in names for change in act.changes) or act.names:
                act.changes = [_renamed_change(change, names) for change in act.changes]


class Acting:
    """What changes inside is one act, if anything does."""

    def __init__(self, state: State, verb: str) -> None:
        self.state, self.verb = state, verb
        self.undoes: frozenset[int] = frozenset()
        self.names: tuple[int, int, dict[str, str]] | None = None
        self.emptied: set[Key] = set()
        self.erased: set[int] = set()
        self.called: set[str] = set()
        self.linked: set[int] = set()
        self.changes: list[Change] = []
        self.after: int | None = None
        self.parts: frozenset[int] = frozenset()

    def __enter__(self) -> "Acting":
        self._begin()
        return self

    def _begin(self) -> None:
        self.before = {key: dict(row) for key, row in self.state.rows.items()}

    def note(self) -> None:
        """What changed so far stands in the history by itself, also when it is changed once more."""
        self.changes += difference(self.before, self.state.rows)
        self._begin()

    def __exit__(self, kind: object, *_: object) -> None:
        self.note()
        if kind is not None or not self.changes:
            return
        acts = self.state.ledger.acts
        acts.append(Act(len(acts), self.verb, self.changes, self.undoes, self.names, self.after, self.parts))
        if self.erased:
            self._forget(acts)

    def _forget(self, acts: Iterable[Act]) -> None:
        """Old values go: of rows and people that were erased, and of accounts in their name that are gone."""
        for act in acts:
            act.changes = [
                replace(c, forgotten=c.forgotten or self._forgets(c) or _gone_in(self.called, self.linked, c))
                for c in act.changes
            ]

    def _forgets(self, change: Change) -> bool:
        return _forgets(change, self.emptied, self.erased)


def _forgets(change: Change, rows: Collection[Key], people: Collection[int]) -> bool:
    """Whether the change kept an old value that an erasure takes away."""
    personal = PERSONAL.get(change.key[0])
    if change.before is None or not personal:
        return False
    return bool(change.columns is None or change.columns & personal) and (
        change.key in rows or change.subject in people
    )


def _gone_in(names: Collection[str], linked: Collection[int], change: Change) -> bool:
    gone = change.after is None and change.key[0] == "account" and change.key[1] in linked
    return gone and change.before is not None and change.before["name"] in names


def _has(row: Row, wanted: Mapping[str, Any]) -> bool:
    return all(row[name] == value for name, value in wanted.items())


def _named(key: Key, names: Mapping[Key, int]) -> Key:
    return (key[0], names.get(key, key[1]))


def renamed(key: Key, row: Row, names: Mapping[Key, int]) -> Row:
    return {
        column: names.get((POINTERS[key[0], column], value), value) if (key[0], column) in POINTERS else value
        for column, value in row.items()
    }


def _renamed_change(change: Change, names: Mapping[Key, int]) -> Change:
    before = renamed(change.key, change.before, names) if change.before else None
    after = renamed(change.key, change.after, names) if change.after else None
    subject = change.subject and names.get(("person", change.subject), change.subject)
    return Change(_named(change.key, names), before, after, subject, change.forgotten)
