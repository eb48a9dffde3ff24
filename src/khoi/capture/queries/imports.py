"""What pages and programs show of an import: its file and columns beforehand, its progress, what came of it."""

from collections.abc import Iterator
from collections.abc import Mapping as Table
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from khoi.capture.models import ImportRun, RunState
from khoi.capture.queries.import_fields import fields_of
from khoi.capture.queries.import_files import Opened, open_file, read
from khoi.capture.queries.import_refusals import ImportRefused
from khoi.capture.queries.import_rows import Incoming, Tally, incoming
from khoi.capture.queries.import_understanding import survey, understood
from khoi.capture.queries.import_words import explained, refusal_sentence
from khoi.capture.rules.mapping import Column, Guess, Mapping, Value, fit, guess_type
from khoi.custom.models import CustomField
from khoi.custom.queries import words_of
from khoi.custom.rules import Kind
from khoi.history.models import Act
from khoi.kit.money import Money, show_money
from khoi.kit.tabular import TableRefused
from khoi.team.rules import Principal

#: So many rows are shown as they will become, and read for problems while somebody waits.
SHOWN: Final = 10
READ: Final = 20_000
SECONDS: Final = 1.5
SURVEYED: Final = 5_000
SAMPLES: Final = 3
#: So many different texts of a column are kept, for the choices of a field it may become.
ENOUGH: Final = 200

#: field → what people call it
LABELS: Final[dict[str, Any]] = {
    "person_name": _("Name"),
    "family_name": _("Family name"),
    "middle_name": _("Middle name"),
    "given_name": _("Given name"),
    "job_title": _("Job title"),
    "email": _("Email"),
    "phone": _("Phone"),
    "company": _("Company"),
    "industry": _("Industry"),
    "employees": _("Employees"),
    "region": _("Region"),
    "need": _("Need"),
    "note": _("Message"),
    "source": _("Source"),
    "channel": _("Channel"),
    "campaign": _("Campaign"),
    "landing_page": _("Landing page"),
    "referrer": _("Referrer"),
    "owner": _("Owner"),
    "arrived_at": _("Arrived"),
    "stage": _("Stage"),
    "stage_at": _("Stage reached"),
    "converted_at": _("Converted"),
    "name": _("Deal"),
    "amount": _("Amount"),
    "currency": _("Currency"),
    "decision_maker": _("Decision maker"),
    "pipeline_stage": _("Pipeline stage"),
    "opened_at": _("Opened"),
    "won_at": _("Won"),
    "lost_at": _("Lost"),
    "close_on": _("Closing date"),
    "lost_reason": _("Lost because"),
    "mobile": _("Mobile phone"),
    "telephone": _("Phone"),
    "work_status": _("Work status"),
    "is_converted": _("Became a deal"),
    "is_deleted": _("Deleted there"),
    "opted_out": _("Wants no mail"),
    "changed_at": _("Last changed"),
    "closed_at": _("Closed"),
    "annual_revenue": _("Annual revenue"),
    "website": _("Website"),
    "tax_code": _("Tax code"),
    "product": _("Product"),
    "entered": _("When it entered this stage"),
    "link.account": _("Number of its company"),
    "link.person": _("Number of its person"),
    "link.lead": _("Number of its lead"),
    "link.opportunity": _("Number of its deal"),
    "link.parent": _("Its parent company"),
}
#: What rows become → what people call them.
ROWS: Final[dict[str, Any]] = {
    "lead": _("Leads"),
    "person": _("People"),
    "account": _("Companies"),
    "opportunity": _("Deals"),
    "stage_move": _("Moves of deals"),
    "user": _("People who sell"),
    "product": _("Products"),
}
DELIMITERS: Final[dict[str, Any]] = {
    ",": _("comma"),
    ";": _("semicolon"),
    "\t": _("tab"),
    "|": _("bar"),
    ":": _("colon"),
}


@dataclass(frozen=True, slots=True)
class Heading:
    """One column of the file. ``use``: a field, ``extra``, ``drop``, ``key``, or ``new.<type>`` for a field to be made;
    ``sure``: 0 to 3, None when chosen by somebody; ``texts``: its different cells, some more than choices may be;
    ``looks``: the type that takes them."""

    name: str
    use: str
    samples: tuple[str, ...]
    sure: int | None = None
    texts: tuple[str, ...] = ()
    looks: str = "text"


@dataclass(frozen=True, slots=True)
class Shown:
    """A row as it will become: ``cells`` in the order of the preview's ``fields``, labelled ``notes``, and why it
    would be rejected."""

    line: int
    cells: tuple[str, ...]
    notes: tuple[tuple[str, str], ...]
    rejected: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """A file before it is taken in, and how it is read: ``sheet`` of ``sheets`` (or files of an archive), ``encoding``,
    ``delimiter`` (called ``separated_by``), ``heading_row`` (0: none). ``rows`` were read; ``whole``: these are all.
    ``needed``: columns without which nothing can be taken; ``unusable``: nobody can be recognised yet; ``wrong``: why
    no row could be read."""

    mapping: Mapping
    layout: str
    headings: tuple[Heading, ...]
    fields: tuple[str, ...]
    shown: tuple[Shown, ...]
    kinds: tuple[dict[str, Any], ...]
    rows: int
    taken: int
    whole: bool
    kind: str
    encoding: str
    delimiter: str
    separated_by: str
    heading_row: int
    sheet: str
    sheets: tuple[str, ...]
    notes: tuple[tuple[str, str], ...]
    needed: tuple[str, ...]
    unusable: bool
    assumed_dates: bool
    may_make_fields: bool
    before: ImportRun | None = field(default=None)
    wrong: str = ""


def imports_folder() -> Path:
    """Where uploads wait and rejected rows lie."""
    return Path(settings.DATA_DIR) / "imports"


def latest_runs(actor: Principal, count: int = 50) -> list[ImportRun]:
    runs: QuerySet[ImportRun] = ImportRun.objects.visible_to(actor)
    return list(runs.select_related("by").order_by("-id")[:count])


def draft_of(run: ImportRun, actor: Principal) -> Draft:
    """Raises ``ImportRefused`` when the file cannot be read at all."""
    path = imports_folder() / run.stored_as
    if not run.stored_as or not path.is_file():
        raise ImportRefused("file_gone")
    opened = open_file(
        path,
        filename=run.file_name,
        mapping=run.mapping or None,
        layout="" if run.mapping else run.layout,
        sheet=run.sheet,
        encoding=run.encoding,
        delimiter=run.delimiter,
        heading_row=run.heading_row,
        checked=False,
        by=actor,
    )
    with opened.table:
        return _draft(run, actor, _understood(opened, path, run, actor))


def _understood(opened: Opened, path: Path, run: ImportRun, actor: Principal) -> Opened:
    """What is still open is settled by as many rows as can be looked at while somebody waits."""
    if opened.mapping.others != "fields":
        return opened
    how = {name: getattr(run, name) for name in ("sheet", "encoding", "delimiter", "heading_row")}
    with read(path, filename=run.file_name, **how) as table:
        try:
            seen = survey(table.headings, islice(table.rows, SURVEYED))
        except TableRefused:  # told below, with the rows
            return opened
    return replace(opened, mapping=understood(opened.mapping, opened.table.headings, seen, by=actor))


def check_reading(run: ImportRun, changes: Table[str, Any]) -> None:
    """Raises ``ImportRefused`` when the file of the run cannot be read that way."""
    said = {name: changes.get(name, getattr(run, name)) for name in ("sheet", "encoding", "delimiter", "heading_row")}
    read(imports_folder() / run.stored_as, filename=run.file_name, **said).close()


def _draft(run: ImportRun, actor: Principal, opened: Opened) -> Draft:
    table, mapping = opened.table, opened.mapping
    own = fields_of(mapping)
    kinds = {name: one.kind for name, one in own.items()}
    sample, tally, whole, wrong, texts = _read(opened, kinds)
    fields = _fields(mapping, sample)
    own_shown = {name: one for name, one in own.items() if any(name in row.parsed.own for row in sample)}
    return Draft(
        mapping=mapping,
        layout=opened.layout or run.layout,
        headings=tuple(_headings(opened, texts)),
        fields=(
            *(str(LABELS[name]) for name in fields),
            *(one.name(get_language() or "en") for one in own_shown.values()),
        ),
        shown=tuple(_shown(row, fields, own_shown, ZoneInfo(mapping.zone)) for row in sample),
        kinds=tuple(explained([*tally.by_kind(rejects=True), *tally.by_kind(rejects=False)])),
        rows=tally.rows,
        taken=tally.outcomes["good"],
        whole=whole,
        kind=table.kind,
        encoding=table.encoding,
        delimiter=table.dialect.delimiter if table.dialect else "",
        separated_by=str(DELIMITERS.get(table.dialect.delimiter, table.dialect.delimiter)) if table.dialect else "",
        heading_row=table.heading_row,
        sheet=table.sheet,
        sheets=table.sheets,
        notes=tuple((note.code, note.detail) for note in table.notes if note.code != "other_sheets"),
        needed=fit(mapping, table.headings).needed,
        unusable=opened.proposal is not None and not opened.proposal.usable,
        assumed_dates=opened.proposal is not None and opened.proposal.assumed_dates,
        may_make_fields=actor.may("field.edit"),
        before=_same_file(run, actor),
        wrong=wrong,
    )


def _read(opened: Opened, kinds: Table[str, Kind]) -> tuple[list[Incoming], Tally, bool, str, list[dict[str, None]]]:
    """The first rows, what is wrong with all that could be read in a moment, whether that was the whole file, and the
    different texts of each column."""
    sample: list[Incoming] = []
    texts: list[dict[str, None]] = [{} for _heading in opened.table.headings]
    tally, until = Tally(), monotonic() + SECONDS
    rows = incoming(opened.rows, opened.mapping, opened.table.headings, kinds)
    try:
        for row in islice(rows, READ):
            if len(sample) < SHOWN:
                sample.append(row)
            for found, cell in zip(texts, row.cells, strict=False):
                if len(found) <= ENOUGH and cell.strip():
                    found[cell.strip()] = None
            tally.count("rejected" if row.rejected else "good")
            tally.note(row.line, row.problems)
            if monotonic() > until:
                break
        whole = next(rows, None) is None
        tally.note_left_out(opened.table.left_out)
        return sample, tally, whole, "", texts
    except TableRefused as refused:
        return sample, tally, True, refusal_sentence(refused.code, refused.data), texts


def _headings(opened: Opened, distinct: list[dict[str, None]]) -> Iterator[Heading]:
    table, mapping = opened.table, opened.mapping
    columns = {column.heading: column for column in mapping.columns}
    guesses = {guess.column: guess for guess in opened.proposal.guesses} if opened.proposal else {}
    for place, name in enumerate(table.headings):
        texts = dict.fromkeys(row.cells[place].strip() for row in opened.sample)
        samples = tuple(text[:40] for text in texts if text)[:SAMPLES]
        use = use_of(mapping, columns.get(name), name)
        sure = _sure(guesses.get(name), use) if opened.proposal else _known(opened, use)
        looks = guess_type(
            [row.cells[place] for row in opened.sample],
            language=mapping.language,
            currency=mapping.currency,
            order=mapping.dates,
        )
        yield Heading(name, use, samples, sure, tuple(distinct[place]), looks)


def use_of(mapping: Mapping, column: Column | None, name: str) -> str:
    """What becomes of a column: a field, ``extra``, ``drop``, ``key``, ``link.<what>``, ``entered``, or
    ``new.<type>``."""
    if name in {external.column for external in (mapping.key, mapping.join) if external}:
        return "key"
    for link, external in mapping.links.items():
        if external.column == name:
            return f"link.{link}"
    if column is not None and column.entered:
        return "entered"
    if column is None:
        return "drop" if mapping.others == "drop" else "extra"
    if not column.fields:
        return "drop" if column.drop else "extra"
    new = mapping.makes.get(column.fields[0])
    return f"new.{new.type}" if new else column.fields[0]


def _known(opened: Opened, use: str) -> int | None:
    """A heading of a system we know says for sure what it means; what became a field by its cells is likely."""
    if opened.found is None:
        return None
    return 0 if use in ("extra", "drop") else 2 if use.startswith("new.") or "custom." in use else 3


def _sure(guess: Guess | None, use: str) -> int | None:
    if guess is None or guess.field != use:
        return 0
    return 3 if guess.confidence >= 90 else 2 if guess.confidence >= 70 else 1


def _fields(mapping: Mapping, sample: list[Incoming]) -> list[str]:
    """Fields that hold anything in the first rows, in the order people read them."""
    filled = {name for row in sample for name in row.parsed.values}
    return [name for name in LABELS if name in filled]


def _shown(row: Incoming, fields: list[str], own: Table[str, CustomField], zone: ZoneInfo) -> Shown:
    days, values = row.parsed.days, row.parsed.values
    cells = [_plain(values.get(name), zone if name in days else None) for name in fields]
    cells += [words_of(one, row.parsed.own.get(name), full=True)[:60] for name, one in own.items()]
    notes = tuple((extra.label, extra.value[:60]) for extra in row.parsed.extras)
    return Shown(row.line, tuple(cells), notes, row.rejected)


def _plain(value: Value | None, day_in: ZoneInfo | None) -> str:
    """``day_in``: the zone of a moment that is known to the day alone."""
    if value is None:
        return ""
    if isinstance(value, Money):
        return show_money(value, get_language() or "vi")
    if isinstance(value, datetime):
        if day_in is not None:
            return date_format(value.astimezone(day_in), _day_format())
        return date_format(timezone.localtime(value), f"{_day_format()} H:i")
    if isinstance(value, date):
        return date_format(value, _day_format())
    return str(value)[:60]


def _day_format() -> str:
    """Days and months told apart: that is what somebody looks for here."""
    return "j/n/Y" if get_language() == "vi" else "j M Y"


def _same_file(run: ImportRun, actor: Principal) -> ImportRun | None:
    """An earlier import of these very bytes that still stands."""
    runs: QuerySet[ImportRun] = ImportRun.objects.visible_to(actor)
    done = runs.filter(digest=run.digest, state=RunState.DONE, dry_run=False).exclude(pk=run.pk).order_by("-id")
    return next((earlier for earlier in done if earlier.digest and not is_undone(earlier)), None)


def is_undone(run: ImportRun) -> bool:
    return run.act_id is not None and Act.objects.filter(pk=run.act_id, undone_by__isnull=False).exists()


def undone_among(runs: list[ImportRun]) -> set[int]:
    """The ids of those runs whose act was taken back."""
    acts = {run.act_id for run in runs if run.act_id is not None}
    undone = set(Act.objects.filter(pk__in=acts, undone_by__isnull=False).values_list("pk", flat=True))
    return {run.pk for run in runs if run.act_id in undone}


def why_failed(run: ImportRun) -> str:
    """The sentence of what stopped it, in the active language."""
    return refusal_sentence(run.error["code"], run.error.get("data", {})) if run.error else ""
