"""What a column is told from, how values are written to be compared, and how many pairs are worth a look."""

import pytest

from khoi.duplicates.rules.blocks import MOST_HOLDERS, largest_block
from khoi.duplicates.rules.columns import kind_of, tells_apart, tidy
from khoi.duplicates.rules.quality import judge


@pytest.mark.parametrize(
    ("heading", "values", "kind"),
    [
        ("contact", ["an@example.vn", "", "binh@example.vn"], "email"),
        ("ngày sinh", ["19/08/1990", "01/02/1985"], "date"),
        ("dob", ["19810417", "19590306"], "date"),
        ("Điện thoại", ["0912 345 678", "+84 912 345 679"], "phone"),
        ("số", ["0912345678", "0987654321"], "phone"),
        ("postcode", ["4011", "2776", ""], "number"),
        ("Họ tên", ["Nguyễn Văn An", "Trần Thị Bình"], "name"),
        ("surname", ["waller", "berry"], "text"),
        ("empty", ["", "N/A"], "text"),
    ],
)
def test_a_column_is_known_by_its_heading_and_its_values(heading, values, kind):
    assert kind_of(heading, values) == kind


@pytest.mark.parametrize(
    ("kind", "one", "other"),
    [
        ("name", "Nguyễn Đức An", "an  NGUYEN DUC"),
        ("phone", "0912.345.678", "+84912345678"),
        ("date", "19/08/1990", "1990-08-19 00:00"),
        ("date", "12/31/1990", "19901231"),
        ("text", "Phố Hàng Bạc", "pho hang bac"),
        ("email", "An@Example.VN ", "an@example.vn"),
        ("text", "N/A", ""),
    ],
)
def test_two_ways_of_writing_the_same_are_one_value(kind, one, other):
    assert tidy(kind, one) == tidy(kind, other)


def test_what_is_empty_always_the_same_or_numbers_the_rows_tells_nobody_apart():
    assert [tells_apart(one) for one in (["", "", ""], ["vn", "vn", ""], ["r1", "r2", "r3"])] == [False] * 3
    assert tells_apart(["ha", "an", "ha"])


def test_a_key_that_too_many_share_makes_no_pairs():
    assert largest_block({2: 10, 5: 1, MOST_HOLDERS + 1: 1}, 100) == 5


def test_blocks_grow_only_as_far_as_their_pairs_can_be_afforded():
    assert largest_block({2: 1_000, 30: 10_000}, 1_000) == 2


def test_the_quality_counts_pairs_and_not_rows():
    found = judge([(0, 1), (2, 3)], ["a", "a", "a", "b", ""])

    assert (found.precision, round(found.recall, 2), round(found.f1, 2)) == (0.5, 0.33, 0.4)
