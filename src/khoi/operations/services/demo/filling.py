"""Playing the story: every event happens at its own moment, in order, through the public services."""

import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from django.conf import settings
from django.db import connection

from khoi.campaigns.models import Cost, Source
from khoi.capture import services as capture
from khoi.history import services as history
from khoi.history.rules.actors import SYSTEM
from khoi.kit.fold import fold
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.operations.services.demo.cast import USERS, Casting
from khoi.operations.services.demo.playing import Stage
from khoi.operations.services.demo.story import DOORS
from khoi.routing.models import RoutingRule, Share
from khoi.team import services as team
from khoi.team.models import Team, User
from khoi.workspace.models import Workspace

SEED = 2026
LEADS = 1_500
DAYS = 730

Progress = Callable[[int, int], None]


class NotEmpty(Exception):
    """The workspace has leads of its own; a demo would mix with them."""


def fill_demo(
    *, now: datetime, leads: int = LEADS, days: int = DAYS, progress: Progress | None = None
) -> Mapping[str, Any]:
    """``{url, token, users: [{email, password, role}], forms: [url]}``. Passwords are random, the story is not."""
    if Lead.objects.exists() or Workspace.objects.exists():
        raise NotEmpty
    start = now - timedelta(days=days)
    with _InAHurry():
        users, token, form = _found_company(start)
        story, names = Random(SEED), Random(SEED)  # noqa: S311 - a story, not a secret
        stage = Stage(story, Casting(names), users, start=start, now=now)
        stage.play(leads, progress)
    return {
        "url": settings.BASE_URL,
        "token": token,
        "users": [{"email": u.email, "password": p, "role": u.role} for u, p in users.values()],
        "forms": [f"{settings.BASE_URL}/f/{form}"],
    }


class _InAHurry:
    """A demo that is lost to a power cut is made again: no waiting for the disk while it grows."""

    def __enter__(self) -> None:
        self._say("OFF")

    def __exit__(self, *_: object) -> None:
        self._say("FULL")

    def _say(self, level: str) -> None:
        if connection.vendor == "sqlite" and not connection.in_atomic_block:
            with connection.cursor() as cursor:
                cursor.execute({"OFF": "PRAGMA synchronous=OFF", "FULL": "PRAGMA synchronous=FULL"}[level])


def _found_company(start: datetime) -> tuple[dict[str, tuple[User, str]], str, str]:
    """The firm as on its first day: people, teams, rules, a form, what each source costs."""
    lifecycle.prepare_workspace(name="Bến Mây", language="vi", is_demo=True, by=SYSTEM, now=start)
    users = _hire(start)
    admin = users["Trịnh Hải Yến"][0]
    _, token = team.issue_token(admin, name="Demo", scopes=("read", "write"), by=SYSTEM, now=start)
    form = capture.prepare_forms(by=SYSTEM, now=start)
    with history.act("set_shares", by=SYSTEM, now=start):
        rule = RoutingRule.objects.get()
        for place, (user, _) in enumerate(u for u in users.values() if u[0].role == "rep"):
            Share.objects.create(rule=rule, user=user, weight=2 if place < 2 else 1)
    _book_costs(start)
    return users, token, form.slug


def _hire(start: datetime) -> dict[str, tuple[User, str]]:
    teams: dict[str, Team] = {}
    users = {}
    for name, role, group, visibility in USERS:
        if group and group not in teams:
            teams[group] = team.add_team(group, by=SYSTEM, now=start)
        password = secrets.token_urlsafe(9)
        user = team.add_user(
            email=_email(name),
            full_name=name,
            role=role,
            team=teams.get(group),
            visibility=visibility,
            language="vi",
            password=password,
            by=SYSTEM,
            now=start,
        )
        users[name] = (user, password)
    return users


def _email(name: str) -> str:
    *_, middle, given = fold(name).split()
    return f"{given}.{middle}@benmay.example"


def _book_costs(start: datetime) -> None:
    with history.act("book_costs", by=SYSTEM, now=start):
        sources = {source.code: source for source in Source.objects.all()}
        first = start.date().replace(day=1)
        for month in range(25):
            opens = _months_after(first, month)
            Cost.objects.bulk_create(
                Cost(
                    source=sources[door.source],
                    period_start=opens,
                    period_end=_months_after(first, month + 1),
                    amount=door.month_cost,
                    currency="VND",
                    created_at=start,
                )
                for door in DOORS
                if door.month_cost
            )


def _months_after(first: Any, count: int) -> Any:
    year, month = divmod(first.year * 12 + first.month - 1 + count, 12)
    return first.replace(year=year, month=month + 1)
