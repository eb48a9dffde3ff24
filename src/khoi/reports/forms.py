"""What an address of a report asks. The address is the state; what it says wrongly is left out and told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.http import QueryDict
from django.utils.http import urlencode

from khoi.campaigns.models import Source
from khoi.kit import periods
from khoi.kit.periods import Period
from khoi.reports.queries.asking import EVER, NOW, THEN, Question
from khoi.reports.queries.courses import FIELDS
from khoi.team.models import User
from khoi.team.rules import Principal

#: Named periods in the order of the menu. ``ninety`` is the last 90 days, today included; ``ever`` is all time.
PERIODS: Final = (
    "ninety",
    "this_month",
    "last_month",
    "this_quarter",
    "last_quarter",
    "this_year",
    "last_year",
    "ever",
)
KEYS: Final = ("period", "from", "to", "against", "by", "source", "owner", "as_of", "known", "since", "due", "sort")
SORTS: Final = ("roi", "name", "leads", "mql", "sql", "won", "conversion")


@dataclass(frozen=True, slots=True)
class Asked:
    """``given``: the parts of the address that could be read. ``wrong``: the names of those that could not.

    ``named``: one of ``PERIODS``, or "" for days of one's own. ``changed_since``: from which day the pipeline's
    changes are told; ``due_before``: only deals expected before that day.
    """

    given: Mapping[str, str]
    wrong: tuple[str, ...]
    actor: Principal
    today: date
    named: str
    period: Period | None
    against: bool
    by: str
    source: Source | None
    sourceless: bool
    owner: User | None
    as_of: date | None
    known: str
    changed_since: date
    due_before: date | None
    sort: str

    @property
    def day(self) -> date:
        """The last day that counts."""
        return self.as_of or self.today

    @property
    def question(self) -> Question:
        return self._of(self.period)

    @property
    def earlier(self) -> Question | None:
        """The same of the period before, where there is one."""
        return self._of(periods.previous(self.period)) if self.against and self.period else None

    def _of(self, period: Period | None) -> Question:
        source = self.source.code if self.source else "" if self.sourceless else None
        return Question(self.actor, period, self.as_of, self.known, source, self.owner.pk if self.owner else None)

    def address(self, **changed: str | None) -> str:
        """The query of this page with some of it changed; None takes a part out."""
        parts = {**self.given, **changed}
        kept = [(name, str(parts[name])) for name in (*KEYS, *sorted(parts.keys() - set(KEYS))) if parts.get(name)]
        return f"?{urlencode(kept)}" if kept else "?"


def read(asked: QueryDict, actor: Principal, today: date, *, quiet: bool = False) -> Asked:
    """``quiet``: nothing arrived in the last 90 days, so that all time is asked unless the address says otherwise."""
    reader = _Reader(asked, actor)
    as_of = reader.day("as_of")
    if as_of is not None and as_of > today:
        as_of = None
        reader.refuse("as_of")
    day = as_of or today
    named, period = reader.period(day, "ever" if quiet else "ninety")
    source, sourceless = reader.source()
    since = reader.day("since")
    found = {
        "against": reader.one_of("against", ("previous",)),
        "by": reader.one_of("by", FIELDS),
        "known": reader.one_of("known", (NOW, THEN)) or NOW,
        "due": reader.one_of("due", ("quarter", "any")),
        "sort": reader.one_of("sort", SORTS),
    }
    owner = reader.owner()
    return Asked(
        given=reader.given,
        wrong=tuple(reader.wrong),
        actor=actor,
        today=today,
        named=named,
        period=period,
        against=bool(found["against"]),
        by=found["by"],
        source=source,
        sourceless=sourceless,
        owner=owner,
        as_of=as_of,
        known=found["known"] if as_of else NOW,
        changed_since=since if since and since < day else day.replace(day=1) - timedelta(days=1),
        due_before=None if found["due"] == "any" else periods.quarter(day).end,
        sort=found["sort"],
    )


class _Reader:
    """Takes parts out of an address and remembers which could not be read."""

    def __init__(self, asked: QueryDict, actor: Principal) -> None:
        self.asked = {name: asked.get(name, "").strip() for name in KEYS if asked.get(name, "").strip()}
        self.actor = actor
        self.given: dict[str, str] = {}
        self.wrong: list[str] = []

    def refuse(self, name: str) -> None:
        """What could be read and makes no sense."""
        self.given.pop(name, None)
        self.wrong.append(name)

    def one_of(self, name: str, choices: tuple[str, ...]) -> str:
        value = self.asked.get(name, "")
        if value and value not in choices:
            self.wrong.append(name)
            return ""
        return self._took(name, value)

    def day(self, name: str) -> date | None:
        value = self.asked.get(name, "")
        try:
            found = date.fromisoformat(value) if value else None
        except ValueError:
            found = None
        if value and (found is None or not EVER.start <= found < EVER.end):
            self.wrong.append(name)
            return None
        self._took(name, value)
        return found

    def period(self, day: date, usual: str) -> tuple[str, Period | None]:
        start, last = self.day("from"), self.day("to")
        if start or last:
            since, until = start or EVER.start, last or day
            if since <= until:
                return "", Period(since, until + timedelta(days=1))
            self.wrong.append("to")
        named = self.one_of("period", PERIODS) or usual
        return named, days_of(named, day)

    def source(self) -> tuple[Source | None, bool]:
        code = self.asked.get("source", "")
        if code == "-":
            return None, bool(self._took("source", code))
        found = Source.objects.visible_to(self.actor).filter(code=code.replace("\0", "")).first() if code else None
        if code and found is None:
            self.wrong.append("source")
        elif code:
            self._took("source", code)
        return found, False

    def owner(self) -> User | None:
        code = self.asked.get("owner", "")
        try:
            found = User.objects.visible_to(self.actor).filter(public_id=UUID(code)).first() if code else None
        except ValueError:
            found = None
        if code and found is None:
            self.wrong.append("owner")
        elif code:
            self._took("owner", code)
        return found

    def _took(self, name: str, value: str) -> str:
        if value:
            self.given[name] = value
        return value


def days_of(named: str, day: date) -> Period | None:
    """The days a name means, seen from ``day``."""
    if named == "ever":
        return None
    if named == "ninety":
        return Period(day - timedelta(days=89), day + timedelta(days=1))
    return periods.parse_period(named, day)
