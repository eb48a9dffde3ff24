"""Opening a file and settling what its columns mean, before a row is taken."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from khoi.capture.queries.import_fields import fields_to_make, names_of_fields
from khoi.capture.queries.import_refusals import ImportRefused
from khoi.capture.queries.import_understanding import kept_mapping, mapping_for, recognised
from khoi.capture.queries.layouts import ANY, layout_named, layouts, systems
from khoi.capture.rules.mapping import (
    LEAD,
    BadMapping,
    Mapping,
    Proposal,
    Recognised,
    best_fit,
    fit,
    load_mapping,
    propose_mapping,
)
from khoi.history.rules.actors import Actor
from khoi.kit.tabular import Limits, Row, Table, TableRefused, read_table
from khoi.team.rules import OWNER_OF_THE_MACHINE
from khoi.workspace import queries as workspace

#: So many rows are looked at to guess what the columns hold.
SAMPLE: Final = 50


@dataclass(frozen=True, slots=True)
class Opened:
    """``rows`` go once from the first to the last. ``layout`` is set when a shipped mapping fits or a system we know
    wrote the file, ``found`` when its headings said what its rows are, ``proposal`` when each column was guessed."""

    table: Table
    rows: Iterator[Row]
    mapping: Mapping
    layout: str = ""
    proposal: Proposal | None = None
    sample: tuple[Row, ...] = ()
    found: Recognised | None = None


def open_file(
    source: Path | bytes,
    *,
    filename: str,
    mapping: Mapping | str | None = None,
    layout: str = "",
    sheet: str = "",
    encoding: str = "",
    delimiter: str = "",
    heading_row: int | None = None,
    any_size: bool = False,
    checked: bool = True,
    by: Actor = OWNER_OF_THE_MACHINE,
) -> Opened:
    """The file with the mapping that was given, that fits, that was used for these columns before, that its system
    is known to mean, or that can be guessed. Raises ``ImportRefused``. ``by`` is who kept mappings are asked for.

    ``any_size``: also beyond what may be uploaded. ``checked=False`` for a file somebody is still describing: its
    mapping may be of no use yet.
    """
    table = read(
        source,
        filename=filename,
        sheet=sheet,
        encoding=encoding,
        delimiter=delimiter,
        heading_row=heading_row,
        any_size=any_size,
    )
    try:
        first = tuple(islice(table.rows, SAMPLE))
        opened = _mapped(table, first, mapping, layout, by)
        if checked:
            check_fit(opened.mapping, table)
            fields_to_make(opened.mapping)
            check_proposal(opened)
    except TableRefused as refused:
        table.close()
        raise of_table(refused) from refused
    except BaseException:
        table.close()
        raise
    return opened


def read(
    source: Path | bytes,
    *,
    filename: str,
    sheet: str = "",
    encoding: str = "",
    delimiter: str = "",
    heading_row: int | None = None,
    any_size: bool = False,
) -> Table:
    """The table of a file; what is not said of how to read it is found out. Raises ``ImportRefused``."""
    size = len(source) if isinstance(source, bytes) else source.stat().st_size
    if size > settings.UPLOAD_LIMIT and not any_size:
        raise ImportRefused("file_too_large", limit=settings.UPLOAD_LIMIT // 1_000_000)
    try:
        return read_table(
            source,
            filename,
            sheet=sheet or None,
            encoding=encoding or None,
            delimiter=delimiter or None,
            heading_row=heading_row,
            limits=Limits(),
        )
    except TableRefused as refused:
        raise of_table(refused) from refused


def of_table(refused: TableRefused) -> ImportRefused:
    data: dict[str, Any] = dict(refused.data)
    return ImportRefused(refused.code, **data)


def _mapped(table: Table, first: tuple[Row, ...], mapping: Mapping | str | None, layout: str, by: Actor) -> Opened:
    rows = chain(first, table.rows)
    if mapping is not None:
        return Opened(table, rows, load(mapping) if isinstance(mapping, str) else mapping, layout, sample=first)
    stem = table.filename.rpartition(".")[0] or table.filename
    if layout and layout not in systems().keys() - {ANY}:
        return Opened(table, rows, named(layout), layout, sample=first)
    if not layout and (known := best_fit(layouts().values(), table.headings)) is not None:
        return Opened(table, rows, known, known.name, sample=first)
    if not layout and (kept := kept_mapping(table.headings, by=by)) is not None:
        return Opened(table, rows, kept, sample=first)
    if (found := recognised(table.headings, only=layout)) is not None:
        mapping = mapping_for(found, table.headings, stem=stem)
        return Opened(table, rows, mapping, found.layout.name if found.layout.title else "", sample=first, found=found)
    if layout:
        raise ImportRefused("not_of_layout", "mapping", value=layout, headings=list(table.headings))
    proposal = propose(table, first)
    return Opened(table, rows, proposal.mapping, proposal=proposal, sample=first)


def propose(table: Table, first: tuple[Row, ...], *, system: str = "") -> Proposal:
    here = workspace.current()
    samples = [row.cells[: len(table.headings)] for row in first]
    return propose_mapping(
        table.headings,
        samples,
        zone=here.time_zone,
        currency=here.currency,
        system=system,
        own=names_of_fields(LEAD),
    )


def load(text: str) -> Mapping:
    """The mapping in a TOML text. Raises ``ImportRefused`` with every mistake."""
    try:
        return load_mapping(text)
    except BadMapping as bad:
        problems = [{"code": p.code, "where": p.where, "line": p.line, "detail": p.detail} for p in bad.problems]
        raise ImportRefused("bad_mapping", "mapping", problems=problems) from bad


def named(layout: str) -> Mapping:
    found = layout_named(layout)
    if found is None:
        raise ImportRefused("unknown_layout", "mapping", value=layout, known=sorted({*layouts(), *systems()} - {ANY}))
    return found


def check_proposal(opened: Opened) -> None:
    """Refuse a file in which nobody can be recognised."""
    if opened.proposal is not None and not opened.proposal.usable:
        raise ImportRefused("columns_unknown", headings=list(opened.table.headings))


def check_fit(mapping: Mapping, table: Table) -> None:
    """Refuse a file that lacks a column without which none of its rows can be taken."""
    found = fit(mapping, table.headings)
    if found.needed:
        raise ImportRefused("missing_columns", columns=list(found.needed), headings=list(table.headings))
    named_columns = {column.heading for column in mapping.columns}
    numbered = mapping.key or mapping.join or mapping.links
    if named_columns and not named_columns & set(table.headings) and not numbered:
        raise ImportRefused("missing_columns", columns=sorted(named_columns), headings=list(table.headings))
    for external in (mapping.key, mapping.join, *mapping.links.values()):
        if external is not None and len(external.system) > 40:
            raise ImportRefused("system_too_long", "mapping", value=external.system)
