"""What the page of the scorecard says."""

import re

import pytest

pytestmark = pytest.mark.django_db


def test_the_scorecard_says_each_rule_once_and_what_it_looks_at_below(an, ready):
    page = an.browser().get("/settings/scorecard/?lang=en").text
    shown = re.sub(r"<small>.*?</small>", "", page)

    assert page.count("Asked for a price") == 1
    assert shown.count("20 employees or more") == 1
    assert "Employees is at least 20" in page
    assert "Employees is at least 20" not in shown
