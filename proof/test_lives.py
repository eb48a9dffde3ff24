"""Lives in which the product once did something else than the oracle says, told again."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from proof.machine import Journey
from proof.test_machine import all_of_it_loaded, workspace

__all__ = ["all_of_it_loaded", "workspace"]

pytestmark = pytest.mark.django_db


@contextmanager
def a_life() -> Iterator[Journey]:
    journey = Journey()
    try:
        yield journey
    finally:
        journey.teardown()


@pytest.mark.parametrize("all_of_it", [False, True])
def test_a_merge_done_again_names_the_merges_that_would_come_back_with_it(workspace: None, all_of_it: bool) -> None:
    with a_life() as life:
        life.undo(all_of_it=True, place=9)
        life.merge(choices={"rank": "survivor"}, one=2, other=11)
        life.redo(all_of_it=False, place=2)
        life.redo(all_of_it=True, place=11)
        life.merge(choices={"job": "loser", "email": "loser"}, one=3, other=4)
        life.merge(choices={}, one=5, other=2)
        life.undo(all_of_it=False, place=10)
        life.undo(all_of_it=True, place=6)
        life.redo(all_of_it=False, place=1)
        life.merge(choices={"job": "loser", "email": "loser"}, one=7, other=8)
        life.merge(choices={"job": "survivor", "name": "loser"}, one=0, other=8)
        life.redo(all_of_it=all_of_it, place=7)
        life.merge(choices={}, one=8, other=3)
        life.edit_in_bulk(owner=0, places=[5, 10, 0])
        life.redo(all_of_it=False, place=3)
        life.edit_in_bulk(owner=0, places=[1])
        life.redo(all_of_it=True, place=0)
        life.redo(all_of_it=True, place=2)
        life.edit_in_bulk(owner=1, places=[10, 9, 1])
        life.edit_in_bulk(owner=0, places=[11, 5, 0])
        life.merge(choices={"name": "survivor", "email": "loser"}, one=2, other=3)
        life.redo(all_of_it=all_of_it, place=7)
        life.undo(all_of_it=True, place=9)
        life.edit_in_bulk(owner=1, places=[10, 10, 10])
        life.undo(all_of_it=True, place=9)
        life.undo(all_of_it=False, place=6)
        life.edit_in_bulk(owner=0, places=[8, 1, 9])
        life.redo(all_of_it=True, place=11)
        life.redo(all_of_it=all_of_it, place=7)


def test_a_chosen_blank_is_not_built_on_by_whoever_fills_it_later(workspace: None) -> None:
    """The merge wrote the loser’s value into the blank, and the chosen blank over it."""
    with a_life() as life:
        life.create(email="a@x.vn", company="", of_person={"rank": "a"})
        life.edit_person(place=0, job=None, emails=None, own={"rank": None})
        life.create(email="b@x.vn", company="", of_person={"rank": "b"})
        life.merge(one=0, other=0, choices={"rank": "survivor"})
        life.unmerge(place=0)
        life.edit_person(place=0, job=None, emails=None, own={"rank": "a"})
        life.redo(place=0, all_of_it=False)


def test_what_is_left_of_an_erased_person_asks_for_no_later_act(workspace: None) -> None:
    with a_life() as life:
        life.create(email="a@x.vn", company="")
        life.delete_person(place=0)
        life.restore(place=0)
        life.erase(place=0)
        life.delete_lead(place=0)
        life.redo(place=0, all_of_it=False)
