"""What taking back means, said once more in plain Python: acts as lists of what they did to rows, and their replay.

Nothing of Khơi is imported here. A row is known by (table, number); an act keeps, for every row it touched, what stood
there before and after. The rows of today are what the acts that stand made, one after the other.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

Key = tuple[str, int]
Row = dict[str, Any]
Rows = dict[Key, Row]

#: (table, column) → the table it points at.
POINTERS: Final = {
    ("person", "merged_into"): "person",
    ("point", "person"): "person",
    ("point", "absorbed_into"): "point",
    ("person_value", "person"): "person",
    ("person_value", "absorbed_into"): "person_value",
    ("lead", "person"): "person",
    ("lead", "account"): "account",
    ("lead_value", "lead"): "lead",
    ("reference", "lead"): "lead",
    ("contact", "person"): "person",
    ("contact", "account"): "account",
    ("contact", "absorbed_into"): "contact",
    ("deal", "person"): "person",
    ("deal", "account"): "account",
    ("deal", "contact"): "contact",
    ("deal", "lead"): "lead",
    ("deal_value", "deal"): "deal",
    ("decision", "lead"): "lead",
    ("assignment", "lead"): "lead",
    ("move", "deal"): "deal",
}
ERASING: Final = "erase_person"
#: What no two rows of a table may share, and of which rows that is asked.
UNIQUE: Final = (
    ("point", ("person", "email"), lambda row: row["absorbed_into"] is None),
    ("point", ("person",), lambda row: row["primary"]),
    ("person_value", ("person", "field", "slot"), lambda row: row["absorbed_into"] is None),
    ("lead_value", ("lead", "field", "slot"), lambda row: True),
    ("deal_value", ("deal", "field", "slot"), lambda row: True),
    ("contact", ("person", "account"), lambda row: row["absorbed_into"] is None),
    ("deal", ("lead",), lambda row: row["lead"] is not None),
    ("reference", ("number",), lambda row: True),
)


@dataclass(frozen=True, slots=True)
class Change:
    """One row, before and after an act; None where it was not there. ``subject``: the person it spoke of before.
    ``forgotten``: an erasure took old values out of it."""

    key: Key
    before: Row | None
    after: Row | None
    subject: int | None = None
    forgotten: bool = False

    @property
    def columns(self) -> frozenset[str] | None:
        """Those that changed; None for the whole row, which came or went."""
        if self.before is None or self.after is None:
            return None
        return frozenset(name for name, value in self.after.items() if self.before[name] != value)


@dataclass(slots=True)
class Act:
    """``undoes``: the acts it took back. ``names``: whom a merge was about, and what was chosen. ``after``: the undo
    it followed from; ``parts``: acts whose values it left where they had been put."""

    number: int
    verb: str
    changes: list[Change]
    undoes: frozenset[int] = frozenset()
    names: tuple[int, int, dict[str, str]] | None = None
    after: int | None = None
    parts: frozenset[int] = frozenset()

    @property
    def is_undo(self) -> bool:
        return bool(self.undoes)


class Refused(Exception):
    """``reason`` as the product says it; ``dependents``: the acts that would have to go, too."""

    def __init__(self, reason: str, dependents: Collection[int] = ()) -> None:
        super().__init__(reason, sorted(dependents))
        self.reason, self.dependents = reason, tuple(sorted(dependents))


@dataclass(frozen=True, slots=True)
class Goal:
    """The rows as they would be, and the acts that would have to go first. ``touched``: the rows it is about.
    ``left``: rows it goes around, because of an erasure; ``turned``: the acts that come or go."""

    rows: Rows
    touched: frozenset[Key]
    later: frozenset[int]
    built: frozenset[int]
    stuck: bool
    left: frozenset[Key]
    turned: frozenset[int]

    @property
    def dependents(self) -> frozenset[int]:
        return self.later | self.built


@dataclass(slots=True)
class Ledger:
    acts: list[Act] = field(default_factory=list)

    def act(self, number: int) -> Act:
        return self.acts[number]

    def standing(self, *, without: Collection[int] = ()) -> set[int]:
        """Acts that are felt: no undo, and held back by no undo that is itself not held back.

        ``without``: as if one more undo named these.
        """
        held: set[int] = set(without)
        for act in reversed(self.acts):
            if act.is_undo and act.number not in held:
                held |= act.undoes
        return {act.number for act in self.acts if not act.is_undo and act.number not in held}

    def maker(self, key: Key) -> int:
        """The act the row came with first."""
        return next(act.number for act in self.acts for c in act.changes if c.key == key and c.before is None)

    def is_taken_back(self, number: int) -> bool:
        held: set[int] = set()
        for act in reversed(self.acts):
            if act.is_undo and act.number not in held:
                held |= act.undoes
        return number in held

    def replay(self, standing: Collection[int]) -> Rows:
        """The rows that these acts make, in order. A change of a row that is not there changes nothing."""
        rows: Rows = {}
        for act in self.acts:
            if act.number in standing:
                for change in act.changes:
                    apply(change, rows)
        return rows

    # --- what taking back would make

    def goal(self, named: Collection[int], now: Rows, *, whole_rows: bool = False) -> Goal:
        """Taking ``named`` back. ``whole_rows``: whoever touched a row later stands in the way, whatever it changed."""
        before, after = self.standing(), self.standing(without=named)
        turned = before ^ after
        touched = self._touched(turned, whole_rows=whole_rows)
        rows = self._with(touched, self.replay(after), now)
        left = self._left(touched, now, rows, turned)
        touched = {key: touch for key, touch in touched.items() if key not in left}
        left = frozenset(key for key in left if key in now or key in rows)  # of what is gone anyway nothing is left
        rows = self._with(touched, rows, now)
        later = self._later(touched, turned, after)
        unmade = {
            c.key
            for c, number in self._changes(turned - after)
            if c.before is None and c.key in touched.keys() - rows.keys()
        }
        away = touched.keys() - rows.keys() - now.keys()
        unmade |= {key for key in away if self.last_taker(key) in named}  # taken out before that, too
        built, stuck = self._builders(touched, now, rows, after, unmade)
        needed, lost = self._needed(touched, now, rows, turned & after, unmade)
        others = frozenset(named)
        return Goal(
            rows,
            frozenset(touched),
            frozenset(later) - others,
            frozenset(built | needed) - others,
            stuck or lost,
            left,
            frozenset(turned),
        )

    def _left(self, touched: Collection[Key], now: Rows, rows: Rows, turned: Collection[int]) -> frozenset[Key]:
        """Rows of erased people stay as they are, and what these point at; what would point at a row that is gone for
        their sake does not come back."""
        if not any(act.verb == ERASING for act in self.acts):
            return frozenset()
        goes = {key for key in touched if key in now and key not in rows}
        left = {key for key in touched if self._is_erased(key, now)}
        left |= {c.key for c, _ in self._changes(turned) if c.forgotten}
        left |= {
            c.key
            for act in self.acts
            for c in act.changes
            if c.forgotten and c.after is None and c.key in touched and c.key not in now and c.key in rows
        }
        for key, row in now.items():
            if key not in touched and self._is_erased(key, now):
                left |= {target for _, target in pointing(key, row) if target in goes}
        while more := self._with_them(left, touched, now, rows, goes):
            left |= more
        return frozenset(left)

    def _with_them(
        self, left: Collection[Key], touched: Collection[Key], now: Rows, rows: Rows, goes: Collection[Key]
    ) -> set[Key]:
        needed = {t for key in left for _, t in pointing(key, now.get(key)) if t in goes and t not in left}
        for key in touched:
            if key not in left:
                for _, target in pointing(key, rows.get(key)):
                    missing = target in left or (target not in touched and self._took(target))
                    needed |= {key} if missing and target not in now else set()
        return needed

    def _is_erased(self, key: Key, now: Rows) -> bool:
        """Whether an erasure changed it, or it speaks or last spoke of somebody erased."""
        last: Change | None = None
        for act in self.acts:
            for change in act.changes:
                if change.key == key:
                    if act.verb == ERASING:
                        return True
                    last = change
        if key[0] == "account" or last is None:
            return False
        whose = subject_of(key, now) if key in now else last.subject
        return whose is not None and bool(now.get(("person", whose), {}).get("erased"))

    def _took(self, key: Key) -> bool:
        erasures = (act for act in self.acts if act.verb == ERASING)
        return any(change.key == key and change.after is None for act in erasures for change in act.changes)

    def _with(self, touched: Collection[Key], replayed: Rows, now: Rows) -> Rows:
        """Rows that nothing touched stay as they are, also where an earlier taking back had to bend them."""
        kept = {key: dict(row) for key, row in now.items() if key not in touched}
        return kept | {key: replayed[key] for key in touched if key in replayed}

    def _touched(self, turned: Collection[int], *, whole_rows: bool) -> dict[Key, dict[str, int]]:
        """Row → column → the first of these acts that changed it; ``*`` is the whole row."""
        found: dict[Key, dict[str, int]] = {}
        for change, number in self._changes(turned):
            first = found.setdefault(change.key, {})
            for column in ("*",) if whole_rows or change.columns is None else change.columns:
                first.setdefault(column, number)
        return found

    def _changes(self, numbers: Collection[int]) -> Iterator[tuple[Change, int]]:
        for act in self.acts:
            if act.number in numbers:
                for change in act.changes:
                    yield change, act.number

    def _later(
        self,
        touched: Mapping[Key, Mapping[str, int]],
        turned: Collection[int],
        after: Collection[int],
    ) -> set[int]:
        """Acts that stand and changed the same later."""
        found = set()
        for change, number in self._changes(set(after) - set(turned)):
            for column, first in touched.get(change.key, {}).items():
                if number > first and (change.columns is None or column in {"*", *change.columns}):
                    found.add(number)
        return found

    def _builders(
        self, touched: Iterable[Key], now: Rows, rows: Rows, after: Collection[int], unmade: Collection[Key]
    ) -> tuple[set[int], bool]:
        """Acts that made something point at a row that would go, or whose rows would come back pointing at one that
        does not."""
        seen = set(touched)
        goers = {key for key in seen if key not in rows and (key in now or key in unmade)}
        found, stuck = set(), False
        for key in now.keys() | (seen & rows.keys()):
            planned = rows.get(key) if key in seen else now[key]
            for column, target in pointing(key, planned):
                if target in goers:
                    maker = self.last_setter(key, column, after)
                    stuck |= maker is None
                    found |= {maker} if maker is not None else set()
        return found, stuck

    def last_setter(self, key: Key, column: str, after: Collection[int]) -> int | None:
        last = None
        for change, number in self._changes(after):
            if change.key == key and change.after and (change.before is None or column in (change.columns or ())):
                last = number
        return last

    def _needed(
        self, touched: Iterable[Key], now: Rows, rows: Rows, back: Collection[int], unmade: Collection[Key]
    ) -> tuple[set[int], bool]:
        """Acts that took out what would be pointed at again, or what those that come ``back`` had left there."""
        seen = set(touched)
        missing: set[Key] = set()
        for key in seen & rows.keys():
            for column, target in pointing(key, rows[key]):
                if key not in now or now[key][column] != target[1]:
                    missing |= {target} if target not in (rows if target in seen else now) else set()
        missing -= set(unmade)
        left = {change.key: change.after for change, _ in self._changes(back)}
        missing |= {key for key, state in left.items() if state is not None and key in seen and key not in rows}
        takers = {key: self.last_taker(key) for key in missing}
        return {taker for taker in takers.values() if taker is not None}, None in takers.values()

    def last_taker(self, key: Key) -> int | None:
        last = None
        for act in self.acts:
            if any(change.key == key and change.after is None for change in act.changes):
                last = act.number
        return last


def apply(change: Change, rows: Rows) -> None:
    if change.after is None:
        rows.pop(change.key, None)
    elif change.before is None:
        rows[change.key] = dict(change.after)
    elif change.key in rows:
        for column in change.columns or ():
            rows[change.key][column] = change.after[column]


def pointing(key: Key, row: Row | None) -> Iterator[tuple[str, Key]]:
    """The columns in which a row points at another, and at which."""
    for column, value in (row or {}).items():
        target = POINTERS.get((key[0], column))
        if target is not None and value is not None:
            yield column, (target, value)


def difference(before: Rows, after: Rows) -> list[Change]:
    """Copies: the rows go on changing."""
    keys = [*before, *(key for key in after if key not in before)]
    changed = [key for key in keys if before.get(key) != after.get(key)]
    copied = {key: dict(after[key]) for key in changed if key in after}
    return [Change(key, before.get(key), copied.get(key), subject_of(key, before)) for key in changed]


def subject_of(key: Key, rows: Rows) -> int | None:
    """The person a row speaks of, by itself or through its lead or deal."""
    row = rows.get(key)
    if row is None:
        return None
    if key[0] == "person":
        return key[1]
    if "person" in row:
        return int(row["person"])
    above = next(((name, row[name]) for name in ("lead", "deal") if name in row), None)
    return subject_of(above, rows) if above in rows else None


def breaks_a_rule(rows: Rows) -> bool:
    """Whether two rows share what they may not."""
    for table, columns, asked in UNIQUE:
        seen = set()
        for (name, _), row in rows.items():
            if name == table and asked(row):
                place = tuple(row[column] for column in columns)
                if place in seen:
                    return True
                seen.add(place)
    return False
