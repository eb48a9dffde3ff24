"""Any order of the product's verbs does what the oracle says, on whichever database the run is for."""

import os
from importlib import import_module
from pkgutil import walk_packages

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

import khoi
from khoi.custom import services as custom
from khoi.qualification.models import Policy
from proof import tables
from proof.machine import Journey
from tests.cast import NOW, Member, acting

pytestmark = pytest.mark.django_db

STEPS = 30
#: What failed is told as it was found; with this it is made as short as it can be first, which takes minutes.
SHORTENED = os.environ.get("KHOI_TEST_SHORTEN", "") not in {"", "0"}


@pytest.fixture(scope="session")
def all_of_it_loaded() -> None:
    """Hypothesis also draws numbers that stand in the modules loaded so far: the same dice have to find the same."""
    for module in walk_packages(khoi.__path__, "khoi."):
        if "__main__" not in module.name:
            import_module(module.name)


@pytest.fixture
def workspace(all_of_it_loaded: None, ready: object, admin: Member, binh: Member) -> None:
    """With fields of one's own. Without a policy: stages are moved by converting and by deals alone, so that the
    oracle can say which."""
    with acting():
        Policy.objects.all().delete()
    for object_, type_, key in (("lead", "text", "gate"), ("opportunity", "number", "tons")):
        custom.add_field(object_, type=type_, key=key, label=key, by=admin.by, now=NOW)
    custom.add_field("person", type="choice", key="rank", label="rank", choices=["a", "b"], by=admin.by, now=NOW)
    custom.add_field(
        "person", type="multi_choice", key="likes", label="likes", choices=["x", "y"], by=admin.by, now=NOW
    )
    Journey.admin, Journey.owners, Journey.first = admin, (admin, binh), tables.dump()


def test_the_history_does_what_the_oracle_says(workspace: None, examples: int, dice: int, shard: int) -> None:
    how = settings(
        max_examples=examples,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        print_blob=False,
        report_multiple_bugs=False,
        phases=[Phase.generate, *([Phase.shrink] if SHORTENED else [])],
        suppress_health_check=list(HealthCheck),
    )
    machine = seed(1_000 * dice + shard)(type(f"Journey{shard}", (Journey,), {}))
    run_state_machine_as_test(machine, settings=how)
