"""Log in, log out, forgotten, and the page behind a one-time link."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render, resolve_url
from django.urls import NoReverseMatch
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from khoi.kit.refusals import Refusal
from khoi.team import services as team
from khoi.team.forms import ForgottenForm, LogInForm, NewPasswordForm, refuse
from khoi.team.models import Ticket
from khoi.team.queries import live_ticket
from khoi.team.views.gate import next_of, viewer_of
from khoi.workspace import queries as workspace

LANGUAGES = ("vi", "en")


def first_page() -> str:
    """Where somebody stands after logging in."""
    try:
        return resolve_url(settings.LOGIN_REDIRECT_URL)
    except NoReverseMatch:
        return "/"


def sender_of(request: HttpRequest) -> str:
    """The address the request came from, as the server in front of us says."""
    return str(request.META.get("REMOTE_ADDR", ""))


@sensitive_post_parameters("password")
@never_cache
def log_in(request: HttpRequest) -> HttpResponseBase:
    if viewer_of(request) is not None:
        return redirect(next_of(request, first_page()))
    form = LogInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = team.log_in(**form.cleaned_data, ip=sender_of(request), now=timezone.now())
        except team.TooMany as limit:
            return _too_many(request, form, limit)
        if user is not None:
            login(request, user)
            _keep_their_language(request)
            return redirect(next_of(request, first_page()))
        form.add_error(None, _("Email and password do not go together. Nobody is logged in."))
    return _entrance(request, "log_in", form, next=next_of(request, ""), is_demo=workspace.is_demo())


def _keep_their_language(request: HttpRequest) -> None:
    """In a demo company nobody is at home: whoever tries it goes on in the language they came in."""
    actor, language = viewer_of(request), (get_language() or "")[:2]
    if actor is not None and actor.language != language and language in LANGUAGES and workspace.is_demo():
        team.choose_language(actor, language=language, now=timezone.now())


def _too_many(request: HttpRequest, form: LogInForm, limit: team.TooMany) -> HttpResponse:
    minutes = max(1, round(limit.seconds / 60))
    words = ngettext(
        "Those were many tries. Wait %(count)s minute, then try again.",
        "Those were many tries. Wait %(count)s minutes, then try again.",
        minutes,
    )
    form.add_error(None, words % {"count": minutes})
    response = _entrance(request, "log_in", form, next=next_of(request, ""), status=429)
    response.headers["Retry-After"] = str(limit.seconds)
    return response


@require_POST
def log_out(request: HttpRequest) -> HttpResponseBase:
    logout(request)
    return redirect("team:log_in")


@never_cache
def forgotten(request: HttpRequest) -> HttpResponse:
    """Says the same whoever asks; a job writes afterwards to those we know."""
    form = ForgottenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        team.ask_for_reset(email=form.cleaned_data["email"], ip=sender_of(request), now=timezone.now())
        return render(request, "team/forgotten_sent.html")
    return _entrance(request, "forgotten", form)


@sensitive_post_parameters("password")
@never_cache
def welcome(request: HttpRequest, secret: str) -> HttpResponseBase:
    """Choose a password, by an invitation or after a reset. Looking at the page uses nothing up."""
    now = timezone.now()
    ticket = live_ticket(secret, now=now)
    if ticket is None:
        return render(request, "team/link_is_void.html", status=410)
    form = NewPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = team.use_ticket(secret, password=form.cleaned_data["password"], now=now)
        except Refusal as refusal:
            if refusal.code == "link_is_void":
                return render(request, "team/link_is_void.html", status=410)
            refuse(form, refusal)
        else:
            login(request, user)
            messages.success(request, _("Your password is set."))
            return redirect(first_page())
    return _entrance(request, "welcome", form, member=ticket.user, invited=ticket.kind == Ticket.INVITATION)


@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """The other language: for whoever is logged in as their choice, for others in a cookie."""
    language = request.POST.get("language", "")
    response = redirect(next_of(request, "/"))
    if language not in LANGUAGES:
        return response
    actor = viewer_of(request)
    if actor is not None and actor.language != language:
        team.choose_language(actor, language=language, now=timezone.now())
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 86_400,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _entrance(
    request: HttpRequest, name: str, form: ForgottenForm | LogInForm | NewPasswordForm, status: int = 0, **more: object
) -> HttpResponse:
    status = status or (422 if form.is_bound else 200)
    return render(request, f"team/{name}.html", {"form": form, **more}, status=status)
