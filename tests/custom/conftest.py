"""One field of each type on leads, and a lead of An's."""

from collections.abc import Callable
from typing import Any

import pytest

from khoi.custom import services as custom
from khoi.custom.models import CustomField
from khoi.history.rules.actors import SYSTEM
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from tests.cast import NOW, Member
from tests.lifecycle.conftest import Program, program_of

AddField = Callable[..., CustomField]

#: key → (type, label, what it offers)
EACH: dict[str, tuple[str, str, list[str]]] = {
    "warehouse": ("text", "Warehouse", []),
    "pallets": ("number", "Pallets", []),
    "rent": ("money", "Rent", []),
    "contract_ends": ("date", "Contract ends", []),
    "size": ("choice", "Size", ["Small", "Large"]),
    "needs": ("multi_choice", "Needs", ["Scanner", "Scale", "Printer"]),
    "has_wifi": ("yes_no", "Has wifi", []),
    "map": ("link", "Map", []),
}


@pytest.fixture
def add_field(ready: Any) -> AddField:
    def add(object_: str = "lead", type_: str = "text", label: str = "Warehouse", **more: Any) -> CustomField:
        return custom.add_field(object_, type=type_, label=label, **more, by=SYSTEM, now=NOW)

    return add


@pytest.fixture
def fields(add_field: AddField) -> dict[str, CustomField]:
    made = [add_field(type_=kind, label=label, choices=choices) for kind, label, choices in EACH.values()]
    return {field.key: field for field in made}


@pytest.fixture
def lead(ready: Any, an: Member) -> Lead:
    enquiry = lifecycle.Enquiry(full_name="Nguyễn Thị Hoa", phones=("0912345678",), owner=an.user)
    return lifecycle.capture_lead(enquiry, by=an.by, now=NOW).lead


@pytest.fixture
def program(ready: Any, admin: Member) -> Program:
    return program_of(admin)
