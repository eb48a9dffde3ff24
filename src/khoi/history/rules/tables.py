"""The four kinds of table, and what a table says of itself to be recorded."""

from dataclasses import dataclass

FACT = "fact"  # every change is recorded with the values before
DECISION = "decision"  # appended, never changed; only an undo takes a row away, and that is recorded
DERIVED = "derived"  # can be rebuilt; written only inside an act, not recorded
TRANSIENT = "transient"  # sessions, leases, queues: free


@dataclass(frozen=True, slots=True)
class Table:
    """How one table takes part in history.

    ``code`` is its number in ``Change.tbl``; it is never reused, so renaming the table breaks nothing.
    ``subject`` is the column holding the person the row speaks of. ``personal`` columns go into the
    erasable part of a change. ``unrecorded`` columns (derived values and secrets) leave no change.
    ``permanent`` rows are stepped around by undo (consent, suppression, sent messages).
    """

    name: str
    kind: str
    code: int | None = None
    subject: str | None = None
    personal: frozenset[str] = frozenset()
    unrecorded: frozenset[str] = frozenset()
    secret: frozenset[str] = frozenset()
    permanent: bool = False

    @property
    def recorded(self) -> bool:
        return self.kind in (FACT, DECISION)
