"""Leads of the cast, made as the product makes them, at moments counted back from now."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.routing.models import RoutingRule, Share
from khoi.workspace.models import Workspace
from tests.cast import Member, acting

Capture = Callable[..., Lead]


def ago(**span: float) -> datetime:
    return timezone.now() - timedelta(**span)


@pytest.fixture
def open_all_day(ready: Workspace) -> Workspace:
    """Working hours round the clock, so that no test depends on the hour it runs at."""
    with acting():
        ready.work_days, ready.work_starts, ready.work_ends = list(range(7)), "00:00", "23:59"
        ready.save()
    return ready


@pytest.fixture
def capture(open_all_day: Workspace, an: Member) -> Capture:
    """An enquiry that is shared out to An, or given to the ``owner`` who adds it."""
    with acting():
        rule = RoutingRule.objects.get()
        Share.objects.create(rule=rule, user=an.user, weight=1)

    def make(name: str, *, owner: Member | None = None, at: datetime | None = None, **said: Any) -> Lead:
        phone, email = said.pop("phone", ""), said.pop("email", "")
        enquiry = lifecycle.Enquiry(
            full_name=name,
            phones=(phone,) if phone else (),
            emails=(email,) if email else (),
            owner=owner.user if owner else None,
            source=said.pop("source", "web_form"),
            **said,
        )
        now = at or timezone.now()
        return lifecycle.capture_lead(enquiry, by=(owner or an).by, now=now).lead

    return make
