"""Files for programs: send one, ask how far it is, get the rejected rows."""

from typing import Any

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, File, Form, Router, Schema
from ninja.files import UploadedFile

from khoi.capture.models import ImportRun, RunState
from khoi.capture.queries import import_moves as moves
from khoi.capture.queries import imports as queries
from khoi.capture.queries.import_files import load, named, open_file
from khoi.capture.queries.import_refusals import ImportRefused
from khoi.capture.queries.import_signs import Sign, sign_of
from khoi.capture.queries.import_words import explained
from khoi.capture.services import importing
from khoi.kit.refusals import Refusal
from khoi.team.api import Id, Moment, who
from khoi.team.queries import Hidden, authorize, find

router = Router(tags=["imports"])

#: A mapping is a page of text; what is larger is something else.
LONGEST_MAPPING = 1_000_000


class ProblemOut(Schema):
    """Rows of one kind. ``rejects``: they were not taken; else ``kept`` says that the cell became a note, and
    ``left_out`` that the file holds it beside its rows, like a sum; it counts as no row."""

    code: str
    column: str
    rejects: bool
    kept: bool
    left_out: bool
    count: int
    lines: list[int] = Field(description="The first of them")
    value: str
    says: str


class CountsOut(Schema):
    """``created + updated + unchanged + skipped + rejected`` is ``rows``."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    skipped: int = 0
    rejected: int = 0
    rows_per_s: int = 0


class StoppedOut(Schema):
    code: str
    says: str


class FileOut(Schema):
    id: Id
    file: str
    counts: CountsOut | None = Field(description="None when nothing of it was taken")


class RunOut(Schema):
    id: Id
    file: str
    state: str = Field(
        description="waiting, running, paused, done, failed, cancelled, or draft for one begun on the pages"
    )
    dry_run: bool
    layout: str
    act: int | None = Field(description="To be undone, if anything was changed")
    undone: bool
    rows_read: int = Field(description="While it runs")
    rows_in_file: int | None = Field(description="Once they were counted")
    seconds_left: int | None = Field(description="While it runs, about")
    counts: CountsOut | None = Field(description="Once it is done; of a long list that stopped, what is in")
    problems: list[ProblemOut]
    rejected_rows: bool = Field(description="Whether GET …/rejected has any")
    error: StoppedOut | None
    files: list[FileOut] = Field(description="Of several that come in together, each")
    created_at: Moment
    started_at: Moment | None
    finished_at: Moment | None


class Runs(Schema):
    items: list[RunOut]


@router.post("/imports", response={202: RunOut}, summary="Send a file to be imported")
def send_file(
    request: HttpRequest,
    response: HttpResponse,
    file: File[UploadedFile | None] = None,
    mapping: Form[str] = "",
    layout: Form[str] = "",
    sheet: Form[str] = "",
    encoding: Form[str] = "",
    delimiter: Form[str] = "",
    heading_row: Form[int | None] = None,
    consent: Form[str] = "",
    source: Form[str] = "",
    cost: Form[str] = "",
    dry_run: Form[bool] = False,
) -> tuple[int, dict[str, Any]]:
    """`file`: CSV, XLSX, XLSB, XLS or ODS, or a ZIP of them. `mapping`: what the columns mean, as TOML; `layout`: the
    name of a mapping that comes with Khơi; without both, the columns are recognised by their headings. How the file is
    read is found out; overruled by `sheet` (of a spreadsheet, or the file inside a ZIP), `encoding`, `delimiter` (one
    sign, or `tab`) and `heading_row` (the line of the headings, 0 for a table without). `consent`: in which words,
    where and when these people agreed to be written to. `dry_run`: say what would happen and change nothing.

    Several parts called `file`, or a ZIP of several tables, come in together as one change, joined by their numbers.
    `source`: where the list comes from; `cost`: what it cost; without `consent` nobody of it may be written to.

    The file is read at once as far as its columns; a job takes the rows in. 422 with a code of its own for what is no
    table, or lacks a column.
    """
    actor = who(request)
    authorize(actor, "import.run")
    now = timezone.now()
    if file is None:
        raise Refusal("required", "file")
    chosen = load(mapping) if mapping else named(layout) if layout else None
    if len(mapping) > LONGEST_MAPPING or (file.size or 0) > settings.UPLOAD_LIMIT:
        raise ImportRefused("file_too_large", limit=settings.UPLOAD_LIMIT // 1_000_000)
    reading: dict[str, Any] = {
        "sheet": sheet,
        "encoding": encoding,
        "delimiter": delimiter,
        "heading_row": heading_row,
    }
    sent = request.FILES.getlist("file")
    one = any(reading.values()) or heading_row is not None or bool(mapping or layout)
    run = importing.receive_files(sent, whole=not one, by=actor, now=now)
    terms = {"consent": consent, "source": source, "cost": cost}
    if moves.is_one_of_several(run):
        importing.describe_run(run, changes=terms, by=actor, now=now)
        importing.start_run(run, dry_run=dry_run, by=actor, now=now)
        return 202, shown_run(run)
    path = queries.imports_folder() / run.stored_as
    try:
        open_file(path, filename=run.file_name, mapping=chosen, layout=layout, **reading).table.close()
    except ImportRefused:
        path.unlink(missing_ok=True)
        raise
    changes = {"mapping": mapping, "layout": layout, **terms, **reading}
    importing.describe_run(run, changes=changes, by=actor, now=now)
    importing.start_run(run, dry_run=dry_run, by=actor, now=now)
    return 202, shown_run(run)


@router.get("/imports", response=Runs, summary="The latest imports")
def list_runs(request: HttpRequest) -> dict[str, Any]:
    actor = who(request)
    authorize(actor, "import.run")
    return {"items": [shown_run(run) for run in queries.latest_runs(actor)]}


@router.get("/imports/{uuid:import_id}", response=RunOut, summary="How far an import is, and what came of it")
def show_run(request: HttpRequest, import_id: Id) -> dict[str, Any]:
    return shown_run(find(who(request), "import.run", ImportRun, public_id=import_id))


@router.post("/imports/{uuid:import_id}/pause", response=RunOut, summary="Stop for now, keeping what is in")
def pause(request: HttpRequest, import_id: Id) -> dict[str, Any]:
    """It stops within seconds; `paused` once it has. A long list of leads or people keeps the parts that are in and
    goes on behind them; what comes in as a whole begins anew. 422 `not_at_work` when it is not."""
    actor = who(request)
    run = find(actor, "import.run", ImportRun, public_id=import_id)
    return shown_run(importing.pause_run(run, by=actor, now=timezone.now()))


@router.post("/imports/{uuid:import_id}/resume", response=RunOut, summary="Go on with one that was paused or failed")
def resume(request: HttpRequest, import_id: Id) -> dict[str, Any]:
    actor = who(request)
    run = find(actor, "import.run", ImportRun, public_id=import_id)
    return shown_run(importing.start_run(run, by=actor, now=timezone.now()))


@router.post("/imports/{uuid:import_id}/cancel", response=RunOut, summary="Let the file go")
def cancel(request: HttpRequest, import_id: Id) -> dict[str, Any]:
    """At work it stops within seconds; `cancelled` once it has. Rows that are in stay, unless its act is undone."""
    actor = who(request)
    run = find(actor, "import.run", ImportRun, public_id=import_id)
    return shown_run(importing.cancel_run(run, by=actor, now=timezone.now()))


@router.get("/imports/{uuid:import_id}/rejected", summary="The rejected rows as CSV, to be mended and sent again")
def rejected_rows(request: HttpRequest, import_id: Id) -> FileResponse:
    run = find(who(request), "import.run", ImportRun, public_id=import_id)
    path = queries.imports_folder() / run.rejected_file
    if not run.rejected_file or not path.is_file():
        raise Hidden
    return FileResponse(path.open("rb"), as_attachment=True, filename="rejected.csv", content_type="text/csv")


def shown_run(run: ImportRun) -> dict[str, Any]:
    at_work = run.state == RunState.RUNNING
    sign = sign_of(run) if at_work else Sign(run.counts.get("rows", 0), run.counts.get("of"))
    stopped = {"code": run.error["code"], "says": queries.why_failed(run)} if run.error else None
    return {
        "id": run.public_id,
        "file": run.file_name,
        "state": run.state,
        "dry_run": run.dry_run,
        "layout": run.layout,
        "act": run.act_id,
        "undone": queries.is_undone(run),
        "rows_read": sign.rows,
        "rows_in_file": sign.of,
        "seconds_left": sign.left,
        "counts": run.counts or None,
        "problems": explained(run.problems),
        "rejected_rows": bool(run.rejected_file),
        "error": stopped,
        "files": [
            {"id": each.public_id, "file": each.sheet or each.file_name, "counts": each.counts or None}
            for each in moves.files_of(run)
        ],
        "created_at": run.created_at,
        "started_at": run.started_at,
        "finished_at": run.finished_at,
    }
