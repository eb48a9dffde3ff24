"""Understanding a file: whose it is, what its rows are, and what the cells of its columns say about them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Final

from khoi.capture.models import ImportRun, RunState
from khoi.capture.queries.import_fields import keys_of, names_of_fields
from khoi.capture.queries.layouts import ANY, systems
from khoi.capture.rules.importing import plain
from khoi.capture.rules.mapping import (
    BadMapping,
    Mapping,
    OwnFields,
    Recognised,
    Seen,
    enrich,
    load_mapping,
    mapping_of,
    recognise,
    squeezed,
)
from khoi.custom.models import CustomField
from khoi.history.rules.actors import Actor
from khoi.kit.tabular import Row
from khoi.team.models import User
from khoi.team.rules import Principal
from khoi.workspace import queries as workspace

#: So many different cells of a column are kept.
DISTINCT: Final = 2_000
#: So many fields of one's own an object may have; one is left for what no field takes.
MOST_FIELDS: Final = 99


def recognised(headings: Sequence[str], *, only: str = "") -> Recognised | None:
    """The system that wrote the file; ``only`` that one is thought of, where it is named."""
    found = systems()
    return recognise([found[only]] if only else found.values(), headings)


def mapping_for(found: Recognised, headings: Sequence[str], *, stem: str) -> Mapping:
    """``stem``: the file's name without its ending, for numbers and stages of no system in particular."""
    here = workspace.current()
    return mapping_of(
        found, headings, zone=here.time_zone, currency=here.currency, dates="", system=system_of(stem), title=stem
    )


def system_of(stem: str) -> str:
    return "_".join(plain(stem).split())[:40] or "file"


def survey(headings: Sequence[str], rows: Iterable[Row]) -> dict[str, Seen]:
    """What stands in each column of the whole file."""
    counts: list[Counter[str]] = [Counter() for _ in headings]
    whole = [True] * len(counts)
    for row in rows:
        for place, (count, cell) in enumerate(zip(counts, row.cells, strict=False)):
            text = cell.strip()
            if text in count or (text and len(count) < DISTINCT):
                count[text] += 1
            elif text:
                whole[place] = False
    found: dict[str, Seen] = {}
    for heading, texts, complete in zip(headings, counts, whole, strict=True):
        found.setdefault(heading, Seen(texts, complete))
    return found


def understood(mapping: Mapping, headings: Sequence[str], seen: dict[str, Seen], *, by: Actor) -> Mapping:
    """The mapping with nothing left open: see ``rules.mapping.enriching``."""
    if mapping.others != "fields":
        return mapping
    may_make = not isinstance(by, Principal) or by.may("field.edit")
    names = names_of_fields(mapping.rows)
    called = {squeezed(word): name for name, words in names.items() for word in words if word}
    labels = {words[0]: name for name, words in names.items()}
    there = CustomField.objects.of(mapping.rows).count() if may_make else 0
    own = OwnFields(labels, called, keys_of(mapping.rows), max(MOST_FIELDS - there, 0) if may_make else 0)
    users = _owners()
    return enrich(mapping, headings, seen, own, lambda text: text.strip().casefold() in users or plain(text) in users)


def _owners() -> set[str]:
    users = User.objects.filter(is_active=True).values_list("email", "full_name")
    return {word for email, name in users for word in (email.casefold(), plain(name)) if word}


def columns_key(headings: Iterable[str]) -> str:
    """The same for files with the same columns, in whatever order."""
    return sha256("\n".join(sorted(squeezed(heading) for heading in headings)).encode()).hexdigest()


def kept_mapping(headings: Sequence[str], *, by: Actor) -> Mapping | None:
    """How somebody said that a file with these columns is to be read, the last time one came in."""
    runs = ImportRun.objects.filter(columns_key=columns_key(headings), state=RunState.DONE, dry_run=False, layout="")
    if isinstance(by, Principal):
        runs = runs.visible_to(by)
    for text in runs.exclude(mapping="").order_by("-id").values_list("mapping", flat=True)[:1]:
        try:
            return _made_since(load_mapping(text))
        except BadMapping:  # of a version that said it otherwise
            return None
    return None


def _made_since(mapping: Mapping) -> Mapping:
    """The fields it describes are there now."""
    there = names_of_fields(mapping.rows)
    return replace(mapping, makes={name: new for name, new in mapping.makes.items() if name not in there})


def named_after(mapping: Mapping, source: str) -> Mapping:
    """The same for a list that has a name: its numbers and stages are that one's, unless they are a known system's."""
    if not source or mapping.name != ANY:
        return mapping
    system = system_of(source)
    key = replace(mapping.key, system=system) if mapping.key else None
    links = {name: replace(link, system=system) for name, link in mapping.links.items()}
    return replace(mapping, key=key, links=links, pipeline=source[:80])
