"""The gallery of components, and the pages that say what went wrong."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from khoi.design import rules
from khoi.design.forms import SampleForm
from khoi.design.templatetags.design import STAGES

TOKENS: Final = (
    "ground surface raised sunk hover hairline rule control ink ink-2 ink-3 water water-deep water-mid water-pale "
    "water-wash good good-wash warn warn-wash bad bad-wash cold cold-wash"
).split()
ICONS: Final = (
    "activity arrow bell building cal campaign chat check clock columns dots down download drop edit eye file filter "
    "gap gate globe history home info keys link lock logout loop mail merge money more note person phone pipeline play "
    "plus report rows search sliders sprout star stop tag task theme trash undo up upload userplus warn won x"
).split()
#: What a page may load and run: our own files. Numbers such as style="--level:4" are the only inline style.
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self' data:; "
    "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
Answer = Callable[[HttpRequest], HttpResponse]


def content_security_policy(get_response: Answer) -> Answer:
    """Middleware: tells the browser the policy, unless the view set one of its own (a form shown on other sites)."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        return response

    return answer


def tell(request: HttpRequest, text: str, *, act_id: int | None = None) -> None:
    """Says in the corner of the next page what was done; with the id of its act it can be taken back there."""
    try:
        undo = f"undo:{reverse('timemachine:undo', args=[act_id])}" if act_id else ""
    except NoReverseMatch:  # this room alone, without the pages of history
        undo = ""
    messages.success(request, text, extra_tags=undo)


def looked_at(request: HttpRequest) -> dict[str, bool]:
    """Context processor: `apart` when nobody will see the frame of this answer, because the browser fetches ahead or a
    script takes one part of it. Toasts then wait for the next page; shown once, they are gone."""
    purpose = request.headers.get("Sec-Purpose", request.headers.get("Purpose", ""))
    return {"apart": "prefetch" in purpose or request.headers.get("HX-Request") == "true"}


def posted(request: HttpRequest) -> QueryDict | None:
    """What was sent, for a form; None when the page was only asked for."""
    return request.POST if request.method == "POST" else None


@dataclass(frozen=True, slots=True)
class Sample:
    """The person and the company the gallery shows; invented."""

    name: str


def gallery(request: HttpRequest) -> HttpResponse:
    """Every component in every state. `?lang=vi|en` and `?theme=light|dark` choose how it is shown."""
    language = request.GET.get("lang", "")
    if language not in ("vi", "en"):
        language = translation.get_language() or "en"
    with translation.override(language):
        return render(request, "design/gallery.html", _gallery_context(request))


def _gallery_context(request: HttpRequest) -> dict[str, object]:
    bound = SampleForm({"name": "Nguyễn Thị Mai Chi", "phone": "0901 000 12", "seats": "m", "channel": "phone"})
    return {
        "forced_theme": request.GET.get("theme", ""),
        "viewer": Sample("Trần Thu An"),
        "nav": _rail(),
        "palette_url": reverse("design:gallery-palette"),
        "quick_add_url": reverse("design:gallery-dialog"),
        "tokens": TOKENS,
        "icons": ICONS,
        "stages": list(STAGES),
        "steps": _steps(),
        "form": bound,
        "long_name": "Công ty Cổ phần Đầu tư Thương mại và Dịch vụ Thượng Nguồn",
    }


def _rail() -> list[rules.NavItem]:
    here = reverse("design:gallery")
    return [
        rules.NavItem(_("Home"), here, "home", key="h"),
        rules.NavItem(_("Leads"), here, "drop", current=True, count=17, key="l"),
        rules.NavItem(_("People"), here, "person", later=True, key="p"),
        rules.NavItem(_("Accounts"), here, "building", later=True, key="c"),
        rules.NavItem(_("Pipeline"), here, "pipeline", key="o"),
        rules.NavItem(_("Activities"), here, "activity", key="a"),
        rules.NavItem(_("Reports"), here, "report", later=True, key="r"),
        rules.NavItem(_("Settings"), here, "sliders", later=True, key="s"),
    ]


def _steps() -> list[rules.StreamStep]:
    return [
        rules.StreamStep(_("Lead"), 1248, "1,248", "49%", "2.5"),
        rules.StreamStep(_("MQL"), 612, "612", "66%", "0.4"),
        rules.StreamStep(_("SAL"), 404, "404", "42%", "10.6"),
        rules.StreamStep(_("SQL"), 171, "171", "56%", "6"),
        rules.StreamStep(_("Opportunity"), 96, "96", "35%", "31"),
        rules.StreamStep(_("Won"), 34, "34"),
    ]


def gallery_palette(request: HttpRequest) -> HttpResponse:
    """What the palette of the gallery finds: always the same few."""
    people = [
        {"label": "Nguyễn Thị Mai Chi", "detail": "Bao bì Lá Sen", "icon": "drop", "stage": "sal", "url": "#"},
        {"label": "Ng. Mai Chi", "detail": "0901 000 123", "icon": "drop", "stage": "lead", "url": "#"},
    ]
    acts = [{"label": _("Call"), "icon": "phone", "key": "C", "url": "#"}]
    question = request.GET.get("q", "")
    found = [] if question == "?" else [{"label": _("People"), "options": people}, {"label": _("Do"), "options": acts}]
    return render(request, "design/palette_options.html", {"groups": found, "q": question})


def gallery_dialog(request: HttpRequest) -> HttpResponse:
    """A question in a dialog, or on a page of its own."""
    context = {
        "title": _("Add a lead"),
        "text": _("A person and how to reach them are enough; the rest can wait."),
        "action_url": reverse("design:gallery-dialog"),
        "action_label": _("Add"),
        "back_url": reverse("design:gallery"),
        "form": SampleForm(),
    }
    return render(request, "design/confirm_page.html", context)


@csrf_exempt  # keeps nothing and reads nothing of anybody
def gallery_move(request: HttpRequest) -> HttpResponse:
    """The board of the gallery: everything may move, only "won" is refused and "negotiation" asks first."""
    stage = request.POST.get("stage", "")
    if stage == "won":
        return render(request, "design/409.html", status=409)
    if stage == "negotiation":
        return render(request, "design/gallery_gate.html", status=422)
    return HttpResponse("")


def no_page_here(get_response: Answer) -> Answer:
    """Middleware: an address that takes forms alone, opened as a page, such as by loading a refused form anew."""

    def answer(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.status_code != 405 or request.path.startswith("/api/"):
            return response
        page = render(request, "design/405.html", status=405)
        page["Allow"] = response["Allow"]
        return page

    return answer


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler400"""
    return render(request, "design/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler403: says the exception's own words when it has some."""
    return render(request, "design/403.html", {"text": str(exception or "")}, status=403)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW: the page had stood open too long, or cookies are off."""
    words = {
        "title": _("This page has been open too long"),
        "text": _(
            "For your safety the form was not accepted. Go back, load the page again and send it once more; "
            "cookies must be allowed."
        ),
    }
    return render(request, "design/403.html", words, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """handler404: the same answer for what is gone, never was, or belongs to others."""
    return render(request, "design/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """handler500: asks nothing of the database, because that may be what failed."""
    return HttpResponse(render_to_string("design/500.html"), status=500)
