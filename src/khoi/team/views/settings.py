"""The index of settings, the workspace, everybody's tokens, and the mail that waits for a decision.

The rooms of the workspace and of the outbox stand below the gate, so their pages stand here.
"""

from datetime import time
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from khoi.history import queries as versions
from khoi.history import services as history
from khoi.kit.refusals import Refusal
from khoi.outbox import queries as waiting
from khoi.outbox import services as outbox
from khoi.team.forms import WorkspaceForm, refuse, show_clash
from khoi.team.models import Token
from khoi.team.queries import mail_to_decide, settings_pages, the_workspace
from khoi.team.rules import Principal
from khoi.team.views.gate import allowed, shown_version
from khoi.workspace import services as workspace
from khoi.workspace.models import Workspace


@require_safe
@allowed("settings.view")
def index(request: HttpRequest, actor: Principal) -> HttpResponse:
    return render(request, "team/settings.html", {"pages": settings_pages(actor)})


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("settings.edit")
def workspace_page(request: HttpRequest, actor: Principal) -> HttpResponseBase:
    one = the_workspace(actor, "settings.edit")
    form = WorkspaceForm(request.POST or None, initial=_shown(one))
    if request.method == "POST" and form.is_valid():
        try:
            changes = history.claim_version(one, version=shown_version(request), changes=form.changes(), whole=True)
            workspace.edit_workspace(one, changes=changes, by=actor, now=timezone.now())
        except Refusal as refusal:
            refuse(form, refusal)
        except history.Stale as stale:
            show_clash(form, stale)
            return render(request, "team/workspace.html", {"form": form, "version": stale.version}, status=409)
        else:
            messages.success(request, _("The workspace is changed."))
            return redirect("team:workspace")
    context = {"form": form, "version": versions.version_of(one)}
    return render(request, "team/workspace.html", context, status=422 if form.is_bound else 200)


def _shown(one: Workspace) -> dict[str, Any]:
    hours = {name: time.fromisoformat(getattr(one, name)) for name in ("work_starts", "work_ends")}
    names = ("name", "language", "time_zone", "currency", "work_days", "response_minutes")
    return {**{name: getattr(one, name) for name in names}, **hours}


@require_safe
@allowed("settings.edit")
def tokens(request: HttpRequest, actor: Principal) -> HttpResponse:
    """Everybody's tokens, those that still open something first."""
    found = Token.objects.visible_to(actor).select_related("user").order_by("revoked_at", "user__full_name", "pk")
    return render(request, "team/tokens.html", {"tokens": found})


@require_safe
@allowed("mail.view")
def mail(request: HttpRequest, actor: Principal) -> HttpResponse:
    context = {
        "tally": waiting.tally(),
        "to_decide": waiting.to_decide(),
        "latest": waiting.latest(),
        "server_is_set": bool(settings.SMTP_URL),
    }
    return render(request, "team/mail.html", context)


@require_POST
@allowed("mail.edit")
def release_mail(request: HttpRequest, actor: Principal, public_id: UUID) -> HttpResponseBase:
    one = mail_to_decide(actor, "mail.edit", public_id)
    outbox.release_mail(one, by=actor, now=timezone.now())
    messages.success(request, _("The mail to %(to)s goes out again.") % {"to": one.to})
    return redirect("team:mail")


@require_POST
@allowed("mail.edit")
def drop_mail(request: HttpRequest, actor: Principal, public_id: UUID) -> HttpResponseBase:
    one = mail_to_decide(actor, "mail.edit", public_id)
    outbox.drop_mail(one, by=actor, now=timezone.now())
    messages.success(request, _("The mail to %(to)s is not sent.") % {"to": one.to})
    return redirect("team:mail")
