"""The gate before every page: who asks, may they, and was this form sent before."""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any, Concatenate, Final, ParamSpec

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from khoi.history import services as history
from khoi.history.services import Answered, KeyReused, Stale
from khoi.kit.refusals import Refusal
from khoi.team.models import User
from khoi.team.queries import Forbidden, Hidden, principal_of
from khoi.team.rules import Principal
from khoi.team.views.repeating import told_again

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, Principal, P], HttpResponseBase]
Gated = Callable[Concatenate[HttpRequest, P], HttpResponseBase]

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
#: The hidden field of a form that may be sent once only; ``{% once %}`` writes it.
ONCE: Final = "once"
#: What is kept of an answer that must not be stored.
SHOWN_ONCE: Final = 409


def viewer_of(request: HttpRequest) -> Principal | None:
    """The principal at the keyboard, or None before log-in."""
    user = request.user
    return principal_of(user, via="web") if isinstance(user, User) and user.is_active else None


def allowed(action: str, *, whole: bool = True) -> Callable[[Page[P]], Gated[P]]:
    """The page gets the actor as its second argument; strangers are sent to log in, others refused.

    A page that takes one record asks ``team.find(actor, action, Model, ...)`` for it; ``Hidden`` raised
    anywhere inside becomes 404, ``Forbidden`` 403, ``Refusal`` 422 and ``Stale`` 409.

    An unsafe request runs in one transaction, the gateway's question included; an answer at 400 or above
    takes back what was written. A form with ``{% once %}`` is answered once, however often it is sent.
    ``whole=False`` leaves transactions to the page: for one that takes long, or must keep what it wrote.
    """

    def decorate(page: Page[P]) -> Gated[P]:
        @wraps(page)
        def gated(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            actor = viewer_of(request)
            if actor is None:
                return redirect_to_login(request.get_full_path() if request.method in SAFE else "/")

            def answer() -> HttpResponseBase:
                if not actor.may(action):
                    raise Forbidden(action)
                return page(request, actor, *args, **kwargs)

            try:
                if request.method in SAFE or not whole:
                    return _past(request, actor, action, lambda one: page(request, one, *args, **kwargs)) or answer()
                return _written(request, actor, answer)
            except (Hidden, Forbidden, Refusal, Stale, KeyReused) as problem:
                return _gone(request, actor, problem) or _refused(request, problem)

        return gated

    return decorate


def _past(
    request: HttpRequest, actor: Principal, action: str, page: Callable[[Principal], HttpResponseBase]
) -> HttpResponseBase | None:
    """The page as of an earlier day, where it has one; ``KHOI_PAST`` names what makes it, which stands above."""
    if "as_of" not in request.GET or request.method not in SAFE or not settings.KHOI_PAST or not actor.may(action):
        return None
    look: Callable[..., HttpResponseBase | None] = import_string(settings.KHOI_PAST)
    return look(request, actor, page)


def _gone(request: HttpRequest, actor: Principal, problem: Exception) -> HttpResponse | None:
    """A record that was deleted, for whoever may bring it back; ``KHOI_GONE`` names the page, which stands above."""
    if not isinstance(problem, Hidden) or request.method not in SAFE or not settings.KHOI_GONE:
        return None
    page: Callable[[HttpRequest, Principal], HttpResponse | None] = import_string(settings.KHOI_GONE)
    return page(request, actor)


def _refused(request: HttpRequest, problem: Exception) -> HttpResponse:
    status = {Hidden: 404, Forbidden: 403, Stale: 409}.get(type(problem), 422)
    text = str(problem) if isinstance(problem, Refusal) else ""
    return render(request, f"design/{status}.html", {"text": text} if text else {}, status=status)


def _written(request: HttpRequest, actor: Principal, answer: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    key = request.POST.get(ONCE, "")[:200] or None
    responses: list[HttpResponseBase] = []

    def do() -> Answered:
        try:
            responses.append(answer())
        except (Hidden, Forbidden) as problem:
            responses.append(_refused(request, problem))
        return _to_keep(responses[-1])

    answered = history.answer_once(
        do,
        scope=f"{actor.id} web {request.path}"[:200],
        key=key,
        fingerprint=_fingerprint(request),
        now=timezone.now(),
        again=lambda first, today: told_again(actor, first, today),
    )
    if not answered.again:
        return responses[-1]
    if answered.status == SHOWN_ONCE:
        text = _("This was done already; what it answered is shown only once.")
        return render(request, "design/409.html", {"text": text}, status=409)
    return HttpResponse(answered.body, status=answered.status, headers=dict(answered.headers))


def _fingerprint(request: HttpRequest) -> str:
    """Of what was typed and handed over. Not of the CSRF token, whose mask differs from page to page."""
    typed = sorted((name, values) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    files = sorted((name, [(f.name, _digest(f)) for f in given]) for name, given in request.FILES.lists())
    return sha256(repr((request.method, typed, files)).encode()).hexdigest()


def _digest(file: "UploadedFile[Any]") -> str:
    found = sha256()
    for chunk in file.chunks():
        found.update(chunk)
    file.seek(0)
    return found.hexdigest()


def _to_keep(response: HttpResponseBase) -> Answered:
    """Redirects and swapped parts are given again; a form with errors is judged anew (its key is given back). Of a page
    that must not be stored (a new token) only the news is kept that it was shown."""
    if response.status_code >= 400:
        return Answered(response.status_code, kept_as=Answered(0))
    if "no-store" in response.get("Cache-Control", ""):
        return Answered(response.status_code, kept_as=Answered(SHOWN_ONCE))
    headers = {n: response[n] for n in ("Content-Type", "Location", "HX-Trigger") if response.has_header(n)}
    body = response.content.decode() if isinstance(response, HttpResponse) else ""
    return Answered(response.status_code, body, headers)


def shown_version(request: HttpRequest) -> int:
    """The version a form was filled in against, from its hidden field ``version``; 0 when it names none."""
    named = request.POST.get("version", "")
    return int(named) if named.isascii() and named.isdigit() and len(named) < 19 else 0


def next_of(request: HttpRequest, otherwise: str) -> str:
    """Where ``next`` leads, when that is a page of ours; else ``otherwise``."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if not wanted.startswith("/") or not url_has_allowed_host_and_scheme(wanted, allowed_hosts=None):
        return otherwise
    try:
        resolve(wanted.partition("?")[0].partition("#")[0])
    except Resolver404:
        return otherwise
    return wanted
