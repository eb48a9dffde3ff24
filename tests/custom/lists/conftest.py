"""One company for all tests of a file, which only look at it: built once, and whatever a test changes is taken back."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import transaction

from khoi.history.rules.actors import SYSTEM
from khoi.lifecycle import services as lifecycle
from khoi.team.models import Team
from khoi.workspace.models import Workspace
from tests.cast import NOW, Member, acting, join
from tests.lifecycle.conftest import Program, program_of


@dataclass(frozen=True)
class Company:
    an: Member
    binh: Member
    dung: Member
    admin: Member
    program: Program


@pytest.fixture(scope="module")
def company(django_db_setup: None, django_db_blocker: Any) -> Iterator[Company]:
    with django_db_blocker.unblock(), transaction.atomic():
        lifecycle.prepare_workspace(name="Nước Mát", language="vi", by=SYSTEM, now=NOW)
        yield founded()
        transaction.set_rollback(True)


def founded() -> Company:
    with acting():
        hanoi, saigon = (Team.objects.create(name=name, created_at=NOW) for name in ("Hà Nội", "Sài Gòn"))
    admin = join("Vũ Minh Hà", "admin@example.vn", "admin", None, visibility="all")
    return Company(
        an=join("Nguyễn Thị An", "an@example.vn", "rep", hanoi),
        binh=join("Trần Văn Bình", "binh@example.vn", "manager", hanoi),
        dung=join("Phạm Quốc Dũng", "dung@example.vn", "rep", saigon),
        admin=admin,
        program=program_of(admin),
    )


@pytest.fixture
def ready(company: Company, db: None) -> Workspace:
    return Workspace.objects.get()


@pytest.fixture
def an(company: Company) -> Member:
    return company.an


@pytest.fixture
def binh(company: Company) -> Member:
    return company.binh


@pytest.fixture
def dung(company: Company) -> Member:
    return company.dung


@pytest.fixture
def admin(company: Company) -> Member:
    return company.admin


@pytest.fixture
def program(company: Company) -> Program:
    return company.program
