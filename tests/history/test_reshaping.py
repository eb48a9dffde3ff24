"""Migrations never leave a table unrecorded: what is installed is what would be generated, after every step."""

import pytest
from django.db import DatabaseError, connection, models
from django.db.migrations.executor import MigrationExecutor

from khoi.history.models import Change
from khoi.history.services.recording import generated, strays
from khoi.people.models import Person
from tests.cast import NOW, acting


@pytest.fixture
def recorded(sample):
    """A row of the sample; gives a check that a change of it is still recorded, and nothing recorded twice."""
    with acting():
        row = sample.objects.create(word="old")

    def check(column: str = "word", table: str = "history_sample") -> None:
        assert strays(connection) == []
        with acting() as act, connection.cursor() as cursor:
            cursor.execute(f'update {table} set "{column}" = %s', [f"new {act.pk}"])
        assert list(Change.objects.filter(act=act).values_list("tbl", "row_id")) == [(900, row.pk)]

    return check


def field(name: str, **more):
    made = models.TextField(**more)
    made.set_attributes_from_name(name)
    return made


def reshape(verb: str, *arguments) -> None:
    with connection.schema_editor() as editor:
        getattr(editor, verb)(*arguments)


def test_an_added_column_is_recorded(sample, recorded):
    reshape("add_field", sample, field("extra", null=True))
    recorded("extra")


def test_an_added_column_that_rebuilds_the_table_is_recorded(sample, recorded):
    reshape("add_field", sample, field("extra", default="x"))
    recorded("extra")
    recorded("word")


def test_a_removed_column_leaves_the_rest_recorded(sample, recorded):
    reshape("remove_field", sample, sample._meta.get_field("real"))
    recorded()


def test_an_altered_column_stays_recorded(sample, recorded):
    altered = models.TextField(null=True, unique=True)
    altered.set_attributes_from_name("word")
    reshape("alter_field", sample, sample._meta.get_field("word"), altered)
    recorded()


def test_a_renamed_column_is_recorded_by_its_new_name(sample, recorded):
    reshape("alter_field", sample, sample._meta.get_field("word"), field("said", default=""))
    recorded("said")


def test_a_constraint_leaves_the_table_recorded(sample, recorded):
    rule = models.CheckConstraint(condition=~models.Q(word="forbidden"), name="sample_word_is_allowed")
    reshape("add_constraint", sample, rule)
    recorded()
    reshape("remove_constraint", sample, rule)
    recorded()


def test_a_renamed_table_is_not_recorded_by_its_old_triggers(sample):
    reshape("alter_db_table", sample, "history_sample", "history_other")
    assert strays(connection) == []
    assert not any("history_sample" in text for text in generated(connection).values())
    reshape("alter_db_table", sample, "history_other", "history_sample")
    assert strays(connection) == []


def test_a_rebuild_of_the_record_keeps_every_trigger(sample, recorded):
    before = generated(connection)
    extra = field("extra", default="x")
    reshape("add_field", Change, extra)
    assert strays(connection) == []
    reshape("remove_field", Change, extra)
    assert generated(connection) == before
    recorded()


def test_a_removed_table_leaves_no_trigger(sample):
    reshape("delete_model", sample)
    assert strays(connection) == []
    assert not any("history_sample" in name for name in generated(connection))


def test_a_reshaping_that_fails_leaves_the_triggers(sample, recorded):
    def halfway() -> None:
        with connection.schema_editor() as editor:
            editor.add_field(sample, field("extra", default="x"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        halfway()
    recorded()


def test_a_write_in_a_migration_needs_an_act(sample, recorded):
    def rebuild_and_write() -> None:
        with connection.schema_editor() as editor:
            editor.add_field(sample, field("extra", default="x"))
            editor.execute("update history_sample set word = 'silent'")

    with pytest.raises(DatabaseError, match=r"act"):
        rebuild_and_write()
    recorded()


def test_after_every_migration_the_installed_triggers_are_the_generated_ones(transactional_db):
    stray = {}

    def look(step, migration=None, fake=False):
        if step == "apply_success":
            stray[str(migration)] = strays(connection)

    executor = MigrationExecutor(connection, look)
    ours = [key for key in executor.loader.graph.leaf_nodes() if key[0] not in ("auth", "contenttypes", "sessions")]
    try:
        executor.migrate([(app, None) for app, _ in ours])
        executor.loader.build_graph()
    finally:
        executor.migrate(ours)
    assert len(stray) > len(ours)
    assert not any(stray.values()), stray
    with acting() as act:
        Person.objects.create(full_name="Hoa", created_at=NOW)
    assert Change.objects.filter(act=act).count() == 1
