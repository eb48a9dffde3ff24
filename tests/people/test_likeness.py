"""Which two people may be one, and how sure that is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khoi.people.rules.likeness import REASONS, how_sure, identity_keys, names_alike
from khoi.people.rules.matching import MatchKey


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("chi mai", "chi mai nguyen thi"),
        ("huong pham thi", "huong pham"),
        ("huong pham thi", "huong phamm thi"),
        ("huong pham thi", "huogn pham thi"),
        ("huong pham thi", "huong phan thi"),
    ],
)
def test_a_shorter_form_and_a_slip_of_a_finger_are_alike(one, other):
    assert names_alike(one, other)
    assert names_alike(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [("huong", "huong pham"), ("huong pham", "lan pham"), ("an nguyen van", "binh nguyen van"), ("a b", "a b")],
)
def test_another_name_a_single_word_and_the_same_name_are_not(one, other):
    assert not names_alike(one, other)


def test_a_name_goes_into_a_key_with_a_company_and_a_region_never_alone():
    keys = identity_keys(["an nguyen"], companies=["la sen"], regions=["ha noi"])
    assert {key.kind for key in keys} == {"name", "company", "name_company", "name_region"}
    assert MatchKey("name_company", "an nguyen @ la sen") in keys


def test_one_word_is_no_name_to_be_known_by():
    assert {key.kind for key in identity_keys(["an"], companies=["la sen"])} == {"name", "company"}


def test_nothing_known_makes_no_key():
    assert identity_keys([""], emails=[""], companies=[""], regions=[""]) == frozenset()


@given(st.sets(st.sampled_from(sorted(REASONS)), min_size=1), st.sampled_from(sorted(REASONS)))
def test_one_more_reason_never_makes_less_sure_and_nothing_is_certain(reasons, more):
    assert how_sure(reasons) <= how_sure(reasons | {more}) <= 99
