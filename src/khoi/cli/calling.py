"""``api``: every route of the API from the command line, without a server and without a token."""

import io
import json
import sys
from argparse import Namespace
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from khoi.cli import installation, language
from khoi.cli.answering import DONE, FAILED, MISUSED, REFUSED, Stop, say, show_json, warn
from khoi.cli.language import gettext as _


def call(options: Namespace) -> int:
    """Ends with 0, or 3 when the API refused (4xx); its answer is printed, and the record's version."""
    installation.open_workspace()
    from django.core.handlers.base import BaseHandler
    from django.core.handlers.wsgi import WSGIRequest

    handler = BaseHandler()
    handler.load_middleware()
    response = handler.get_response(WSGIRequest(_environment(options)))
    body = b"".join(response).decode()
    if "json" in response.get("Content-Type", ""):
        show_json(json.loads(body))
    elif body:
        say(body)
    if version := response.get("ETag", "").strip('"'):
        warn(_("Version %s") % version)
    return DONE if response.status_code < 400 else REFUSED if response.status_code < 500 else FAILED


def _environment(options: Namespace) -> dict[str, Any]:
    from khoi.team.api.bearer import INSIDE

    address = urlsplit(options.path)
    body = (sys.stdin.read() if options.body == "-" else options.body or "").encode()
    headers = {"IDEMPOTENCY_KEY": options.key, "IF_MATCH": options.version, "ACCEPT_LANGUAGE": language.chosen()}
    return {
        "REQUEST_METHOD": options.method.upper(),
        "SCRIPT_NAME": "",
        "PATH_INFO": f"/api/{unquote(address.path).removeprefix('/api').lstrip('/')}".encode().decode("latin-1"),
        "QUERY_STRING": quote(address.query, safe="=&%+,"),
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        INSIDE: _actor(options.user),
        **{f"HTTP_{name}": value for name, value in headers.items() if value},
    }


def _actor(email: str | None) -> Any:
    """The owner of the machine, or the user they act for; with the rights of today either way."""
    from khoi.team.models import User
    from khoi.team.queries import principal_of
    from khoi.team.rules import OWNER_OF_THE_MACHINE

    if email is None:
        return OWNER_OF_THE_MACHINE
    user = User.objects.filter(email__iexact=email, is_active=True).first()
    if user is None:
        raise Stop(_("Nobody active has the log-in %s. Nothing was changed.") % email, code=MISUSED)
    return principal_of(user, via="cli")
