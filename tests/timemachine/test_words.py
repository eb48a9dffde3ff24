"""History has a word for every verb, table and field there is."""

import ast
from collections import Counter
from pathlib import Path

import pytest
from django.utils import translation

import khoi
from khoi.history.models import KINDS
from khoi.history.queries import recorded_models
from khoi.timemachine.queries import words
from khoi.timemachine.queries.telling import SILENT

PACKAGE = Path(khoi.__file__).parent


def verbs() -> set[str]:
    """The verb of every act that is opened anywhere: the first text handed to ``act`` or ``done``, or ``verb=``."""
    found: set[str] = set()
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and _name(node.func) in ("act", "done"):
                found |= set(_texts(node.args)[:1])
            if isinstance(node, ast.Call):
                found |= set(_texts([word.value for word in node.keywords if word.arg == "verb"]))
    return found


def _texts(expressions: list[ast.expr]) -> list[str]:
    return [e.value for e in expressions if isinstance(e, ast.Constant) and isinstance(e.value, str)]


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_two_verbs_have_the_same_words(language):
    """They stand under each other in the filter of the history."""
    with translation.override(language):
        said = Counter(str(label) for label in words.VERBS.values())
    assert [label for label, times in said.items() if times > 1] == []


def test_every_verb_has_words():
    assert len(verbs()) > 20
    assert verbs() - words.VERBS.keys() == set()


@pytest.mark.parametrize("model", recorded_models(), ids=lambda model: model.__name__)
def test_every_table_and_field_has_words(model):
    silent = KINDS[model].unrecorded | KINDS[model].secret
    told = {f.name for f in model._meta.concrete_fields if not f.primary_key and f.column not in silent}
    assert model._meta.db_table in words.ROWS
    assert told - SILENT - words.FIELDS.keys() == set()
