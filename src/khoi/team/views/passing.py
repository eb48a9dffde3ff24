"""Middleware: what every request passes."""

from collections.abc import Callable
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone, translation

from khoi.design import views as design
from khoi.team.models import User
from khoi.team.views.gate import SAFE
from khoi.workspace import queries as workspace

Answer = Callable[[HttpRequest], HttpResponseBase]
LANGUAGES: Final = ("vi", "en")


def known_host_only(get_response: Answer) -> Answer:
    """An address that is not ours is answered 421, before anything builds a link from it."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        try:
            request.get_host()
        except DisallowedHost:
            return HttpResponse("421 Misdirected Request", status=421, content_type="text/plain")
        return get_response(request)

    return middleware


def no_null_characters(get_response: Answer) -> Answer:
    """An address with a null character names nothing, and PostgreSQL would not even be asked for it. The API says so
    itself; forms refuse such a text in their fields."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if has_null_character(request) and not request.path_info.startswith("/api/"):
            return design.bad_request(request)
        return get_response(request)

    return middleware


def has_null_character(request: HttpRequest) -> bool:
    return "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", "")


def from_our_pages_only(get_response: Answer) -> Answer:
    """An unsafe request that the browser says another site began is refused, whatever token it carries.

    Doors that strangers' pages may use (a public form, the API) are exempt from CSRF and from this.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return get_response(request)

    def process_view(request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        foreign = request.headers.get("Sec-Fetch-Site", "") in ("cross-site", "same-site")
        if foreign and request.method not in SAFE and not getattr(view, "csrf_exempt", False):
            return design.csrf_failure(request)
        return None

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware


def speak_the_viewers_language(get_response: Answer) -> Answer:
    """``?lang=``, then the user's choice, then the cookie, then what the browser asks for; days and hours
    in the workspace's zone."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        language = _language_of(request)
        with translation.override(language), timezone.override(_zone()):
            request.LANGUAGE_CODE = language
            response = get_response(request)
            response.headers.setdefault("Content-Language", language)
        return response

    return middleware


def _language_of(request: HttpRequest) -> str:
    asked = request.GET.get("lang", "")
    if asked in LANGUAGES:
        return asked
    user = request.user
    return user.language if isinstance(user, User) else translation.get_language_from_request(request)


def _zone() -> ZoneInfo:
    try:
        return workspace.zone()
    except workspace.NoWorkspace:
        return ZoneInfo("Asia/Ho_Chi_Minh")
