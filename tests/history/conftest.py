"""History is tested with the rows alone: what settles after an act has its own tests, unless one asks for it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, models, transaction

from khoi.history.models import CODES, KINDS, Act, fact
from khoi.history.queries import recorded_models
from khoi.history.queries.lives import current_rows
from khoi.history.rules.actors import SYSTEM
from khoi.history.services import Undone, undo_act
from tests.cast import NOW
from tests.kept.making import live


@pytest.fixture(scope="module")
def lived(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A workspace in which everything happened once, for all tests of a module."""
    with django_db_blocker.unblock(), transaction.atomic():
        live()
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def unsettled(settings, request) -> None:
    if "settled" not in request.fixturenames:
        settings.KHOI_SETTLE = ""


@pytest.fixture
def settled() -> None:
    """Acts settle as in life."""


def state() -> dict[str, object]:
    """Every recorded row with its recorded values: what an undo has to bring back exactly."""
    found: dict[str, object] = {}
    for model in recorded_models():
        silent = KINDS[model].unrecorded | KINDS[model].secret
        for pk, values in current_rows(model).items():
            found[f"{model.__name__} {pk}"] = {c: v for c, v in values.items() if c not in silent}
    return found


def take_back(act: Act, **more) -> Undone:
    return undo_act(act, by=SYSTEM, now=NOW, **more)


class Sample(models.Model):
    """Every type of column that has ever been trouble."""

    word = models.TextField(default="")
    real = models.FloatField(default=0)
    blob = models.BinaryField(default=b"")
    tree = models.JSONField(default=dict)
    flag = models.BooleanField(default=False)
    day = models.DateField(null=True)
    moment = models.DateTimeField(null=True)
    whole = models.BigIntegerField(null=True)
    number = models.UUIDField(null=True)
    name = models.TextField(default="")
    sum = models.IntegerField(default=0)
    key = models.TextField(default="")
    person = models.BigIntegerField(null=True)

    class Meta:
        app_label = "history_sample"
        db_table = "history_sample"


Declare = Callable[[type[models.Model]], object]


@pytest.fixture
def sample(transactional_db: None) -> Iterator[type[Sample]]:
    """The sample's table, recorded: ``name`` personal, ``sum`` derived, ``key`` secret."""
    declare = fact(900, subject="person", personal=["name"], derived=["sum"], secret=["key"], plain=["word", "tree"])
    declare(Sample)
    with connection.schema_editor() as editor:
        editor.create_model(Sample)
    yield Sample
    if Sample._meta.db_table in connection.introspection.table_names():
        with connection.schema_editor() as editor:
            editor.delete_model(Sample)
    del KINDS[Sample], CODES[900]
