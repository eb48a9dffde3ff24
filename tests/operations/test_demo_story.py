"""The story of the demo company is the same each time it is told on one day; only its passwords are not."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction

from khoi.activities.models import Activity
from khoi.operations.services import demo
from tests.cast import HANOI, NOW


def told(now: datetime) -> tuple[list[Any], set[str]]:
    """What was said with whom before today, and the passwords."""
    with transaction.atomic():
        made = demo.fill_demo(now=now, leads=12, days=20)
        midnight = now.astimezone(HANOI).replace(hour=0, minute=0, second=0)
        said = Activity.objects.filter(created_at__lt=midnight).order_by("occurred_at", "id")
        story = list(said.values_list("person__full_name", "kind", "direction", "outcome", "body", "occurred_at"))
        transaction.set_rollback(True)
    return story, {one["password"] for one in made["users"]}


@pytest.mark.django_db
@pytest.mark.one_engine
def test_the_story_is_the_same_all_day_and_the_passwords_never():
    morning, first = told(NOW)
    evening, second = told(NOW + timedelta(hours=9))

    assert morning == evening != []
    assert (len(first), len(first & second)) == (12, 0)
