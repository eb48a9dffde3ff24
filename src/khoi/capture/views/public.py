"""The pages a stranger sees: a form, and the thanks for it. They keep no cookie and know nobody."""

import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from khoi.capture import services
from khoi.capture.forms.answering import AnswerForm
from khoi.capture.models import Form
from khoi.capture.queries import forms as queries
from khoi.capture.services.forms import TRAP
from khoi.design.templatetags.formats import hour, short_day
from khoi.kit.hours import add_working_minutes
from khoi.workspace import queries as workspace

SALT: Final = "khoi.capture.form"
#: A page may stand open this long; an older one is shown again, with what was typed.
OPEN_FOR: Final = timedelta(days=7)
#: The thanks name a moment for this long after the form was sent.
PROMISE_SHOWN: Final = timedelta(days=1)
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors "
)


@csrf_exempt  # No cookie speaks for the sender, so there is nothing to forge: origin and signed token are asked instead
@require_http_methods(["GET", "HEAD", "POST"])
def form_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The form itself; sent, it answers everybody with the way to the same thanks."""
    form = queries.live_form(slug)
    if form is None:
        return render(request, "design/404.html", {"csrf_token": ""}, status=404)
    with translation.override(language_of(request, form)):
        if request.method == "POST":
            return _receive(request, form)
        if _is_uninvited(request, form):
            return _refuse_frame(request, form)
        return _show(request, form, AnswerForm(form, _language()), _token(form, _visit_of(request)))


@require_safe
def thanks_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The same for everybody, whoever they are and whatever became of what they sent."""
    form = queries.live_form(slug)
    if form is None:
        return render(request, "design/404.html", {"csrf_token": ""}, status=404)
    with translation.override(language_of(request, form)):
        context = {"form": form, "texts": _texts(form), "promised": _promised(request.GET.get("at", ""))}
        return _framed(render(request, "capture/public_thanks.html", _page(request, form) | context), form)


def preview_of(request: HttpRequest, form: Form) -> HttpResponse:
    """The page of a form, published or not, with a token that opens nothing."""
    with translation.override(language_of(request, form)):
        return _show(request, form, AnswerForm(form, _language()), "preview")


def language_of(request: HttpRequest, form: Form) -> str:
    """The language the page is asked in, if the form was written in it; else the form's own."""
    active = _language()
    return active if active in form.texts else next(iter(form.texts), active)


def _language() -> str:
    return (translation.get_language() or "vi")[:2]


def _receive(request: HttpRequest, form: Form) -> HttpResponse:
    if _is_foreign(request):
        return render(request, "design/403.html", {"csrf_token": ""}, status=403)
    answers, visit = AnswerForm(form, _language(), request.POST), _opened(form, request.POST.get("token", ""))
    if visit is None:
        return _show(request, form, answers, _token(form, _visit_of(request)), notice="stale", status=422)
    if visit.get("c") != (shown := queries.consent_mark(form, _language())):
        unticked = AnswerForm(form, _language(), _without_consents(request.POST))
        return _show(request, form, unticked, _signed(visit | {"c": shown}), notice="reworded", status=422)
    if not answers.is_valid() and not request.POST.get(TRAP):
        return _show(request, form, answers, request.POST["token"], status=422)
    now = datetime.now(UTC)
    services.submit_form(
        form,
        answers.payload(),
        key=_key(visit["k"], answers.payload()),
        language=_language(),
        ip=str(request.META.get("REMOTE_ADDR", "")),
        user_agent=request.headers.get("User-Agent", ""),
        visit=_visit(visit),
        now=now,
    )
    to = reverse("capture:public_thanks", args=[form.slug])
    kept = _kept(request) | {"at": int(now.timestamp() // 60)}
    answer = HttpResponseRedirect(f"{to}?{urlencode(kept)}", status=303)
    return _framed(answer, form)


def _is_uninvited(request: HttpRequest, form: Form) -> bool:
    """In a frame on a site the form does not name. Browsers refuse to show it there anyway, but without a word."""
    site = urlsplit(request.headers.get("Referer", ""))
    in_frame = request.headers.get("Sec-Fetch-Dest") in {"iframe", "frame"}
    return in_frame and bool(site.netloc) and f"{site.scheme}://{site.netloc}" not in form.embed_on


def _refuse_frame(request: HttpRequest, form: Form) -> HttpResponse:
    """Why there is no form here, and where it is. There is nothing on it to send, so any site may show it."""
    response = render(request, "capture/public_uninvited.html", _page(request, form) | {"form": form}, status=403)
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY + "*"
    response.headers["Cache-Control"] = "no-store"
    response.xframe_options_exempt = True
    return response


def _is_foreign(request: HttpRequest) -> bool:
    """Sent by a page of somebody else: they may show our form in a frame, not put one of their own before it."""
    if site := request.headers.get("Sec-Fetch-Site"):
        return site not in {"same-origin", "none"}
    origin = request.headers.get("Origin")
    return bool(origin) and urlsplit(str(origin)).netloc != request.get_host()


def _show(
    request: HttpRequest, form: Form, answers: AnswerForm, token: str, *, notice: str = "", status: int = 200
) -> HttpResponse:
    """``notice``: why it comes back with nothing wrong in it, ``stale`` or ``reworded``."""
    context = {
        "form": form,
        "answers": answers,
        "texts": _texts(form),
        "token": token,
        "notice": notice,
        "action": f"{request.path}?{urlencode(_kept(request))}",
    }
    return _framed(render(request, "capture/public_form.html", _page(request, form) | context, status=status), form)


def _kept(request: HttpRequest) -> dict[str, Any]:
    """What the address says of how the page is shown; it goes along to the thanks."""
    dark = {"theme": "dark"} if request.GET.get("theme") == "dark" else {}
    return {"lang": _language()} | ({"frame": 1} | dark if _in_frame(request) else {})


def _page(request: HttpRequest, form: Form) -> dict[str, Any]:
    """What both pages need. No token of a session: asking for one would set a cookie."""
    other = next((code for code in form.texts if code != _language()), "")
    query = request.GET.copy()
    query["lang"] = other
    return {
        "csrf_token": "",
        "viewer": None,
        "workspace": {"name": workspace.current().name},
        "other_language": other,
        "other_url": f"?{query.urlencode()}",
        "in_frame": _in_frame(request),
        # In a frame the site around it decides, for it may be light whatever the visitor's device is
        "forced_theme": _kept(request).get("theme", "light") if _in_frame(request) else "",
    }


def _texts(form: Form) -> dict[str, Any]:
    """The form's words, with the promise of the workspace put in."""
    words = queries.texts_of(form, _language())
    minutes = str(workspace.current().response_minutes)
    intro = str(words.get("intro", "")).replace("{minutes}", minutes)
    return words | {"intro": intro}


def _in_frame(request: HttpRequest) -> bool:
    return "frame" in request.GET


def _framed(response: HttpResponse, form: Form) -> HttpResponse:
    """Only the sites named with the form may show it in a frame; nothing keeps a copy, for each has its own key."""
    allowed = " ".join(form.embed_on) or "'none'"
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY + allowed
    response.headers["Cache-Control"] = "no-store"
    if form.embed_on:
        response.xframe_options_exempt = True
    return response


def _visit_of(request: HttpRequest) -> dict[str, Any]:
    """Where the visitor stands now, to be signed into the form: no cookie, so it travels with it."""
    utm = {name: value[:200] for name, value in request.GET.items() if name.startswith("utm_")}
    before = request.headers.get("Referer", "")[:500]
    page = before if _in_frame(request) and before else request.build_absolute_uri()[:500]
    return {"p": page, "r": "" if _in_frame(request) else before, "u": dict(list(utm.items())[:10])}


def _without_consents(sent: QueryDict) -> QueryDict:
    """Everything typed, and no box ticked: the tick was beside other words."""
    kept = sent.copy()
    for name in queries.CONSENTS:
        kept.pop(name, None)
    return kept


def _token(form: Form, visit: Mapping[str, Any]) -> str:
    about = {"f": form.pk, "c": queries.consent_mark(form, _language())}
    return _signed({**about, "k": secrets.token_hex(12), "t": datetime.now(UTC).timestamp(), **visit})


def _signed(words: Mapping[str, Any]) -> str:
    return signing.dumps(words, salt=SALT, compress=True)


def _opened(form: Form, token: str) -> dict[str, Any] | None:
    """What the token says; None for one that is not ours, not of this form, or too old."""
    try:
        words: dict[str, Any] = signing.loads(token, salt=SALT, max_age=OPEN_FOR)
    except signing.BadSignature:
        return None
    return words if words.get("f") == form.pk else None


def _visit(words: Mapping[str, Any]) -> services.Visit:
    shown_at = datetime.fromtimestamp(words["t"], UTC)
    return services.Visit(page=words["p"], referrer=words["r"], utm=words["u"], shown_at=shown_at)


def _key(key: str, payload: Mapping[str, Any]) -> str:
    """The same form with the same words is sent once; corrected and sent again it is another enquiry."""
    words = json.dumps(payload, sort_keys=True, ensure_ascii=False)
    return sha256(f"{key}\n{words}".encode()).hexdigest()


def _promised(minute: str) -> str:
    """By when we call, in words; "" when nobody was promised anything just now."""
    now = datetime.now(UTC)
    sent = datetime.fromtimestamp(int(minute) * 60, UTC) if minute.isdecimal() and len(minute) <= 9 else None
    if sent is None or not now - PROMISE_SHOWN < sent <= now:
        return ""
    here = workspace.current()
    by = add_working_minutes(sent, here.response_minutes, workspace.hours(sent)).astimezone(workspace.zone())
    if by.date() == workspace.today(now):
        return _("today before %(time)s") % {"time": hour(by)}
    return _("before %(time)s on %(day)s") % {"time": hour(by), "day": short_day(by)}
