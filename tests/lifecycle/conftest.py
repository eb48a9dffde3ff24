"""A program with a member's token, as the API sees it."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from khoi.team import services as team
from tests.cast import NOW, Member, join


@dataclass(frozen=True, slots=True)
class Program:
    """Speaks to ``/api`` with one member's token."""

    token: str

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        said = b"" if body is None else body if isinstance(body, bytes) else _json(body)
        headers = {"Authorization": f"Bearer {self.token}", **named}
        return Client().generic(method, f"/api{path}", said, "application/json", headers=headers)

    def get(self, path: str) -> Any:
        return self.ask("GET", path)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.ask("POST", path, {} if body is None else body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> Any:
        return self.ask("PATCH", path, body, **headers)

    def put(self, path: str, body: Any, **headers: str) -> Any:
        return self.ask("PUT", path, body, **headers)


def _json(body: Any) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def program_of(member: Member, scopes: tuple[str, ...] = ("read", "write")) -> Program:
    _, plain = team.issue_token(member.user, name="Cầu nối", scopes=list(scopes), by=member.by, now=NOW)
    return Program(plain)


@pytest.fixture
def program(ready, admin) -> Program:
    """With the administrator's rights."""
    return program_of(admin)


@pytest.fixture
def partner(db: None) -> Member:
    """A company that sends us leads and sees its own only."""
    return join("Hồ Đối Tác", "doitac@example.vn", "partner", None, visibility="own")
