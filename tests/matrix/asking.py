"""Sending one request of the matrix and saying what came of it."""

import json
from functools import cache
from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.test.client import ClientHandler
from django.urls import NoReverseMatch, reverse

from khoi.history.models import model_of
from khoi.history.queries import version_of
from tests.matrix.expectations import Row
from tests.matrix.world import World


def filled(world: World, value: Any) -> Any:
    """``@name`` becomes the sample, wherever it stands."""
    if isinstance(value, dict):
        return {key: filled(world, each) for key, each in value.items()}
    if isinstance(value, list):
        return [filled(world, each) for each in value]
    if isinstance(value, str) and value.startswith("@"):
        return world.value(value[1:])
    return value


def address_of(world: World, row: Row) -> str:
    parts = filled(world, row.parts)
    if not row.name.startswith("/"):
        try:
            return reverse(row.name, kwargs=parts)
        except NoReverseMatch:
            return "/" + row.name
    address = row.name
    for part, value in parts.items():
        address = address.replace("{" + part + "}", str(value))
    return address


def fresh(browser: Client, *, strict: bool = False) -> Client:
    """A browser with the same cookies, so that logging out in one cell logs nobody out in the next.

    ``strict``: it has to prove where a request comes from, like a real one.
    """
    other = Client(raise_request_exception=False)
    other.handler = _handler(strict)
    for name, cookie in browser.cookies.items():
        other.cookies[name] = cookie.value
    return other


@cache
def _handler(strict: bool) -> ClientHandler:
    """One for all browsers: it holds the middleware and nothing of a request."""
    return ClientHandler(enforce_csrf_checks=strict)


def ask_page(world: World, row: Row, method: str, actor: str, **headers: str) -> HttpResponse:
    browser = fresh(world.actors[actor].browser)
    data = filled(world, row.data.get(method, {}))
    response: HttpResponse = getattr(browser, method)(address_of(world, row), data, headers=headers)
    return response


def ask_api(world: World, row: Row, method: str, actor: str, **headers: str) -> HttpResponse:
    """With the actor's token, never with a cookie."""
    asking = world.actors[actor]
    headers |= {"Authorization": f"Bearer {asking.token}"} if asking.token else {}
    if row.if_match and method in ("patch", "put", "delete"):
        headers["If-Match"] = f'"{_present_version(world, row)}"'
    body = json.dumps(filled(world, row.data.get(method, {})), default=str)
    browser = fresh(Client())
    more = {} if method == "get" else {"data": body, "content_type": "application/json"}
    response: HttpResponse = getattr(browser, method)(address_of(world, row), headers=headers, **more)
    return response


def _present_version(world: World, row: Row) -> int:
    """``if_match = "4 user_id"``: the history code of the table and the part of the address that names the row."""
    code, part = row.if_match.split()
    value = filled(world, row.parts)[part]
    field = part if part in ("code", "key") else "pk" if isinstance(value, int) else "public_id"
    return version_of(model_of(int(code))._base_manager.get(**{field: value}))


def outcome(response: HttpResponse) -> str:
    """The status, or ``login`` when the answer is the way to the log-in page."""
    if response.status_code == 302 and response["Location"].startswith("/log-in/"):
        return "login"
    return str(response.status_code)


def refused(came: str) -> bool:
    return came == "login" or int(came) >= 400


def judge(world: World, row: Row, method: str, actor: str, ask: Any) -> list[str]:
    """What is wrong with this cell: another answer than expected, or something written by a refusal or a GET.

    Everything the request wrote is taken back, so that every cell starts from the same world.
    """
    wanted = row.answers[method][actor]
    with transaction.atomic():
        watch = world.watch()
        response = ask(world, row, method, actor)
        came = outcome(response)
        faults = []
        if came != wanted.removesuffix("="):
            faults = [f"{method.upper()} {row.name} as {actor}: {came}, expected {wanted}"]
        still = refused(came) or method == "get" or wanted.endswith("=")
        if still and watch.sees_a_change():
            faults.append(f"{method.upper()} {row.name} as {actor}: {came}, but something was written")
        transaction.set_rollback(True)
    return faults
