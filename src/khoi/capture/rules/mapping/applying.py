"""One row, read through a mapping: values for fields, labelled notes, what the row asserts, what is wrong."""

from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as Table
from datetime import datetime

from khoi.capture.rules.mapping.cells import SHORTENED, Unreadable, Value, read_cell, says_nothing, split_addresses
from khoi.capture.rules.mapping.fields import FIELDS, KNOWN_BY, LEAD, NAME_PARTS, OPPORTUNITY, Field
from khoi.capture.rules.mapping.format import Assertion, Column, External, Mapping, fit, meant
from khoi.capture.rules.mapping.numbers import number_of
from khoi.capture.rules.mapping.own import own_target, read_own
from khoi.capture.rules.mapping.parsed import Claim, ExternalKey, Extra, Parsed, Problem
from khoi.custom.rules import Kind
from khoi.custom.rules import Value as OwnValue
from khoi.kit.emails import email_problem

#: What the column for another system's number holds, in characters.
KEY_LENGTH = 120
_MOMENT = Field("moment")


class RowReader:
    """Reads the rows of one file: what depends on mapping and headings alone is worked out once."""

    def __init__(self, mapping: Mapping, headings: Iterable[str], kinds: Table[str, Kind] | None = None) -> None:
        """``kinds``: by name, what the fields of one's own take that the mapping fills."""
        self.mapping = mapping
        self.kinds = kinds or {}
        self.headings = tuple(headings)
        self.columns = sorted(mapping.columns, key=_currency_first)
        self.others = fit(mapping, self.headings).others if mapping.others != "drop" else ()
        self.empty = frozenset(text.casefold() for text in mapping.empty)
        self.of_companies = [column for column in self.columns if any(map(_of_company, column.fields))]
        self.asserted = frozenset(assertion.at for assertion in mapping.asserts)
        #: How many cells held a text that means nothing, as it is written.
        self.emptied: Counter[str] = Counter()

    def read(self, cells: Sequence[str]) -> Parsed:
        """``cells`` in the order of the headings; cells beyond them are not looked at."""
        return self.read_record(dict(zip(self.headings, cells, strict=False)))

    def read_record(self, row: Table[str, str]) -> Parsed:
        """The row as heading → cell. Columns the mapping names and the row lacks count as empty."""
        reading = _Reading(self, row)
        for column in self.columns:
            reading.take(column)
        reading.take_others()
        reading.count_emptied()
        reading.fill_constants()
        reading.join_name()
        reading.need_company()
        mapping = self.mapping
        key, join = reading.external(mapping.key, "no_key"), reading.external(mapping.join, "no_join")
        reading.check_identity(join)
        return Parsed(
            mapping.rows,
            key,
            join,
            reading.values,
            tuple(reading.extras),
            reading.claims(),
            frozenset(reading.days),
            tuple(reading.problems),
            reading.own,
            reading.links(),
            tuple(reading.entered),
            tuple(reading.more),
        )


def apply(mapping: Mapping, row: Table[str, str]) -> Parsed:
    """Read one row, given as heading → cell."""
    return RowReader(mapping, row).read_record(row)


def check_against_lead(parsed: Parsed, *, first_contact_at: datetime) -> tuple[Problem, ...]:
    """What is odd about a deal, seen beside its lead: a warning when it was won before the first contact.

    Such rows are kept: the dates are what the other system says.
    """
    won = parsed.moment("won_at")
    if won is None or won >= first_contact_at:
        return ()
    return (Problem("won_at", won.isoformat(), "won_before_first_contact"),)


def _currency_first(column: Column) -> bool:
    return "currency" not in column.fields


def _of_company(name: str) -> bool:
    target = own_target(name, OPPORTUNITY)
    return target is not None and target.object == "account"


class _Reading:
    """The row while it is being read."""

    def __init__(self, reader: RowReader, row: Table[str, str]) -> None:
        self.reader = reader
        self.mapping = reader.mapping
        self.row = row
        self.fields = FIELDS[self.mapping.rows]
        self.values: dict[str, Value] = {}
        self.extras: list[Extra] = []
        self.problems: list[Problem] = []
        self.days: set[str] = set()
        self.own: dict[str, OwnValue] = {}
        self.entered: list[tuple[str, datetime]] = []
        self.more: list[tuple[str, str]] = []

    def cell(self, heading: str) -> str:
        text = self.row.get(heading, "").strip()
        return "" if self.reader.empty and text.casefold() in self.reader.empty else text

    def take(self, column: Column) -> None:
        text = self.cell(column.heading)
        if text and self.is_empty(column, text):
            self.reader.emptied[text] += 1
            text = ""
        if not text:
            if column.required:
                self.problems.append(Problem(column.heading, "", "missing", rejects=True))
            return
        if column.extra:
            self.extras.append(Extra(column.extra, text))
        if column.entered:
            self.enter(column, text)
        meant = self.translate(column, text)
        for name in column.fields if meant else ():
            if name in self.fields:
                self.put(column, name, meant)
            else:
                self.put_own(column, name, meant)

    def is_empty(self, column: Column, text: str) -> bool:
        """Whether all it could fill are fields of ours for which the text says nothing."""
        kinds = [self.fields[name].kind if name in self.fields else "" for name in column.fields]
        return bool(kinds) and text not in column.values and all(says_nothing(text, kind) for kind in kinds)

    def count_emptied(self) -> None:
        if self.reader.empty:
            said = (text.strip() for text in self.row.values())
            self.reader.emptied.update(text for text in said if text.casefold() in self.reader.empty)

    def enter(self, column: Column, text: str) -> None:
        try:
            at, _day_only = read_cell(text, _MOMENT, self.mapping, "", column.pattern)
        except Unreadable as unreadable:
            self.refuse(column, text, unreadable.code, rejects=False)
            return
        assert isinstance(at, datetime)  # noqa: S101 - what such a cell is read as
        self.entered.append((column.entered, at))

    def translate(self, column: Column, text: str) -> str:
        """The text after the column's value map; nothing where an unknown value is not kept."""
        if not column.values or column.otherwise == "keep":
            return meant(column.values, text)
        if (meaning := meant(column.values, text)) != text or text in column.values:
            return meaning
        if column.otherwise != "empty":
            self.refuse(column, text, "unknown_value", rejects=column.otherwise == "reject")
        return ""

    def put(self, column: Column, name: str, text: str) -> None:
        """Read the text for a field. What cannot be read, or comes second, is kept as a note."""
        field = self.fields[name]
        if name in self.values and field.kind != "long":
            self.put_again(column, name, field, text)
            return
        more: list[str] = []
        if field.kind in ("email", "phone"):
            (text, *more), whole = split_addresses(text, field.kind, self.mapping.country)
            if whole:
                self.keep(column, whole)
        try:
            value, day_only = read_cell(text, field, self.mapping, self.text("currency"), column.pattern)
        except Unreadable as unreadable:
            self.refuse(column, text, unreadable.code, rejects=self.is_needed(column, name, unreadable.code))
            return
        self.values[name] = self.within(column, name, field, value)
        self.more += [(name, other) for other in more]
        if day_only:
            self.days.add(name)

    def put_again(self, column: Column, name: str, field: Field, text: str) -> None:
        """A second email is the person's, too; a second phone may be the company's, by which all its people would be
        taken for one."""
        emails = split_addresses(text, "email", "")[0] if field.kind == "email" else []
        if any(map(email_problem, emails)) or not emails:
            self.keep(column, text)
        self.more += [(name, email) for email in emails if not email_problem(email)]

    def put_own(self, column: Column, name: str, text: str) -> None:
        """Read the text for a field of one's own. A cell it cannot take costs the row, for nobody would see the value
        missing, unless the mapping says ``otherwise``: it is then a note, or nothing."""
        if name not in self.reader.kinds or name in self.own:
            self.keep(column, text)
            return
        how = {"language": self.mapping.language, "order": self.mapping.dates, "pattern": column.pattern}
        try:
            self.own[name] = read_own(self.reader.kinds[name], text, **how)
        except Unreadable as unreadable:
            self.refuse_own(column, text, unreadable.code)

    def refuse_own(self, column: Column, text: str, code: str) -> None:
        rejects = column.required or column.otherwise not in ("extra", "empty")
        if rejects or column.otherwise == "extra":
            self.refuse(column, text, code, rejects=rejects)

    def need_company(self) -> None:
        """What a row says of a company without naming one has no record to stand on."""
        for column in self.reader.of_companies if not self.text("company") else ():
            said = [name for name in column.fields if _of_company(name) and self.own.pop(name, None) is not None]
            if said:
                self.refuse_own(column, self.cell(column.heading), "no_company")

    def is_needed(self, column: Column, name: str, code: str) -> bool:
        """Whether the row cannot do without the cell: the mapping says so, or the history would be wrong."""
        if code == "unknown_value" and column.otherwise == "reject":
            return True
        dates_a_stage = name in ("arrived_at", "stage_at") and self.names_a_stage
        return column.required or name in self.reader.asserted or dates_a_stage

    @property
    def names_a_stage(self) -> bool:
        return any("stage" in column.fields and self.cell(column.heading) for column in self.mapping.columns)

    def within(self, column: Column, name: str, field: Field, value: Value) -> Value:
        """The value at the length a field holds; several columns of long text stand one below the other."""
        if not isinstance(value, str):
            return value
        if field.kind == "long" and self.text(name):
            value = f"{self.text(name)}\n{value}"
        if len(value) > field.length:
            self.refuse(column, value, "too_long", rejects=False)
        # Without blanks where it was cut, as it would be read back.
        return value[: field.length].rstrip()

    def refuse(self, column: Column, text: str, code: str, *, rejects: bool) -> None:
        self.problems.append(Problem(column.heading, text, code, rejects))
        if not rejects:
            self.keep(column, text)

    def keep(self, column: Column, text: str) -> None:
        label = column.extra or column.heading
        if Extra(label, text) not in self.extras:
            self.extras.append(Extra(label, text))

    def take_others(self) -> None:
        """Columns the mapping does not name lose nothing: they become labelled notes."""
        for heading in self.reader.others:
            text = self.cell(heading)
            if text:
                self.extras.append(Extra(heading, text))

    def fill_constants(self) -> None:
        for name, text in self.mapping.constants.items():
            if name not in self.values:
                self.put(Column(name), name, text)

    def join_name(self) -> None:
        """Parts of a name become the name, in the order the mapping gives, unless it stands there whole; parts that
        say something else than that are kept as notes."""
        parts = {name: text for name in NAME_PARTS if (text := str(self.values.pop(name, "")))}
        if not parts:
            return
        columns = {name: column for column in reversed(self.mapping.columns) for name in column.fields}
        if "person_name" in self.values:
            said = self.text("person_name").casefold().split()
            for name, text in parts.items():
                if not set(text.casefold().split()) <= set(said):
                    self.keep(columns.get(name, Column(name)), text)
            return
        order = list(parts) if self.mapping.names == "family_first" else list(reversed(parts))
        first = columns.get(order[0], Column(order[0]))
        whole = " ".join(parts[name] for name in order)
        self.values["person_name"] = self.within(first, "person_name", self.fields["person_name"], whole)

    def external(self, external: External | None, code: str) -> ExternalKey | None:
        if external is None:
            return None
        text = self.cell(external.column)
        if len(text) > KEY_LENGTH:
            self.problems.append(Problem(external.column, text, "key_too_long", rejects=True))
        if SHORTENED.fullmatch(text):  # many rows would have it
            self.problems.append(Problem(external.column, text, "shortened", rejects=True))
        if text:
            return ExternalKey(external.system, number_of(external.system, text))
        self.problems.append(Problem(external.column, "", code, rejects=True))
        return None

    def links(self) -> dict[str, ExternalKey]:
        """An empty cell points at nothing; of several numbers in one cell the first is meant."""
        found = {}
        for name, external in self.mapping.links.items():
            text = self.cell(external.column).split(";")[0].strip()
            if text and len(text) <= KEY_LENGTH:
                found[name] = ExternalKey(external.system, number_of(external.system, text))
        return found

    def check_identity(self, join: ExternalKey | None) -> None:
        """A lead is somebody or some company; a deal belongs to a lead, to somebody, or has a name or a number."""
        wanted = KNOWN_BY[self.mapping.rows]
        known = not wanted or any(name in self.values for name in wanted) or self.mapping.anonymous
        numbered = join or self.mapping.join or self.mapping.key
        if not known and not (self.mapping.rows == OPPORTUNITY and numbered):
            self.problems.append(Problem("person_name", "", "no_identity", rejects=True))

    def claims(self) -> tuple[Claim, ...]:
        made: list[Claim | None] = [self.claim(assertion) for assertion in self.mapping.asserts]
        made += [Claim(LEAD, stage, at, day_only=True) for stage, at in self.entered if self.mapping.rows == LEAD]
        if self.text("is_converted"):
            made.append(self.claim(Assertion(LEAD, "converted", "converted_at")))
        stage = self.text("stage") if self.mapping.rows == LEAD else ""
        if stage:
            at = "stage_at" if "stage_at" in self.values else "arrived_at"
            made.append(self.claim(Assertion(LEAD, stage, at)))
        return tuple(claim for claim in made if claim)

    def claim(self, assertion: Assertion) -> Claim | None:
        at = self.values.get(assertion.at)
        said = {text.casefold() for text in assertion.texts}
        if not isinstance(at, datetime) or (assertion.column and self.cell(assertion.column).casefold() not in said):
            return None
        return Claim(assertion.of, assertion.state, at, assertion.at in self.days)

    def text(self, name: str) -> str:
        value = self.values.get(name)
        return value if isinstance(value, str) else ""
