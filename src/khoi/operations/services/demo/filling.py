"""A demo company: founded, then lived through, from its first day to now."""

import gc
from collections.abc import Callable, Mapping
from datetime import datetime
from random import Random
from typing import Any

from django.conf import settings
from django.db import connection

from khoi.accounts.models import Account
from khoi.campaigns.models import Campaign
from khoi.capture.models import Form
from khoi.custom.models import CustomField
from khoi.leads.models import Lead
from khoi.operations.services.demo.cast import Casting
from khoi.operations.services.demo.clock import Clock
from khoi.operations.services.demo.founding import found_firm
from khoi.operations.services.demo.playing import Stage
from khoi.people.models import Person
from khoi.pipeline.models import Pipeline
from khoi.routing.models import RoutingRule
from khoi.team.models import Team
from khoi.workspace.models import Workspace

SEED = 2026
LEADS = 1_500
DAYS = 730

Progress = Callable[[int, int], None]


class NotEmpty(Exception):
    """The workspace has begun: with leads, or with rules of its own; a demo would mix with them."""


def has_begun() -> bool:
    """Whether anything is there but what a new workspace is made of and its users; a demo is there, too."""
    ours = (Lead, Person, Account, Campaign, Team, CustomField)
    is_new = RoutingRule.objects.count() <= 1 and Form.objects.count() <= 1 and Pipeline.objects.count() <= 1
    is_demo = Workspace.objects.filter(is_demo=True).exists()
    return is_demo or not is_new or any(model.objects.exists() for model in ours)


def fill_demo(
    *, now: datetime, leads: int = LEADS, days: int = DAYS, progress: Progress | None = None
) -> Mapping[str, Any]:
    """``{url, token, users: [{email, password, role}], forms: [url]}``. Passwords are random, the story is not."""
    if has_begun():
        raise NotEmpty
    with _InAHurry():
        clock = Clock(Random(SEED), now=now, days=days)  # noqa: S311 - a story, not a secret
        firm = found_firm(clock)
        Stage(clock, Casting(Random(SEED)), firm).play(leads, progress)  # noqa: S311
    return {
        "url": settings.BASE_URL,
        "token": firm.token,
        "users": [{"email": u.email, "password": firm.passwords[u.pk], "role": u.role} for u in firm.users.values()],
        "forms": [f"{settings.BASE_URL}/f/{form.slug}" for form in firm.forms.values()],
    }


class _InAHurry:
    """A demo that is lost to a power cut is made again: no waiting for the disk while it grows, and no looking for
    garbage among so much that stays."""

    def __enter__(self) -> None:
        self._say("OFF")
        gc.disable()

    def __exit__(self, *_: object) -> None:
        gc.enable()
        self._say("FULL")

    def _say(self, level: str) -> None:
        if connection.vendor == "sqlite" and not connection.in_atomic_block:
            with connection.cursor() as cursor:
                cursor.execute({"OFF": "PRAGMA synchronous=OFF", "FULL": "PRAGMA synchronous=FULL"}[level])
