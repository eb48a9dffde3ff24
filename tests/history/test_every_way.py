"""Every table and every way a row can be written: inside an act it is recorded, outside it is refused."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, connection, models, transaction

from khoi.capture.models import RecordReference
from khoi.history.models import KINDS, Act, Change, code_of
from khoi.history.queries import recorded_models
from khoi.history.queries.images import columns_of, image
from khoi.history.rules.actors import SYSTEM
from khoi.history.rules.tables import DECISION, DERIVED, FACT
from khoi.people import services as people
from khoi.people.models import Person
from khoi.team import services as team
from khoi.team.models import User
from tests.cast import NOW, acting

Model = type[models.Model]
Write = Callable[[Model, models.Model], object]

RECORDED = recorded_models()
FACTS = [model for model in RECORDED if KINDS[model].kind == FACT]
DECISIONS = [model for model in RECORDED if KINDS[model].kind == DECISION]
COMPUTED = [model for model, table in KINDS.items() if table.kind == DERIVED]
#: Facts that hold nothing but what they point at: they come and go.
MERE_LINKS = {"Attachment"}
#: Columns that say which of the others are filled.
DECIDING = {"object"}
#: Computed rows that come and go with others; none stands at the end.
PASSING = {"PossibleDuplicate"}

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def every_table(lived, django_db_blocker):
    """And rows of the tables that had none."""
    with django_db_blocker.unblock(), transaction.atomic():
        somebody = Person.objects.earliest("id")
        people.record_consent(
            somebody,
            purpose="marketing",
            given=True,
            confirmed=True,
            address="a@example.vn",
            wording="Vâng",
            wording_version=1,
            language="vi",
            basis="form",
            by=SYSTEM,
            now=NOW,
        )
        team.issue_token(User.objects.earliest("id"), name="Xuất", scopes=["read"], by=SYSTEM, now=NOW)
        with acting():
            people.suppress([("email", "gone@example.vn")], now=NOW)
            RecordReference.objects.create(object="person", person=somebody, system="old", external_id="7")
        yield
        transaction.set_rollback(True)


@pytest.fixture
def row(every_table, request):
    """The last row of the table; whatever the test does to it is taken back."""
    with transaction.atomic():
        yield request.param._base_manager.latest("pk")
        transaction.set_rollback(True)


each_fact = pytest.mark.parametrize("row", FACTS, indirect=True, ids=lambda model: model.__name__)
each_recorded = pytest.mark.parametrize("row", RECORDED, indirect=True, ids=lambda model: model.__name__)


# --- the ways


def free_field(model: Model) -> "models.Field[Any, Any] | None":
    """A recorded column that may hold another value without more ado."""
    silent = KINDS[model].unrecorded | KINDS[model].secret
    fields = [f for c, f in columns_of(model).items() if c not in silent and not f.is_relation and not f.choices]
    kinds = (models.DateTimeField, models.DateField, models.IntegerField, models.CharField, models.TextField)
    free = [f for kind in kinds for f in fields if isinstance(f, kind) and not f.unique and f.name not in DECIDING]
    return next(iter(free), None)


def changed(row: models.Model) -> tuple[str, Any]:
    """(column, another value for it)"""
    field = free_field(type(row))
    assert field is not None
    value = getattr(row, field.attname)
    if isinstance(field, models.DateField):
        return str(field.column), (value or NOW) + timedelta(days=1)
    return str(field.column), (value or 0) + 1 if isinstance(field, models.IntegerField) else f"{value}x"[-200:]


def one_saved(model: Model, row: models.Model) -> None:
    column, value = changed(row)
    setattr(row, column, value)
    row.save(update_fields=[column])


def many_saved(model: Model, row: models.Model) -> None:
    column, value = changed(row)
    setattr(row, column, value)
    model._base_manager.bulk_update([row], [column])


def set_updated(model: Model, row: models.Model) -> None:
    column, value = changed(row)
    model._base_manager.filter(pk=row.pk).update(**{column: value})


def sql_updated(model: Model, row: models.Model, *, many: bool = False) -> None:
    column, value = changed(row)
    field = model._meta.get_field(column)
    quote = connection.ops.quote_name
    values = [field.get_db_prep_save(value, connection), row.pk]
    statement = f"update {quote(model._meta.db_table)} set {quote(column)} = %s where id = %s"
    with connection.cursor() as cursor:
        cursor.executemany(statement, [values]) if many else cursor.execute(statement, values)


def sql_deleted(model: Model, row: models.Model) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"delete from {connection.ops.quote_name(model._meta.db_table)} where id = %s", [row.pk])


def set_deleted(model: Model, row: models.Model) -> None:
    rows = model._base_manager.filter(pk=row.pk)
    rows._raw_delete(rows.db)


def one_inserted(model: Model, row: models.Model) -> None:
    row.save(force_insert=True)


def many_inserted(model: Model, row: models.Model) -> None:
    model._base_manager.bulk_create([row])


UPDATES: tuple[Write, ...] = (one_saved, many_saved, set_updated, sql_updated, partial(sql_updated, many=True))
DELETES: tuple[Write, ...] = (set_deleted, sql_deleted)
INSERTS: tuple[Write, ...] = (one_inserted, many_inserted)


# --- what comes of them


class Enough(Exception):
    pass


@contextmanager
def tried() -> Iterator[Act]:
    """An act that is given up in the end, with all it wrote."""
    try:
        with acting() as act:
            yield act
            raise Enough
    except Enough:
        pass


def recorded_by(act: Act, row: models.Model) -> list[Change]:
    mine = Change.objects.filter(act_id=act.pk, tbl=code_of(type(row)), row_id=row.pk)
    return list(mine.order_by("id"))


def refused(write: Write, row: models.Model) -> bool:
    try:
        with transaction.atomic():
            write(type(row), row)
    except DatabaseError:
        return True
    return False


def fresh(row: models.Model) -> models.Model:
    return type(row)._base_manager.get(pk=row.pk)


def test_every_table_has_a_row_to_try(every_table):
    assert {model.__name__ for model in [*RECORDED, *COMPUTED] if not model._base_manager.exists()} <= PASSING
    assert {model.__name__ for model in FACTS if free_field(model) is None} == MERE_LINKS


@each_recorded
def test_a_row_that_goes_and_comes_is_recorded_whichever_way_it_is_written(row):
    for delete in DELETES:
        for insert in INSERTS:
            with tried() as act:
                delete(type(row), row)
                insert(type(row), row)
                assert [change.op for change in recorded_by(act, row)] == ["d", "i"], (delete, insert)


@each_fact
def test_a_change_is_recorded_whichever_way_it_is_written(row):
    if type(row).__name__ in MERE_LINKS:
        return
    for update in UPDATES:
        with tried() as act:
            update(type(row), fresh(row))
            (change,) = recorded_by(act, row)
            column, _ = changed(row)
            assert change.op == "u"
            assert set(image(change.before, change.personal)) == {column}, update


@each_recorded
def test_outside_an_act_every_way_is_refused(row):
    ways = DELETES if type(row).__name__ in MERE_LINKS else (*UPDATES, *DELETES)
    assert [way for way in ways if not refused(way, fresh(row))] == []
    row.pk = 10**9
    assert refused(many_inserted, row)


@pytest.mark.parametrize("row", DECISIONS, indirect=True, ids=lambda model: model.__name__)
def test_a_decision_is_changed_in_no_way(row):
    with tried():
        assert [way for way in UPDATES if not refused(way, fresh(row))] == []


@pytest.mark.parametrize("model", COMPUTED, ids=lambda model: model.__name__)
def test_what_is_computed_is_written_inside_an_act_and_leaves_no_change(every_table, model):
    row = model._base_manager.order_by("pk").first()
    if row is None:
        return
    assert refused(set_deleted, row)
    with tried() as act:
        set_deleted(model, row)
        assert not Change.objects.filter(act_id=act.pk).exists()
