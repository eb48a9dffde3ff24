"""The four kinds of table, and what a table says of itself to be recorded."""

from dataclasses import dataclass

FACT = "fact"  # every change is recorded with the values before
DECISION = "decision"  # appended, never changed; an undo takes a row away, an erasure empties it: both are recorded
DERIVED = "derived"  # can be rebuilt; written only inside an act, not recorded
TRANSIENT = "transient"  # sessions, leases, queues: free, but for Khơi alone

#: What a personal column of a decision may become afterwards, as a list in SQL.
EMPTIED = "('', '[]', '{}')"


@dataclass(frozen=True, slots=True)
class Table:
    """How one table takes part in history.

    ``code`` is its number in ``Change.tbl``; it is never reused, so renaming the table breaks nothing.
    ``subject`` is the column holding the person the row speaks of. ``personal`` columns go into the
    erasable part of a change. ``unrecorded`` columns (derived values) leave no change; a deleted row keeps
    them in its erasable part. ``secret`` ones leave no trace at all. ``plain`` are the texts that are
    neither. ``permanent`` rows are stepped around by undo (consent, log-ins, keys). ``part_of`` is the column
    that holds the record a row is a part of: what changes the part gives the record another version.
    """

    name: str
    kind: str
    code: int | None = None
    subject: str | None = None
    personal: frozenset[str] = frozenset()
    unrecorded: frozenset[str] = frozenset()
    secret: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()
    permanent: bool = False
    part_of: str | None = None

    @property
    def recorded(self) -> bool:
        return self.kind in (FACT, DECISION)

    @property
    def erasable(self) -> frozenset[str]:
        """Columns whose old values stand beside a salt: the personal ones, and what is rebuilt from them."""
        return self.personal | self.unrecorded

    def watched(self, columns: tuple[str, ...]) -> tuple[str, ...]:
        """The columns whose changes are recorded."""
        return tuple(c for c in columns if c not in self.unrecorded and c not in self.secret)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns a table really has, without ``id``. ``json`` are those of a JSON type of the engine's own."""

    names: tuple[str, ...]
    json: frozenset[str] = frozenset()
