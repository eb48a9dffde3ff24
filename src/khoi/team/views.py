"""Middleware and the decorator that stands before every page."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import translation

from khoi.team.models import User
from khoi.team.queries import Forbidden, Hidden, principal_of
from khoi.team.rules import Principal

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, Principal, P], HttpResponseBase]
Answer = Callable[[HttpRequest], HttpResponseBase]


def viewer_of(request: HttpRequest) -> Principal | None:
    """The principal at the keyboard, or None before log-in."""
    user = request.user
    return principal_of(user, via="web") if isinstance(user, User) and user.is_active else None


def allowed(action: str) -> Callable[[Page[P]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]]:
    """The page gets the actor as its second argument; strangers are sent to log in, others refused.

    A page that takes one record asks ``team.find(actor, action, Model, ...)`` for it; ``Hidden`` raised
    anywhere inside becomes 404 and ``Forbidden`` 403.
    """

    def decorate(page: Page[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(page)
        def gated(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            actor = viewer_of(request)
            if actor is None:
                return redirect_to_login(request.get_full_path())
            try:
                if not actor.may(action):
                    raise Forbidden(action)
                return page(request, actor, *args, **kwargs)
            except Hidden:
                return render(request, "design/404.html", status=404)
            except Forbidden:
                return render(request, "design/403.html", status=403)

        return gated

    return decorate


def known_host_only(get_response: Answer) -> Answer:
    """An address that is not ours is answered 421, before anything builds a link from it."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        try:
            request.get_host()
        except DisallowedHost:
            return HttpResponse("421 Misdirected Request", status=421, content_type="text/plain")
        return get_response(request)

    return middleware


def speak_the_viewers_language(get_response: Answer) -> Answer:
    """``?lang=``, then the user's choice, then the cookie, then what the browser asks for."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        asked = request.GET.get("lang", "")
        user = request.user
        chosen = user.language if isinstance(user, User) else translation.get_language_from_request(request)
        language = asked if translation.check_for_language(asked) and asked in ("vi", "en") else chosen
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = get_response(request)
            response.headers.setdefault("Content-Language", language)
        return response

    return middleware
