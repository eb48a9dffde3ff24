"""SEC-03: addresses carry ids that nobody can guess."""

import re
from uuid import UUID

import pytest
from django.apps import apps
from django.urls import URLPattern, get_resolver

from khoi.history.models import KINDS
from tests.matrix import routes

#: Acts are numbered: the number is the version of what an editor saw, and who may not see an act gets 404. Rows of
#: the configuration, and what waits in it, open only to roles that see all of them: a guess finds nothing new.
NUMBERED = re.compile(r"^(act|version|position|stage|rule|share|form|submission)(_id)?$")
#: Names that people chose: a source's code, another system and its own number, a field and what it is a field of.
NAMED = {"code", "pipeline_code", "system", "external_id", "object", "key"}


def patterns(resolver, address=""):
    for pattern in resolver.url_patterns:
        here = address + str(pattern.pattern)
        yield from [here] if isinstance(pattern, URLPattern) else patterns(pattern, here)


def test_sec_03_no_address_counts_records():
    counted = [
        f"{address}: {name}"
        for address in patterns(get_resolver())
        for name in re.findall(r"<int:(\w+)>", address)
        if not NUMBERED.search(name)
    ]
    assert not counted


def test_sec_03_every_part_of_an_api_address_is_typed():
    names = [name for route in routes.api_routes() for name in re.findall(r"{(\w+)}", route.name)]

    assert names
    assert [name for name in names if not (name.endswith("_id") or name in NAMED or NUMBERED.search(name))] == []


@pytest.mark.parametrize("model", [m for m in apps.get_models() if m in KINDS], ids=lambda m: m._meta.label)
def test_sec_03_public_ids_are_random(model):
    named = [field for field in model._meta.concrete_fields if field.name == "public_id"]
    for field in named:
        first, second = field.get_default(), field.get_default()
        assert isinstance(first, UUID)
        assert (first.version, first != second) == (4, True)
        assert any(c.fields == ("public_id",) for c in model._meta.constraints if hasattr(c, "fields"))
