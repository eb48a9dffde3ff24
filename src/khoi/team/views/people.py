"""People and teams: who is here, what they may do, inviting, leaving."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from khoi.history import queries as versions
from khoi.history import services as history
from khoi.kit.refusals import Refusal
from khoi.team import services as team
from khoi.team.forms import InvitationForm, MemberForm, TeamForm, member_values, refuse, show_clash
from khoi.team.models import Team, User
from khoi.team.queries import find
from khoi.team.rules import Principal
from khoi.team.views.gate import allowed, shown_version


@require_safe
@allowed("team.view")
def people(request: HttpRequest, actor: Principal) -> HttpResponse:
    members = User.objects.visible_to(actor).select_related("team").order_by("-is_active", "full_name", "pk")
    teams = Team.objects.visible_to(actor).order_by("name")
    context = {
        "members": members,
        "teams": teams,
        "may_edit": actor.may("team.edit"),
        "team_form": TeamForm(),
        "me": actor.id,
    }
    return render(request, "team/people.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("team.edit")
def invite(request: HttpRequest, actor: Principal) -> HttpResponseBase:
    form = InvitationForm(request.POST or None, actor=actor, initial={"language": actor.language})
    if request.method == "POST" and form.is_valid():
        try:
            user = team.invite_user(**form.cleaned_data, by=actor, now=timezone.now())
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("%(name)s gets a mail with a link to come in.") % {"name": user.full_name})
            return redirect("team:people")
    return _form_page(request, form, title=_("Invite somebody"), label=_("Send the invitation"))


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("team.edit")
def member(request: HttpRequest, actor: Principal, public_id: UUID) -> HttpResponseBase:
    """One member's role, team and rights; changed against the version that was shown."""
    user = find(actor, "team.edit", User, public_id=public_id)
    form = MemberForm(request.POST or None, actor=actor, initial=member_values(user))
    if request.method == "POST" and form.is_valid():
        try:
            changes = history.claim_version(user, version=shown_version(request), changes=form.cleaned_data, whole=True)
            team.change_user(user, changes=changes, by=actor, now=timezone.now())
        except Refusal as refusal:
            refuse(form, refusal)
        except history.Stale as stale:
            show_clash(form, stale)
            return _form_page(request, form, 409, title=user.full_name, label=_("Save"), version=stale.version)
        else:
            messages.success(request, _("%(name)s is changed.") % {"name": user.full_name})
            return redirect("team:people")
    return _form_page(
        request, form, title=user.full_name, label=_("Save"), member=user, version=versions.version_of(user)
    )


def _form_page(request: HttpRequest, form: MemberForm, status: int = 0, **more: object) -> HttpResponse:
    status = status or (422 if form.is_bound else 200)
    return render(request, "team/member.html", {"form": form, **more}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("team.edit")
def deactivate(request: HttpRequest, actor: Principal, public_id: UUID) -> HttpResponseBase:
    user = find(actor, "team.edit", User, public_id=public_id)
    if request.method == "POST":
        team.deactivate_user(user, by=actor, now=timezone.now())
        messages.success(request, _("%(name)s is out: log-ins and tokens ended at once.") % {"name": user.full_name})
        return redirect("team:people")
    question = {
        "title": _("Deactivate %(name)s?") % {"name": user.full_name},
        "text": _("Every device is logged out and every token ends, at once. Their records stay; they can come back."),
        "action_label": _("Deactivate"),
        "danger": True,
        "back": "team:people",
    }
    return render(request, "team/question.html", question)


@require_POST
@allowed("team.edit")
def reactivate(request: HttpRequest, actor: Principal, public_id: UUID) -> HttpResponseBase:
    user = find(actor, "team.edit", User, public_id=public_id)
    team.reactivate_user(user, by=actor, now=timezone.now())
    messages.success(request, _("%(name)s may log in again.") % {"name": user.full_name})
    return redirect("team:people")


@require_POST
@allowed("team.edit")
def invite_again(request: HttpRequest, actor: Principal, public_id: UUID) -> HttpResponseBase:
    user = find(actor, "team.edit", User, public_id=public_id)
    team.send_invitation(user, by=actor, now=timezone.now())
    messages.success(request, _("%(name)s gets a new link; the earlier one is void.") % {"name": user.full_name})
    return redirect("team:people")


@require_POST
@allowed("team.edit")
def add_team(request: HttpRequest, actor: Principal) -> HttpResponseBase:
    form = TeamForm(request.POST)
    if form.is_valid():
        try:
            team.add_team(form.cleaned_data["name"], by=actor, now=timezone.now())
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("team:people")
    return _team_page(request, form, title=_("Add a team"))


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("team.edit")
def rename_team(request: HttpRequest, actor: Principal, public_id: UUID) -> HttpResponseBase:
    one = find(actor, "team.edit", Team, public_id=public_id)
    form = TeamForm(request.POST or None, initial={"name": one.name})
    if request.method == "POST" and form.is_valid():
        try:
            team.rename_team(one, name=form.cleaned_data["name"], by=actor, now=timezone.now())
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            return redirect("team:people")
    return _team_page(request, form, title=one.name)


def _team_page(request: HttpRequest, form: TeamForm, *, title: str) -> HttpResponse:
    return render(request, "team/team.html", {"form": form, "title": title}, status=422 if form.is_bound else 200)
