"""The default criteria ask only what a lead's record answers."""

from khoi.leads.fields import FIELDS as RECORD_FIELDS
from khoi.qualification.rules import DEFAULT_POLICY, FIELDS, parse_policy


def test_every_field_of_the_criteria_is_one_of_the_record():
    assert {key: RECORD_FIELDS[key].type for key in FIELDS} == {key: field.type for key, field in FIELDS.items()}


def test_the_default_policy_is_read_over_the_record():
    assert parse_policy(1, DEFAULT_POLICY, RECORD_FIELDS) == parse_policy(1, DEFAULT_POLICY)
