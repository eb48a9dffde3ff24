"""How long is too long in a stage."""

import pytest

from khoi.pipeline.rules import standing


@pytest.mark.parametrize(
    ("days", "over", "tone"),
    [(0, 0, ""), (14, 0, ""), (15, 1, "amber"), (20, 6, "amber"), (21, 7, "red"), (90, 76, "red")],
)
def test_a_deal_turns_amber_over_its_limit_and_red_from_half_of_it_more(days, over, tone):
    told = standing(days, 14)
    assert (told.days, told.over, told.tone) == (days, over, tone)


def test_a_stage_without_limit_never_rots():
    assert standing(900, None).tone == ""
