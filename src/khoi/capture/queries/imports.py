"""What pages and programs show of an import: its file and columns beforehand, its progress, what came of it."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
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
from khoi.capture.queries.import_files import Opened, open_file
from khoi.capture.queries.import_refusals import ImportRefused
from khoi.capture.queries.import_rows import Incoming, Tally, incoming
from khoi.capture.queries.import_words import explained, refusal_sentence
from khoi.capture.rules.mapping import Column, Guess, Mapping, Value, fit
from khoi.history.models import Act
from khoi.kit.money import Money, show_money
from khoi.kit.tabular import TableRefused
from khoi.team.rules import Principal

#: So many rows are shown as they will become, and read for problems while somebody waits.
SHOWN: Final = 10
READ: Final = 20_000
SECONDS: Final = 1.5
SAMPLES: Final = 3

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
}
DELIMITERS: Final[dict[str, Any]] = {",": _("comma"), ";": _("semicolon"), "\t": _("tab"), "|": _("bar")}


@dataclass(frozen=True, slots=True)
class Heading:
    """One column of the file. ``use``: a field, ``extra``, ``drop`` or ``key``; ``sure``: 0 to 3, None when chosen
    by somebody."""

    name: str
    use: str
    label: str
    samples: tuple[str, ...]
    sure: int | None = None


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
    """A file before it is taken in. ``rows`` were read; ``whole``: these are all. ``needed``: columns without which
    nothing can be taken; ``unusable``: nobody can be recognised yet; ``wrong``: why no row could be read."""

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
    sheet: str
    sheets: tuple[str, ...]
    notes: tuple[tuple[str, str], ...]
    needed: tuple[str, ...]
    unusable: bool
    assumed_dates: bool
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
        checked=False,
    )
    with opened.table:
        return _draft(run, actor, opened)


def _draft(run: ImportRun, actor: Principal, opened: Opened) -> Draft:
    table, mapping = opened.table, opened.mapping
    sample, tally, whole, wrong = _read(opened)
    fields = _fields(mapping, sample)
    return Draft(
        mapping=mapping,
        layout=opened.layout or run.layout,
        headings=tuple(_headings(opened)),
        fields=tuple(str(LABELS[name]) for name in fields),
        shown=tuple(_shown(row, fields, ZoneInfo(mapping.zone)) for row in sample),
        kinds=tuple(explained([*tally.by_kind(rejects=True), *tally.by_kind(rejects=False)])),
        rows=tally.rows,
        taken=tally.outcomes["good"],
        whole=whole,
        kind=table.kind,
        encoding=table.encoding,
        delimiter=str(DELIMITERS.get(table.dialect.delimiter, table.dialect.delimiter)) if table.dialect else "",
        sheet=table.sheet,
        sheets=tuple(note.detail for note in table.notes if note.code == "other_sheets"),
        notes=tuple((note.code, note.detail) for note in table.notes if note.code != "other_sheets"),
        needed=fit(mapping, table.headings).needed,
        unusable=opened.proposal is not None and not opened.proposal.usable,
        assumed_dates=opened.proposal is not None and opened.proposal.assumed_dates,
        before=_same_file(run, actor),
        wrong=wrong,
    )


def _read(opened: Opened) -> tuple[list[Incoming], Tally, bool, str]:
    """The first rows, what is wrong with all that could be read in a moment, and whether that was the whole file."""
    sample: list[Incoming] = []
    tally, until = Tally(), monotonic() + SECONDS
    rows = incoming(opened.rows, opened.mapping, opened.table.headings)
    try:
        for row in islice(rows, READ):
            if len(sample) < SHOWN:
                sample.append(row)
            tally.count("rejected" if row.rejected else "good")
            tally.note(row.line, row.problems)
            if monotonic() > until:
                break
        return sample, tally, next(rows, None) is None, ""
    except TableRefused as refused:
        return sample, tally, True, refusal_sentence(refused.code, refused.data)


def _headings(opened: Opened) -> Iterator[Heading]:
    table, mapping = opened.table, opened.mapping
    columns = {column.heading: column for column in mapping.columns}
    guesses = {guess.column: guess for guess in opened.proposal.guesses} if opened.proposal else {}
    for place, name in enumerate(table.headings):
        texts = dict.fromkeys(row.cells[place].strip() for row in opened.sample)
        samples = tuple(text[:40] for text in texts if text)[:SAMPLES]
        use = use_of(mapping, columns.get(name), name)
        yield Heading(name, use, _label(use), samples, _sure(guesses.get(name), use) if opened.proposal else None)


def use_of(mapping: Mapping, column: Column | None, name: str) -> str:
    """What becomes of a column: a field, ``extra``, ``drop``, or ``key``."""
    if name in {external.column for external in (mapping.key, mapping.join) if external}:
        return "key"
    if column is None:
        return "drop" if mapping.others == "drop" else "extra"
    return column.fields[0] if column.fields else "drop" if column.drop else "extra"


def _label(use: str) -> str:
    words = {"extra": _("Keep as note"), "drop": _("Leave out"), "key": _("Number in the other system")}
    return str(LABELS.get(use) or words[use])


def _sure(guess: Guess | None, use: str) -> int | None:
    if guess is None or guess.field != use:
        return 0
    return 3 if guess.confidence >= 90 else 2 if guess.confidence >= 70 else 1


def _fields(mapping: Mapping, sample: list[Incoming]) -> list[str]:
    """Fields that hold anything in the first rows, in the order people read them."""
    filled = {name for row in sample for name in row.parsed.values}
    return [name for name in LABELS if name in filled]


def _shown(row: Incoming, fields: list[str], zone: ZoneInfo) -> Shown:
    days = row.parsed.days
    cells = tuple(_plain(row.parsed.values.get(name), zone if name in days else None) for name in fields)
    notes = tuple((extra.label, extra.value[:60]) for extra in row.parsed.extras)
    return Shown(row.line, cells, notes, row.rejected)


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
    acts = {run.act_id: run.pk for run in runs if run.act_id is not None}
    return {acts[pk] for pk in Act.objects.filter(pk__in=acts, undone_by__isnull=False).values_list("pk", flat=True)}


def rows_read(run: ImportRun) -> int:
    """How far a run at work has come."""
    with contextlib.suppress(OSError, ValueError):
        return int((imports_folder() / f"{run.public_id.hex}.rows").read_text())
    return 0


def why_failed(run: ImportRun) -> str:
    """The sentence of what stopped it, in the active language."""
    return refusal_sentence(run.error["code"], run.error.get("data", {})) if run.error else ""
