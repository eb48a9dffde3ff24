"""Settings: bringing tables in. Upload, say what the columns mean, look, import, and take it back."""

from typing import Any

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from khoi.capture.forms.importing import ColumnsForm, ReadingForm, TermsForm, UploadForm
from khoi.capture.models import ImportRun, RunState
from khoi.capture.queries import import_moves as moves
from khoi.capture.queries import import_outcomes as outcomes
from khoi.capture.queries import imports as queries
from khoi.capture.queries.import_refusals import ImportRefused
from khoi.capture.queries.import_signs import sign_of, wish_for
from khoi.capture.queries.import_words import explained
from khoi.capture.services import importing
from khoi.design.views import tell
from khoi.team.queries import Hidden, find
from khoi.team.rules import Principal
from khoi.team.views import allowed

#: What a form around the file adds to its size, in bytes.
AROUND = 100_000
CHANGEABLE = (RunState.DRAFT, RunState.FAILED)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("import.run", whole=False)
def listing(request: HttpRequest, actor: Principal) -> HttpResponseBase:
    """All runs, and the door for the next file. An upload is stored outside any transaction: it may take long."""
    problem = ""
    form = UploadForm()
    if request.method == "POST":
        try:
            form = _sent(request)
            if form.is_valid():
                run = importing.receive_files(form.cleaned_data["file"], by=actor, now=timezone.now())
                return redirect("capture:import", public_id=run.public_id)
        except ImportRefused as refused:
            problem = str(refused)
    return _list_page(request, actor, form, problem)


def _sent(request: HttpRequest) -> UploadForm:
    """Refuses what is too large before a byte of it is read."""
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.UPLOAD_LIMIT + AROUND:
        raise ImportRefused("file_too_large", limit=settings.UPLOAD_LIMIT // 1_000_000)
    return UploadForm(request.POST, request.FILES)


def _list_page(request: HttpRequest, actor: Principal, form: UploadForm, problem: str) -> HttpResponse:
    runs = queries.latest_runs(actor)
    context = {
        "form": form,
        "problem": problem,
        "runs": runs,
        "undone": queries.undone_among(runs),
        "limit": settings.UPLOAD_LIMIT // 1_000_000,
    }
    return render(request, "capture/imports.html", context, status=422 if problem or form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("import.run", whole=False)
def show(request: HttpRequest, actor: Principal, public_id: str) -> HttpResponseBase:
    """One run: its columns as long as it has not begun, then its progress, then what came of it."""
    run = find(actor, "import.run", ImportRun, public_id=public_id)
    together = run.move_id is None and bool(moves.files_of(run)) and "columns" not in request.GET
    if request.method == "POST":
        return _agreed(request, actor, run) if together else _described(request, actor, run)
    if run.state in CHANGEABLE and run.stored_as and not (run.parts and not queries.is_undone(run)):
        return _move_page(request, actor, run) if together else _draft_page(request, actor, run)
    return _run_page(request, run)


def _agreed(request: HttpRequest, actor: Principal, run: ImportRun) -> HttpResponseBase:
    """Several files: ``do`` is ``try`` or ``start``."""
    terms = TermsForm(request.POST)
    if not terms.is_valid():
        return _move_page(request, actor, run, terms=terms)
    now = timezone.now()
    try:
        importing.describe_run(run, changes=terms.cleaned_data, by=actor, now=now)
        importing.start_run(run, dry_run=request.POST.get("do") == "try", by=actor, now=now)
    except ImportRefused as refused:
        return _move_page(request, actor, run, problem=str(refused))
    return redirect("capture:import", public_id=run.public_id)


def _move_page(
    request: HttpRequest, actor: Principal, run: ImportRun, *, terms: TermsForm | None = None, problem: str = ""
) -> HttpResponse:
    said = {name: getattr(run, name) for name in ("source", "cost", "consent")}
    context = {
        "run": run,
        "files": moves.glances(run, actor),
        "terms": terms or TermsForm(initial=said),
        "problem": problem or queries.why_failed(run),
    }
    return render(request, "capture/import_move.html", context, status=422 if problem or terms is not None else 200)


def _described(request: HttpRequest, actor: Principal, run: ImportRun) -> HttpResponseBase:
    """``do``: ``read`` the file otherwise, ``show`` with these columns, ``try`` or ``start``."""
    do, now = request.POST.get("do", "show"), timezone.now()
    try:
        draft = queries.draft_of(run, actor)
        if do == "read":
            form = ReadingForm(draft, request.POST)
            if not form.is_valid():
                return _draft_page(request, actor, run, reading=form)
            changes = form.changes(run)
            queries.check_reading(run, changes)
            importing.describe_run(run, changes=changes, by=actor, now=now)
            again = reverse("capture:import", args=[run.public_id])
            return redirect(f"{again}?columns=1" if moves.is_one_of_several(run) else again)
        columns = ColumnsForm(draft, run.consent, request.POST)
        if not columns.is_valid():
            return _draft_page(request, actor, run, columns=columns)
        changes = {"mapping": columns.mapping(), "consent": columns.cleaned_data["consent"]}
        changes["source"] = columns.cleaned_data.get("source", "")
        importing.describe_run(run, changes=changes, by=actor, now=now)
        if moves.is_one_of_several(run):
            return redirect("capture:import", public_id=(run.move or run).public_id)
        if do in ("try", "start"):
            _may_start(queries.draft_of(run, actor))
            importing.start_run(run, dry_run=do == "try", by=actor, now=now)
    except ImportRefused as refused:
        return _draft_page(request, actor, run, problem=str(refused))
    return redirect("capture:import", public_id=run.public_id)


def _may_start(draft: queries.Draft) -> None:
    if draft.needed:
        raise ImportRefused("missing_columns", columns=list(draft.needed), headings=[h.name for h in draft.headings])
    if not draft.taken and draft.whole:
        raise ImportRefused("no_good_row")


def _draft_page(
    request: HttpRequest,
    actor: Principal,
    run: ImportRun,
    *,
    columns: ColumnsForm | None = None,
    reading: ReadingForm | None = None,
    problem: str = "",
) -> HttpResponse:
    try:
        draft = queries.draft_of(run, actor)
    except ImportRefused as refused:
        return _run_page(request, run, problem=str(refused))
    context: dict[str, Any] = {
        "run": run,
        "whole": (run.move or run) if moves.is_one_of_several(run) else None,
        "draft": draft,
        "columns": columns or ColumnsForm(draft, run.consent),
        "reading": reading or ReadingForm(draft),
        "problem": problem or queries.why_failed(run),
    }
    refused_now = problem or columns is not None or reading is not None
    return render(request, "capture/import_draft.html", context, status=422 if refused_now else 200)


def _run_page(request: HttpRequest, run: ImportRun, *, problem: str = "") -> HttpResponse:
    files = moves.files_of(run.move or run)
    is_move = run.move is None and bool(files)
    undone = queries.is_undone(run)
    context = {
        "run": run,
        "files": files,
        "is_move": is_move,
        "counts": moves.counted(files) if is_move else run.counts,
        "at_work": run.state in (RunState.WAITING, RunState.RUNNING),
        "sign": sign_of(run),
        "wish": wish_for(run),
        "problem": problem or queries.why_failed(run),
        "kinds": [] if is_move else explained(run.problems),
        "odd_files": outcomes.odd_ones(files) if is_move else [],
        "became": outcomes.became(run) if not undone else [],
        "is_undone": undone,
        "may_start": run.state == RunState.DONE and run.dry_run and bool(run.stored_as),
        "may_go_on": run.state in (RunState.PAUSED, RunState.FAILED) and bool(run.stored_as),
        "may_pause": not run.dry_run and not is_move,
        "may_cancel": bool(run.stored_as),
        "is_partly_in": bool(run.parts) and run.state != RunState.DONE and not undone,
        "of": run.counts.get("of"),
    }
    return render(request, "capture/import_run.html", context, status=422 if problem else 200)


@require_POST
@allowed("import.run")
def start(request: HttpRequest, actor: Principal, public_id: str) -> HttpResponseBase:
    """In earnest after a dry run, or on with what was paused or failed."""
    run = find(actor, "import.run", ImportRun, public_id=public_id)
    importing.start_run(run, by=actor, now=timezone.now())
    return redirect("capture:import", public_id=run.public_id)


@require_POST
@allowed("import.run")
def pause(request: HttpRequest, actor: Principal, public_id: str) -> HttpResponseBase:
    run = find(actor, "import.run", ImportRun, public_id=public_id)
    importing.pause_run(run, by=actor, now=timezone.now())
    return redirect("capture:import", public_id=run.public_id)


@require_POST
@allowed("import.run")
def cancel(request: HttpRequest, actor: Principal, public_id: str) -> HttpResponseBase:
    run = find(actor, "import.run", ImportRun, public_id=public_id)
    run = importing.cancel_run(run, by=actor, now=timezone.now())
    if run.state != RunState.CANCELLED or run.parts:
        return redirect("capture:import", public_id=run.public_id)
    tell(request, _("The file was let go. Nothing was changed."))
    return redirect("capture:imports")


@require_safe
@allowed("import.run")
def rejected(request: HttpRequest, actor: Principal, public_id: str) -> HttpResponseBase:
    """The rejected rows as they came, with line and reason, to be mended and imported again."""
    run = find(actor, "import.run", ImportRun, public_id=public_id)
    path = queries.imports_folder() / run.rejected_file
    if not run.rejected_file or not path.is_file():
        raise Hidden
    name = slugify(run.file_name.rpartition(".")[0]) or "import"
    return FileResponse(path.open("rb"), as_attachment=True, filename=f"{name}-rejected.csv", content_type="text/csv")
