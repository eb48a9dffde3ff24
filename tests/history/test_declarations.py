"""Every table says how it takes part in history, and every text whether it speaks of a person."""

import pytest
from django.apps import apps
from django.db import models

from khoi.history.models import CODES, KINDS, code_of, fact, model_of
from khoi.history.queries import recorded_models
from khoi.people.models import MatchKey, Person

#: Tables of Django and its packages. None holds a fact: sessions end, permissions and content types are rebuilt.
TRANSIENT_OF_OTHERS = {"auth.Permission", "auth.Group", "contenttypes.ContentType", "sessions.Session"}

TEXTS = (models.CharField, models.TextField, models.JSONField)


def ours() -> list[type[models.Model]]:
    return [m for m in apps.get_models(include_auto_created=True) if m.__module__.startswith("khoi.")]


def test_every_table_of_ours_declares_its_kind():
    assert [m.__name__ for m in ours() if m not in KINDS] == []


def test_every_other_table_is_known_and_transient():
    others = {m._meta.label for m in apps.get_models(include_auto_created=True)} - {m._meta.label for m in ours()}
    assert {label for label in others if not label.startswith("auth.Group_")} <= TRANSIENT_OF_OTHERS


def test_no_code_is_used_twice():
    codes = [table.code for table in KINDS.values() if table.code is not None]
    assert len(codes) == len(set(codes)) == len(CODES)


def test_a_code_cannot_be_taken_again():
    with pytest.raises(ValueError, match="belongs to Person"):
        fact(code_of(Person))(MatchKey)
    assert model_of(code_of(Person)) is Person


@pytest.mark.parametrize("model", recorded_models(), ids=lambda model: model.__name__)
def test_every_text_is_declared(model):
    """Personal values can be erased from history, secrets never enter it; nobody decides that by forgetting."""
    table = KINDS[model]
    declared = table.personal | table.plain | table.secret | table.unrecorded
    texts = {f.column for f in model._meta.concrete_fields if isinstance(f, TEXTS) and not f.choices}
    assert texts - declared == set()
    assert table.plain <= texts
    assert table.plain & (table.personal | table.secret | table.unrecorded) == set()


@pytest.mark.parametrize("model", recorded_models(), ids=lambda model: model.__name__)
def test_personal_values_have_a_person_or_a_row_to_be_erased_by(model):
    """Rows that point at a person name them as their subject, so that an erasure finds their old values."""
    table = KINDS[model]
    points = {f.column for f in model._meta.concrete_fields if f.related_model is Person}
    assert not table.personal or not points or table.subject is not None


@pytest.mark.parametrize("model", recorded_models(), ids=lambda model: model.__name__)
def test_every_recorded_row_has_a_number_of_its_own(model):
    assert isinstance(model._meta.pk, models.BigAutoField)
    assert model._meta.pk.column == "id"


@pytest.mark.parametrize("model", recorded_models(), ids=lambda model: model.__name__)
def test_a_date_of_its_own_is_a_moment_of_the_row(model):
    dated = getattr(model, "occurred_field", None)
    assert dated is None or isinstance(model._meta.get_field(dated), models.DateTimeField)
