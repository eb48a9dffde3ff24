"""Settings: the public forms, what came in through each, and building one."""

from datetime import datetime
from typing import Any, Final

from django import forms as django_forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from khoi.capture import services
from khoi.capture.forms.building import BuildForm
from khoi.capture.models import Form
from khoi.capture.queries import forms as queries
from khoi.capture.views.public import preview_of
from khoi.history import queries as versions
from khoi.history import services as history
from khoi.leads.models import Lead
from khoi.team.queries import Hidden, find
from khoi.team.rules import Principal
from khoi.team.views import allowed, shown_version
from khoi.team.views.doing import done

#: For a page of somebody's own. The form says how high it is (``framed.js``); where scripts may not run, 720 px stay.
SNIPPET: Final = (
    '<iframe id="khoi-{slug}" src="{address}?frame=1" title="{name}"'
    ' style="width:100%;height:720px;border:0"></iframe>\n'
    '<script>addEventListener("message",function(e){{var f=document.getElementById("khoi-{slug}");'
    'if(f&&e.source===f.contentWindow&&e.data.khoi>0)f.style.height=e.data.khoi+"px"}})</script>'
)


@require_safe
@allowed("form.view")
def listing(request: HttpRequest, actor: Principal) -> HttpResponse:
    context = {"forms": queries.forms_with_counts(actor), "may_edit": actor.may("form.edit")}
    return render(request, "capture/forms.html", context)


@require_safe
@allowed("form.view")
def show(request: HttpRequest, actor: Principal, slug: str) -> HttpResponse:
    """One form: its address, how to put it on a site, and what came in lately."""
    form = find(actor, "form.view", Form, slug=slug)
    latest = queries.latest_submissions(form)
    seen = Lead.objects.visible_to(actor).filter(pk__in=[one.lead_id for one in latest]).select_related("person")
    leads = {lead.pk: lead for lead in seen}
    address = f"{settings.BASE_URL}{reverse('capture:public_form', args=[form.slug])}"
    context = {
        "form": form,
        "address": address,
        "snippet": SNIPPET.format(address=address, name=escape(form.name), slug=form.slug),
        "submissions": [(one, leads.get(one.lead_id or 0)) for one in latest],
        "may_edit": actor.may("form.edit"),
    }
    return render(request, "capture/form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("form.edit")
def add(request: HttpRequest, actor: Principal) -> HttpResponseBase:
    form = BuildForm(actor, None, request.POST or None)

    def build(now: datetime) -> None:
        services.add_form(**form.values(), is_live=False, by=actor, now=now)

    if done(request, actor, form, "add_form", build, _("The form is built. Publish it when it is right.")):
        return redirect("capture:form_page", slug=form.values()["slug"])
    return _build_page(request, form, title=_("New form"))


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("form.edit")
def edit(request: HttpRequest, actor: Principal, slug: str) -> HttpResponseBase:
    """Changed against the version that was shown, so that two who edit do not undo each other unseen."""
    one = find(actor, "form.edit", Form, slug=slug)
    form = BuildForm(actor, one, request.POST or None)

    def change(now: datetime) -> None:
        changes = form.values()
        history.claim_version(one, version=shown_version(request), changes=_differing(one, changes))
        services.edit_form(one, changes=changes, by=actor, now=now)

    if done(request, actor, form, "edit_form", change, _("The form is changed.")):
        return redirect("capture:form_page", slug=form.values()["slug"])
    return _build_page(request, form, title=one.name, one=one, version=versions.version_of(one))


def _differing(one: Form, changes: dict[str, Any]) -> dict[str, Any]:
    """The fields in which what was sent is not what stands there now. Source and campaign are never in each
    other's way: the later choice holds."""
    plain = ("name", "slug", "touch_kind", "channel", "embed_on", "fields", "texts")
    return {name: changes[name] for name in plain if changes[name] != getattr(one, name)}


def _build_page(request: HttpRequest, form: BuildForm, **more: object) -> HttpResponse:
    return render(request, "capture/build.html", {"form": form, **more}, status=422 if form.is_bound else 200)


@require_safe
@allowed("form.view")
def preview(request: HttpRequest, actor: Principal, slug: str) -> HttpResponseBase:
    """The form as a visitor sees it, before it is on the web. Nothing can be sent from here."""
    return preview_of(request, find(actor, "form.view", Form, slug=slug))


@require_POST
@allowed("form.edit")
def publish(request: HttpRequest, actor: Principal, slug: str) -> HttpResponseBase:
    form = find(actor, "form.edit", Form, slug=slug)
    live = request.POST.get("live") == "1"

    def set_live(now: datetime) -> None:
        services.publish_form(form, live=live, by=actor, now=now)

    said = _("The form is on the web.") if live else _("The form is off the web.")
    done(request, actor, django_forms.Form(request.POST), "publish_form", set_live, said)
    return redirect("capture:form_page", slug=form.slug)


@require_POST
@allowed("form.edit")
def release(request: HttpRequest, actor: Principal, slug: str, submission_id: int) -> HttpResponseBase:
    """What was held as spam becomes the lead it would have been."""
    form = find(actor, "form.edit", Form, slug=slug)
    submission = queries.held_submission(form, submission_id)
    if submission is None:
        raise Hidden

    def let_in(now: datetime) -> None:
        services.release_submission(submission, by=actor, now=now)

    done(request, actor, django_forms.Form(request.POST), "capture_lead", let_in, _("It is a lead now."))
    return redirect("capture:form_page", slug=form.slug)
