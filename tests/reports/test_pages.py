"""The page of the reports: figures that open their records, in both languages, read only."""

import re

import pytest
from django.urls import reverse

from tests.reports.histories import lead_with, source

pytestmark = pytest.mark.usefixtures("office")


def test_it_opens(an):
    lead_with(("mql", 1), ("customer", 3), owner=an, source=source("event"))
    page = an.browser().get(reverse("reports:index"))
    assert page.status_code == 200
