"""The fixed cast of the tests and the moment they play at.

An is a rep of team Hà Nội, Bình her manager, Chi does marketing for everybody, Dũng is a rep of team Sài Gòn and so
a stranger to An's records. Each is a ``Member``: ``an.user`` goes where a record wants an owner, ``an.by`` where a
service wants an actor, ``an.browser()`` opens pages.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from khoi.history import services as history
from khoi.history.models import Act
from khoi.history.rules.actors import SYSTEM, Actor
from khoi.lifecycle import services as lifecycle
from khoi.team.models import Team, User
from khoi.team.queries import principal_of
from khoi.team.rules import Principal
from khoi.workspace.models import Workspace

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
#: Thursday 19 November 2026, 09:14 in Hanoi.
NOW = datetime(2026, 11, 19, 9, 14, tzinfo=HANOI).astimezone(UTC)
PASSWORD = "chín mươi chín con trâu"


@dataclass(frozen=True, slots=True)
class Member:
    user: User
    by: Principal

    @property
    def pk(self) -> int:
        return self.user.pk

    def browser(self) -> Client:
        """A browser in which this member is logged in."""
        client = Client()
        client.force_login(self.user)
        return client


@contextmanager
def acting(verb: str = "prepare", *, by: Actor = SYSTEM, now: datetime = NOW, **more: Any) -> Iterator[Act]:
    """An open act, for the rows a test needs before it begins."""
    with history.act(verb, by=by, now=now, **more) as act:
        yield act


def join(name: str, email: str, role: str, team: Team | None, visibility: str = "team", language: str = "vi") -> Member:
    with acting():
        user = User(email=email, full_name=name, role=role, team=team, visibility=visibility, language=language)
        user.created_at = NOW
        user.set_password(PASSWORD)
        user.save()
    return Member(user, principal_of(user, via="web"))


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def team_hanoi(db: None) -> Team:
    with acting():
        return Team.objects.create(name="Hà Nội", created_at=NOW)


@pytest.fixture
def team_saigon(db: None) -> Team:
    with acting():
        return Team.objects.create(name="Sài Gòn", created_at=NOW)


@pytest.fixture
def an(team_hanoi: Team) -> Member:
    return join("Nguyễn Thị An", "an@example.vn", "rep", team_hanoi)


@pytest.fixture
def binh(team_hanoi: Team) -> Member:
    return join("Trần Văn Bình", "binh@example.vn", "manager", team_hanoi)


@pytest.fixture
def chi(db: None) -> Member:
    return join("Lê Thị Chi", "chi@example.vn", "marketer", None, visibility="all")


@pytest.fixture
def dung(team_saigon: Team) -> Member:
    return join("Phạm Quốc Dũng", "dung@example.vn", "rep", team_saigon)


@pytest.fixture
def admin(db: None) -> Member:
    return join("Vũ Minh Hà", "admin@example.vn", "admin", None, visibility="all")


@pytest.fixture
def ready(db: None) -> Workspace:
    """A workspace as a new installation has it: sources, scorecard, policy, pipeline."""
    lifecycle.prepare_workspace(name="Nước Mát", language="vi", by=SYSTEM, now=NOW)
    return Workspace.objects.get()
