"""SEC-13: a request says what it may say, in the types it may say it in."""

from functools import cache
from typing import Any

import pytest
from django.apps import apps

from tests.matrix import asking, expectations

API = expectations.rows("api")
WRITES = sorted((name, method) for name, row in API.items() for method in row.data)
#: One of each kind a program may send by mistake or by malice.
WRONG: list[Any] = [
    None,
    True,
    0,
    -1,
    1.5,
    1e308,
    2**63,
    "",
    "x",
    "\0",
    "null",
    "<script>",
    "x" * 200_000,
    [],
    ["x"],
    [[]],
    [None],
    {},
    {"a": 1},
    {"$gt": ""},
]
KINDS: dict[str, Any] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}

pytestmark = [pytest.mark.django_db, pytest.mark.one_engine]


@cache
def schema():
    from khoi.api import api

    return api().get_openapi_schema()


def properties_of(name, method):
    """The fields of a route's body, with their JSON schema."""
    body = schema()["paths"][name][method]["requestBody"]["content"]["application/json"]["schema"]
    return resolved(body)["properties"]


def resolved(one):
    """What a reference leads to, also that of a body which may be left out (``allOf`` and a default)."""
    while "$ref" in one or len(one.get("allOf", [])) == 1:
        one = one["allOf"][0] if "allOf" in one else one
        one = schema()["components"]["schemas"][one["$ref"].rpartition("/")[2]]
    return one


def kinds_of(one):
    """The Python types a field takes."""
    one = resolved(one)
    if several := one.get("anyOf") or one.get("allOf"):
        return {kind for each in several for kind in kinds_of(each)}
    if "type" in one:
        return {one["type"]}
    named = one.get("enum") or ([one["const"]] if "const" in one else [])
    return {type(value).__name__ for value in named} or set(KINDS)


def fits(value, kinds):
    """Whether a value is of a kind the field takes; True is no number here, nor 1 a truth."""
    names = {"str": "string", "int": "integer"}
    return any(
        isinstance(value, KINDS[names.get(kind, kind)]) and (isinstance(value, bool) == (kind == "boolean"))
        for kind in kinds
    )


def model_fields():
    return sorted({field.name for model in apps.get_models() for field in model._meta.concrete_fields})


def ask(world, name, method, body):
    row = API[name]
    sent = expectations.Row(row.name, row.answers, row.parts, {method: body}, row.if_match)
    return asking.ask_api(world, sent, method, "admin")


@pytest.mark.parametrize(("name", "method"), WRITES)
def test_sec_13_no_field_slips_in(world, name, method):
    watch, body, known = world.watch(), API[name].data[method], properties_of(name, method)
    strange = [field for field in model_fields() if field not in known]
    came = ask(world, name, method, {**body, **dict.fromkeys(strange, "x")})

    assert came.status_code == 422
    assert not set(strange) - refused_as(came, "extra_forbidden")
    assert not watch.sees_a_change()


def refused_as(came, code):
    """The fields a problem names with that code; what it does not name was let in or passed over."""
    return {error["field"].rpartition(".")[2] for error in came.json()["errors"] if error["code"] == code}


@pytest.mark.parametrize(("name", "method"), WRITES)
def test_sec_13_wrong_types_are_refused(world, name, method):
    watch, body = world.watch(), API[name].data[method]
    kinds = {field: kinds_of(declared) for field, declared in properties_of(name, method).items()}
    faults = []
    for wrong in WRONG:
        fields = [field for field in kinds if not fits(wrong, kinds[field])]
        passed = set(fields) - refused_together(world, name, method, body, dict.fromkeys(fields, wrong))
        alone = {field: ask(world, name, method, {**body, field: wrong}).status_code for field in sorted(passed)}
        faults += [f"{field}={wrong!r:.40}: {status}" for field, status in alone.items() if status != 422]

    assert not faults
    assert not watch.sees_a_change()


def refused_together(world, name, method, body, wrong):
    """The fields a refusal of them all names; what it does not name is to be asked alone."""
    came = ask(world, name, method, body | wrong) if wrong else None
    errors = came.json()["errors"] if came is not None and came.status_code == 422 else []
    return {part for error in errors for part in error["field"].split(".")}


@pytest.mark.parametrize("text", ["", "{", "null", "[]", '"x"', "NaN", "{" * 100_000, '{"name": "\\ud800"}', "\0"])
def test_sec_13_a_body_that_is_none_is_refused(world, text):
    watch = world.watch()
    token = {"Authorization": f"Bearer {world.actors['admin'].token}"}
    browser = asking.fresh(world.actors["anonymous"].browser)
    came = browser.post("/api/teams", text, content_type="application/json", headers=token)

    assert came.status_code in (400, 422)
    assert came["Content-Type"] == "application/problem+json"
    assert not watch.sees_a_change()
