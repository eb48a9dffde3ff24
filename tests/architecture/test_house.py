"""The house as it stands keeps every rule, and every rule has its test."""

import pytest

from tests.architecture import house, reading, test_house_rules


@pytest.fixture(scope="module")
def ours():
    return reading.read_house(reading.PACKAGE, tuple(reading.rooms_in_order()))


@pytest.mark.parametrize("name", sorted(house.RULES))
def test_the_house_keeps_the_rule(ours, name):
    broken = house.judged(ours, [name])

    assert not broken, "\n".join(broken)


def test_every_rule_is_shown_to_fail_on_a_tree_that_breaks_it():
    assert set(test_house_rules.BREACHES) == set(house.RULES)


def test_the_reader_sees_the_real_package(ours):
    assert {"kit", "history"} <= {file.room for file in ours.python}


def test_the_first_room_is_design_and_the_last_operations():
    order = reading.rooms_in_order()

    assert (order[0], order[1], order[-1]) == ("design", "kit", "operations")
