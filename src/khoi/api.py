"""The HTTP API: every room's ``router`` under ``/api/``, strict requests, and problems in one shape.

Unsafe requests run in one transaction with the gateway's question inside it, and are answered once per
``Idempotency-Key``. Whatever ends at 400 or above has written nothing.
"""

import logging
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, RawPostDataException
from django.urls import URLPattern, URLResolver, path
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError
from ninja.openapi.schema import OpenAPISchema

from khoi import __version__
from khoi.history import services as history
from khoi.history.services import Answered, KeyReused, Stale
from khoi.kit.db.full import is_full
from khoi.kit.refusals import Refusal
from khoi.team.api import BearerAuth, Problem, problem
from khoi.team.api.bearer import bearer_of
from khoi.team.api.wording import sentence_for
from khoi.team.queries import Forbidden, Hidden
from khoi.team.views import has_null_character, told_again

logger = logging.getLogger("khoi.api")

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
LONGEST_KEY: Final = 200
View = Callable[..., HttpResponseBase]


class Api(NinjaAPI):
    """Every route answers once, unknown routes answer with a problem, and OpenAPI tells of both."""

    def _get_urls(self) -> list[URLResolver | URLPattern]:
        patterns = super()._get_urls()
        for pattern in patterns:
            if isinstance(pattern, URLPattern):
                pattern.callback = _answered_once(pattern.callback)
        return [*patterns, path("<path:anything>", _answered_once(_no_such_route), name="no_such_route")]

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        schema = super().get_openapi_schema(**options)
        for operations in schema["paths"].values():
            for method, operation in operations.items():
                _tell_of_problems(method, operation)
        schema["components"].setdefault("schemas", {})["Problem"] = PROBLEM_SCHEMA
        return schema


PROBLEM_SCHEMA: Final = {
    "title": "Problem",
    "type": "object",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable, for programs"},
        "detail": {"type": "string", "description": "For people"},
        "errors": {"type": "array", "items": {"type": "object"}, "description": "422: one per field"},
        "conflicts": {"type": "object", "description": "409: field → mine, theirs, base"},
        "version": {"type": "integer", "description": "409: the present version, for If-Match"},
    },
}


def _tell_of_problems(method: str, operation: dict[str, Any]) -> None:
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    operation["responses"]["default"] = {"description": "Problem", "content": {"application/problem+json": schema}}
    if method in ("post", "patch", "put", "delete"):
        header = {"name": "Idempotency-Key", "in": "header", "required": False, "schema": {"type": "string"}}
        operation.setdefault("parameters", []).append(header)
    if method == "patch" or (method == "delete" and 200 in operation["responses"]):
        header = {"name": "If-Match", "in": "header", "required": True, "schema": {"type": "string"}}
        operation["parameters"].append(header)


def _no_such_route(request: HttpRequest, anything: str) -> HttpResponse:
    return problem(404, "not_found")


# --- once


def _answered_once(view: View) -> View:
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if has_null_character(request):
            return problem(400, "bad_address", _("An address holds no null character."))
        if request.method in SAFE:
            return _headed(view, request, *args, **kwargs)
        try:
            return _write(request, lambda: _shaped(view, request, *args, **kwargs))
        except RequestDataTooBig:
            return problem(413, "too_large", _("At most %s bytes.") % settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        except KeyReused:
            return problem(422, "key_reused", _("This Idempotency-Key was used for another request."))

    answered.csrf_exempt = True  # type: ignore[attr-defined]
    return answered


def _headed(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    """HEAD is answered as GET; the server leaves the body out."""
    asked = request.method
    request.method = "GET" if asked == "HEAD" else asked
    try:
        return _shaped(view, request, *args, **kwargs)
    finally:
        request.method = asked


def _write(request: HttpRequest, ask: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """One transaction around gateway and service; when the key was answered before, told again as far as rights go."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not (0 < len(key) <= LONGEST_KEY and key.isprintable()):
        return problem(400, "bad_key", _("An Idempotency-Key has 1 to %s printable signs.") % LONGEST_KEY)
    actor = bearer_of(request) if key is not None else None
    responses: list[HttpResponseBase] = []

    def do() -> Answered:
        responses.append(ask())
        return _to_keep(responses[-1])

    answered = history.answer_once(
        do,
        scope=f"{actor.id} {request.method} {request.path}"[:200] if actor else "",
        key=key if actor else None,
        fingerprint=_fingerprint(request),
        now=timezone.now(),
        again=lambda first, today: told_again(actor, first, today) if actor else first,
    )
    return _replayed(answered) if answered.again else responses[-1]


def _fingerprint(request: HttpRequest) -> str:
    asked = f"{request.method} {request.get_full_path()} {request.headers.get('If-Match', '')}\n"
    if request.content_type == "multipart/form-data":
        return sha256(asked.encode() + _parts_sent(request)).hexdigest()
    return sha256(asked.encode() + request.body).hexdigest()


def _parts_sent(request: HttpRequest) -> bytes:
    """The fields and a digest of each file: files are on disk by now, and may be larger than memory should hold."""
    found = sha256(repr(sorted(request.POST.lists())).encode())
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            found.update(repr((name, file.name, file.size)).encode())
            for piece in file.chunks():
                found.update(piece)
            file.seek(0)
    return found.digest()


def _to_keep(response: HttpResponseBase) -> Answered:
    """An answer that must not be stored (a new token) is kept as the news that it was given."""
    body = response.content.decode() if isinstance(response, HttpResponse) else ""
    headers = {name: response[name] for name in ("Content-Type", "ETag") if response.has_header(name)}
    if "no-store" in response.get("Cache-Control", ""):
        gone = problem(409, "shown_once", _("This was done already; its answer is shown only once."))
        return Answered(response.status_code, kept_as=_to_keep(gone))
    return Answered(response.status_code, body, headers)


def _replayed(answered: Answered) -> HttpResponse:
    response = HttpResponse(answered.body, status=answered.status, headers=dict(answered.headers))
    response["Idempotent-Replayed"] = "true"
    return response


def _shaped(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    """What the framework answers by itself in the shape of all other problems."""
    try:
        response = view(request, *args, **kwargs)
    except Http404:
        return problem(404, "not_found")
    return problem(405, "method_not_allowed") if response.status_code == 405 else response


# --- problems


def make_api() -> Api:
    api = Api(
        title="Khơi",
        version=__version__,
        auth=BearerAuth(),
        docs_url=None,
        openapi_url="/openapi.json",
        urls_namespace="api",
    )
    for kind, handler in HANDLERS.items():
        api.add_exception_handler(kind, handler)
    for room in settings.ROOMS:
        if find_spec(f"khoi.{room}.api") is not None:
            api.add_router("", import_module(f"khoi.{room}.api").router)
    return api


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    errors = [{"field": refusal.field, "code": refusal.code, "message": str(refusal)}]
    return problem(422, refusal.code, str(refusal), errors=errors)


def _invalid(request: HttpRequest, invalid: ValidationError) -> HttpResponse:
    errors = [
        {
            "field": ".".join(str(part) for part in error["loc"][2:] or error["loc"]),
            "code": error["type"],
            "message": sentence_for(error),
        }
        for error in invalid.errors
    ]
    return problem(422, "invalid", _("The request does not fit."), errors=errors)


def _stale(request: HttpRequest, stale: Stale) -> HttpResponse:
    conflicts = {
        name: {"mine": clash.mine, "theirs": clash.theirs, "base": clash.base} for name, clash in stale.clashing.items()
    }
    words = _("Somebody changed the same meanwhile; nothing was written.")
    return problem(409, "changed_meanwhile", words, conflicts=conflicts, version=stale.version)


def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    code = "bad_json" if error.status_code == 400 else "http_error"
    return problem(error.status_code, code, str(error))


def _broken(request: HttpRequest, error: Exception) -> HttpResponse:
    logger.error("%s %s failed", request.method, request.path, exc_info=error)
    if is_full(error):
        return problem(507, "disk_full", _("Nothing was written. Reading works; try again when there is room."))
    return problem(500, "broken", _("This is our fault; nothing was written."))


def _unknown(request: HttpRequest, error: Exception) -> HttpResponse:
    response = problem(401, "not_authenticated", _("Send a valid token: Authorization: Bearer khoi_…"))
    response["WWW-Authenticate"] = "Bearer"
    return response


HANDLERS: Final[dict[type[Exception], Callable[[HttpRequest, Any], HttpResponse]]] = {
    Exception: _broken,
    AuthenticationError: _unknown,
    HttpError: _http_error,
    ValidationError: _invalid,
    Refusal: _refused,
    Stale: _stale,
    RawPostDataException: lambda request, form: problem(415, "not_json", _("Send JSON here, not a form.")),
    Problem: lambda request, p: problem(p.status, p.code, p.detail, **p.more),
    Hidden: lambda request, hidden: problem(404, "not_found"),
    Http404: lambda request, missing: problem(404, "not_found"),
    Forbidden: lambda request, refused: problem(403, "forbidden", action=refused.action),
}


@cache
def api() -> Api:
    """Made once, when the addresses are first asked for."""
    return make_api()
