"""Every row that points at a person says what becomes of it, and the list holds nothing that is not there."""

from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.db.models import Q

from khoi.history.models import KINDS
from khoi.history.queries.pointers import foreign_keys_to, unique_with
from khoi.history.rules.tables import DERIVED, FACT
from khoi.people.models import Person
from khoi.people.queries import pointers
from khoi.people.rules.references import Reference, References
from khoi.references import REFERENCES

KEYS = [(model, field) for model, field in foreign_keys_to(Person)]
#: Columns that hold an id and are no foreign key, but of other things than people.
OF_OTHER_THINGS = {
    "capture.ImportRun.act_id",
    "duplicates.MergeRun.act_id",
    "history.Act.actor_id",
    "history.Change.row_id",
    "team.Session.user_id",
}


def named(model: type[models.Model], field: "models.Field[Any, Any]") -> str:
    return f"{model._meta.label}.{field.name}"


def declared() -> set[str]:
    return {f"{one.table}.{one.field}" for one in REFERENCES.keys}


def test_every_foreign_key_to_a_person_has_a_row_and_every_row_a_foreign_key():
    assert {named(model, field) for model, field in KEYS} == declared()


def test_a_key_without_a_row_is_refused_by_name():
    with pytest.raises(LookupError, match=r"leads\.Lead\.person points at a person"):
        References(keys=()).of("leads.Lead", "person")


def test_no_key_is_declared_twice():
    assert len(declared()) == len(REFERENCES.keys)


@pytest.mark.parametrize(("model", "field"), KEYS, ids=lambda one: getattr(one, "__name__", getattr(one, "name", "")))
def test_every_unique_constraint_with_a_person_names_its_policy(model, field):
    policies = REFERENCES.of(model._meta.label, field.name)
    rebuilt = policies.on_merge in ("rebuild", "stay")
    constraints = unique_with(model, field)
    assert rebuilt or {one.name for one in constraints} == set(policies.unique)
    assert not model._meta.unique_together


@pytest.mark.parametrize("pointer", pointers(), ids=lambda one: named(one.model, one.field))
def test_a_key_can_be_treated_as_its_row_says(pointer):
    """Only facts are moved; what follows is derived and leads to a person; what folds has where to be absorbed."""
    table, reference = KINDS[pointer.model], pointer.reference
    if reference.on_merge == "move":
        assert table.kind == FACT
        assert pointer.field.column not in table.unrecorded
    elif reference.on_merge == "follow":
        assert pointer.field.column in table.unrecorded
        assert reference.follows
    elif reference.on_merge == "rebuild":
        assert table.kind == DERIVED
    for constraint, policy in pointer.unique():
        if policy == "fold":
            absorbed = pointer.model._meta.get_field("absorbed_into")
            assert absorbed.related_model is pointer.model
            assert constraint.condition == Q(absorbed_into=None)


@pytest.mark.parametrize(("model", "field"), KEYS, ids=lambda one: getattr(one, "__name__", getattr(one, "name", "")))
def test_every_foreign_key_to_a_person_is_found_by_an_index(model, field):
    assert field.db_index or field.unique or field.name in [index.fields[0] for index in model._meta.indexes]


def test_a_persons_id_in_a_column_that_is_no_key_is_declared():
    bare = {f"{one.table}.{one.column}" for one in REFERENCES.bare}
    found = {
        named(model, field)
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.startswith("khoi.")
        for field in model._meta.concrete_fields
        if isinstance(field, models.IntegerField) and not field.primary_key
        if field.name.endswith(("_id", "_ref")) or "person" in field.name
    }
    assert found - bare <= OF_OTHER_THINGS
    assert bare <= found


def test_there_are_no_generic_keys():
    """A pair of kind and id would escape the database's own check; it is allowed to history alone."""
    for model in apps.get_models():
        if model.__module__.startswith("khoi."):
            assert not getattr(model._meta, "private_fields", [])


def test_erasing_knows_what_to_do_with_every_row():
    assert {one.on_erase for one in REFERENCES.keys} <= {"delete", "empty", "keep"}
    for one in REFERENCES.keys:
        model = apps.get_model(one.table)
        if one.on_erase == "empty":
            assert KINDS[model].personal, f"{one.table} has nothing to be emptied"


def test_a_reference_says_by_itself_that_it_is_shown_to_the_person():
    assert Reference("leads.Lead", "person", "move", "empty").in_file


def test_every_table_that_says_something_of_a_person_is_erased_or_speaks_of_others():
    known = {one.table for one in REFERENCES.keys} | {one.table for one in REFERENCES.beyond}
    known |= set(REFERENCES.of_others)
    assert {model._meta.label for model, table in KINDS.items() if table.personal} <= known


def test_a_way_that_leads_to_a_person_leads_there():
    for one in REFERENCES.beyond:
        apps.get_model(one.table)._base_manager.filter(
            **{f"{one.path.replace('.', '__')}__in": [1]}
        ).query.sql_with_params()
