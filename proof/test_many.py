"""A bulk edit of ten thousand records is taken back, done again, and a deletion of all of them restored."""

import pytest

from tests.cast import Member
from tests.timemachine.bulk import assign_there_and_back

pytestmark = pytest.mark.django_db


def test_undo_of_any_act_a_bulk_edit_of_10_000_and_a_deletion_of_10_000(
    ready: object, an: Member, admin: Member
) -> None:
    assign_there_and_back(10_000, an, admin)
