"""A row as understood."""

from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from datetime import date, datetime

from khoi.capture.rules.mapping.cells import Value
from khoi.custom.rules import Value as OwnValue
from khoi.kit.money import Money


@dataclass(frozen=True, slots=True)
class Problem:
    """Something about one cell. ``column`` is the file's heading, or the field where no column is at fault.

    Codes that reject the row: ``no_key``, ``no_join``, ``key_too_long``, ``missing``, ``unreadable`` ones of
    required or asserted fields (the codes below), ``no_identity``, and ``unknown_value`` where the mapping says so.
    Of a field of one's own, unless the mapping keeps or drops what it cannot take: ``not_a_number``, ``not_money``,
    ``not_a_date``, ``unknown_own_choice``, ``not_yes_or_no``, ``not_a_link``, ``not_text``, ``longer_than_field``, and
    ``no_company`` of a company's field in a row that names none. Also ``shortened``, of the row's own number.
    Codes that only warn: ``bad_email``, ``bad_phone``, ``shortened`` (a spreadsheet left only the beginning of a
    number), ``bad_date``, ``bad_amount``, ``bad_currency``,
    ``bad_number``, ``unknown_value`` (the text is kept as a labelled note), ``too_long`` (cut, the whole kept as a
    note) and ``won_before_first_contact``.
    """

    column: str
    value: str
    code: str
    rejects: bool = False


@dataclass(frozen=True, slots=True)
class ExternalKey:
    """The number of a record in another system."""

    system: str
    id: str


@dataclass(frozen=True, slots=True)
class Extra:
    """A value without a field of its own, under the label people will see."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Claim:
    """What the row says happened: the lead or opportunity (``of``) reached ``state`` at ``at`` (aware, UTC).

    ``day_only``: the file named the day alone, so ``at`` is its first moment in the mapping's zone.
    """

    of: str
    state: str
    at: datetime
    day_only: bool


@dataclass(frozen=True, slots=True)
class Parsed:
    """A row as understood. ``values``: field → value, of the type its kind says, for fields that hold one.

    ``days``: the fields whose moment is known to the day alone. ``own``: name (``custom.<key>``) → value of fields of
    one's own. ``links``: by what they point at, numbers in the other system; ``entered``: stages the row entered, as
    the file calls them, and when; ``more``: addresses that stood in one cell behind the first, each with the field
    (``email``, ``phone`` or ``mobile``) of that. A row with ``rejected`` set must not be stored.
    """

    rows: str
    key: ExternalKey | None
    join: ExternalKey | None
    values: Table[str, Value]
    extras: tuple[Extra, ...]
    claims: tuple[Claim, ...]
    days: frozenset[str]
    problems: tuple[Problem, ...]
    own: Table[str, OwnValue] = field(default_factory=dict)
    links: Table[str, ExternalKey] = field(default_factory=dict)
    entered: tuple[tuple[str, datetime], ...] = ()
    more: tuple[tuple[str, str], ...] = ()

    @property
    def rejected(self) -> bool:
        """Whether something is wrong that storing the row would hide."""
        return any(problem.rejects for problem in self.problems)

    def text(self, field: str) -> str:
        """The text in ``field``, or nothing."""
        value = self.values.get(field)
        return value if isinstance(value, str) else ""

    def moment(self, field: str) -> datetime | None:
        """The moment in ``field``: aware, UTC."""
        value = self.values.get(field)
        return value if isinstance(value, datetime) else None

    def day(self, field: str) -> date | None:
        """The calendar day in ``field``."""
        value = self.values.get(field)
        return value if isinstance(value, date) and not isinstance(value, datetime) else None

    def whole(self, field: str) -> int | None:
        """The count in ``field``."""
        value = self.values.get(field)
        return value if isinstance(value, int) else None

    def money(self, field: str) -> Money | None:
        """The amount in ``field``."""
        value = self.values.get(field)
        return value if isinstance(value, Money) else None
