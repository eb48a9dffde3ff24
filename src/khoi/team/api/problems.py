"""Errors as RFC 9457 has them: ``application/problem+json``, each with a stable ``code``."""

import json
from http import HTTPStatus
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse


class Problem(Exception):
    """Ends a request with a problem. ``code`` is for programs, ``detail`` for people, ``more`` goes along."""

    def __init__(self, status: int, code: str, detail: str = "", **more: Any) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.more = more


def problem(status: int, code: str, detail: str = "", **more: Any) -> HttpResponse:
    """The answer of a problem: ``type``, ``title``, ``status``, ``code``, and ``detail`` when there is one."""
    said = {"type": f"urn:khoi:problem:{code}", "title": HTTPStatus(status).phrase, "status": status, "code": code}
    if detail:
        said["detail"] = detail
    body = json.dumps(said | more, cls=DjangoJSONEncoder, ensure_ascii=False)
    return HttpResponse(body, status=status, content_type="application/problem+json")
