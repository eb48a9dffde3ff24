"""Is it well? For machines at ``/healthz``, for administrators on a page; and what a full disk looks like."""

import logging
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Final

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from khoi.design import views as design
from khoi.kit.db.full import is_full
from khoi.operations.queries import health
from khoi.team.rules import Principal
from khoi.team.views import allowed

logger = logging.getLogger("khoi.health")

INSUFFICIENT_STORAGE: Final = 507

#: For programs, in the shape of all problems of the API.
PROBLEM: Final = {
    "type": "urn:khoi:problem:disk_full",
    "title": "Insufficient Storage",
    "status": INSUFFICIENT_STORAGE,
    "code": "disk_full",
    "detail": "Nothing was written. Reading works; try again when there is room.",
}

WARNINGS: Final[dict[str, Promise]] = {
    "history_altered": _("The history was altered. khoi verify names the first bad act; restore a backup from before."),
    "low_disk": _("Less than 1 GB is free on the disk. When it is full, Khơi can be read but not written."),
    "no_backup": _("There is no backup yet: khoi backup FILE"),
    "old_backup": _("The last backup is more than a week old."),
    "job_failing": _("A job fails; it is tried again by itself. Its reason stands below."),
    "mail_held": _("Some mail may or may not have gone out. Look at it and decide."),
}

#: The jobs of ``schedule.py`` in words.
JOBS: Final[dict[str, Promise]] = {
    "capture.jobs.import_waiting": _("Take uploaded tables in"),
    "capture.jobs.forget_imports": _("Clear away old uploads"),
    "duplicates.jobs.scan_waiting": _("Look through everybody for who is there twice"),
    "duplicates.jobs.merge_waiting": _("Merge those who were chosen to be merged"),
    "history.jobs.forget_answers": _("Forget answers kept for repeated requests"),
    "lifecycle.jobs.check_due_leads": _("Look again at leads whose time has come"),
    "operations.jobs.check_computed": _("Compare what is computed with the facts"),
    "operations.jobs.verify_history": _("Prove that the history is whole"),
    "outbox.jobs.forget_sent": _("Clear away mail that was sent"),
    "outbox.jobs.send_due": _("Send mail"),
    "privacy.jobs.sweep_erased": _("Take the last traces of erased people out of the files"),
    "team.jobs.answer_forgotten": _("Write to who forgot their password"),
    "team.jobs.forget_expired": _("Clear away expired log-ins and links"),
}


def health_first(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware before all others: ``/healthz`` asks for no host, no session, no log-in.

    Also the page for a full disk, because ``process_exception`` of the first middleware is asked last.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return healthz(request) if request.path_info == "/healthz" else get_response(request)

    middleware.process_exception = disk_is_full  # type: ignore[attr-defined]
    return middleware


def healthz(request: HttpRequest) -> HttpResponse:
    """200 ``ok`` while the database answers, else 503. Says nothing more to a stranger."""
    try:
        health.answers()
    except DatabaseError:
        logger.exception("the database does not answer")
        return _bare("unavailable", 503)
    return _bare("ok", 200)


def _bare(text: str, status: int) -> HttpResponse:
    response = HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "no-store"
    return response


def disk_is_full(request: HttpRequest, exception: BaseException) -> HttpResponse | None:
    """Reading goes on; what was to be written was rolled back, and this page says so."""
    if not is_full(exception):
        return None
    logger.error("the disk is full: %s", exception)
    if request.path_info.startswith("/api/"):
        return JsonResponse(PROBLEM, status=INSUFFICIENT_STORAGE, content_type="application/problem+json")
    with translation.override(_language(request)):
        return HttpResponse(render_to_string("operations/full.html"), status=INSUFFICIENT_STORAGE)


def _language(request: HttpRequest) -> str:
    """Also when the fault lay outside the middleware that chooses the language."""
    return getattr(request, "LANGUAGE_CODE", None) or translation.get_language_from_request(request)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: a full disk may also show itself outside a view, when a session is kept."""
    fault = sys.exc_info()[1]
    return (disk_is_full(request, fault) if fault else None) or design.server_error(request)


@allowed("health.view")
def installation(request: HttpRequest, actor: Principal) -> HttpResponse:
    now = timezone.now()
    found = health.installation(now=now)
    context = {
        "health": found,
        "warnings": [WARNINGS[code] for code in found.warnings],
        "jobs": [{"label": JOBS.get(run.name, run.name), **asdict(run)} for run in found.jobs],
        "now": now,
    }
    return render(request, "operations/health.html", context)
