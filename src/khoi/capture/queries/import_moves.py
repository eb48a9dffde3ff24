"""Files on their way in together: what each of them is taken for."""

from dataclasses import dataclass
from typing import Any, Final

from khoi.capture.models import ImportRun
from khoi.capture.queries.import_files import open_file
from khoi.capture.queries.import_refusals import ImportRefused
from khoi.capture.queries.imports import ROWS, imports_folder, use_of
from khoi.capture.queries.layouts import systems
from khoi.team.rules import Principal

COUNTED: Final = ("rows", "created", "updated", "unchanged", "skipped", "rejected")


@dataclass(frozen=True, slots=True)
class Glance:
    """One file of several. ``system`` wrote it, ``rows`` are what they become (both as people say them, or empty);
    ``understood`` of its ``columns`` fill a field; ``wrong``: why it cannot come in."""

    run: ImportRun
    system: str = ""
    rows: str = ""
    columns: int = 0
    understood: int = 0
    wrong: str = ""


def files_of(run: ImportRun) -> list[ImportRun]:
    """The run and those it stands for; none for a file on its own."""
    others = list(run.files.order_by("id"))
    return sorted([run, *others], key=lambda each: each.pk) if others else []


def counted(files: list[ImportRun]) -> dict[str, int]:
    """What came of all of them; ``rows_per_s`` adds up to nothing and is left out. Empty before any came in."""
    told = [each.counts for each in files if each.counts]
    return {name: sum(counts[name] for counts in told) for name in COUNTED} if told else {}


def is_one_of_several(run: ImportRun) -> bool:
    return run.move_id is not None or run.files.exists()


def glances(run: ImportRun, actor: Principal) -> list[Glance]:
    return [_glance(each, actor) for each in files_of(run)]


def _glance(run: ImportRun, actor: Principal) -> Glance:
    how: dict[str, Any] = {name: getattr(run, name) for name in ("sheet", "encoding", "delimiter", "heading_row")}
    try:
        opened = open_file(
            imports_folder() / run.stored_as,
            filename=run.file_name,
            mapping=run.mapping or None,
            layout="" if run.mapping else run.layout,
            by=actor,
            **how,
        )
    except ImportRefused as refused:
        return Glance(run, wrong=str(refused))
    with opened.table as table:
        columns = {column.heading: column for column in opened.mapping.columns}
        uses = [use_of(opened.mapping, columns.get(name), name) for name in table.headings]
        system = systems().get(opened.layout)
        return Glance(
            run,
            system=system.title if system else "",
            rows=str(ROWS[opened.mapping.rows]),
            columns=len(uses),
            understood=sum(use not in ("extra", "drop") for use in uses),
        )
