"""My own profile, password and tokens."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from khoi.kit.refusals import Refusal
from khoi.team import services as team
from khoi.team.forms import ChangePasswordForm, ProfileForm, TokenForm, refuse
from khoi.team.models import Token, User
from khoi.team.queries import find
from khoi.team.rules import Principal
from khoi.team.views.gate import allowed


def _me(actor: Principal, action: str) -> User:
    return find(actor, action, User, pk=actor.id)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("profile.edit")
def profile(request: HttpRequest, actor: Principal) -> HttpResponseBase:
    """Name, language, colours."""
    user = _me(actor, "profile.edit")
    initial = {"full_name": user.full_name, "language": user.language, "theme": user.theme}
    form = ProfileForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            team.change_user(user, changes=form.cleaned_data, by=actor, now=timezone.now())
        except Refusal as refusal:
            refuse(form, refusal)
        else:
            messages.success(request, _("Your profile is changed."))
            return redirect("team:profile")
    return _profile(request, user, form, ChangePasswordForm())


@sensitive_post_parameters("present", "password")
@require_POST
@allowed("profile.edit", whole=False)
def change_password(request: HttpRequest, actor: Principal) -> HttpResponseBase:
    """Not one whole transaction: a wrong try must stay counted."""
    user = _me(actor, "profile.edit")
    form = ChangePasswordForm(request.POST)
    if form.is_valid():
        try:
            user = team.change_password(user, **form.cleaned_data, by=actor, now=timezone.now())
        except Refusal as refusal:
            refuse(form, refusal)
        except team.TooMany:
            form.add_error(None, _("Those were many tries. Wait a quarter of an hour, then try again."))
        else:
            login(request, user)
            messages.success(request, _("Your password is changed. All other devices are logged out."))
            return redirect("team:profile")
    initial = {"full_name": user.full_name, "language": user.language, "theme": user.theme}
    return _profile(request, user, ProfileForm(initial=initial), form)


def _profile(request: HttpRequest, user: User, form: ProfileForm, password_form: ChangePasswordForm) -> HttpResponse:
    status = 422 if form.is_bound or password_form.is_bound else 200
    context = {"member": user, "form": form, "password_form": password_form}
    return render(request, "team/profile.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("token.edit")
@never_cache
def my_tokens(request: HttpRequest, actor: Principal) -> HttpResponseBase:
    """The list, and a new one; its plain text stands on this one answer and nowhere else."""
    form = TokenForm(request.POST or None)
    shown: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        user = _me(actor, "token.edit")
        name, scopes = form.cleaned_data["name"], form.scopes()
        token, plain = team.issue_token(user, name=name, scopes=scopes, by=actor, now=timezone.now())
        shown, form = {"issued": token, "plain": plain}, TokenForm()
    tokens = Token.objects.visible_to(actor).filter(user=actor.id).order_by("revoked_at", "-created_at")
    status = 422 if form.is_bound else 200
    return render(request, "team/my_tokens.html", {"form": form, "tokens": tokens, **shown}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("token.edit")
def revoke_token(request: HttpRequest, actor: Principal, public_id: UUID) -> HttpResponseBase:
    token = find(actor, "token.edit", Token, public_id=public_id)
    back = "team:my_tokens" if token.user_id == actor.id else "team:tokens"
    if request.method == "POST":
        team.revoke_token(token, by=actor, now=timezone.now())
        messages.success(request, _("“%(name)s” is revoked. It opens nothing any more.") % {"name": token.name})
        return redirect(back)
    question = {
        "title": _("Revoke “%(name)s”?") % {"name": token.name},
        "text": _("Programs that use it are refused from now on. It cannot be brought back; issue a new one instead."),
        "action_label": _("Revoke"),
        "danger": True,
        "back": back,
    }
    return render(request, "team/question.html", question)
