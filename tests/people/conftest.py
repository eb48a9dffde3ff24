"""People as the product makes them, and the facts of the whole workspace as text."""

from collections.abc import Callable
from typing import Any

import pytest

from khoi.lifecycle import services as lifecycle
from khoi.people.models import Person
from khoi.timemachine.queries.dump import canonical
from tests.cast import NOW, Member

Known = Callable[..., Person]


@pytest.fixture
def known(ready, an: Member) -> Known:
    """Somebody who sent an enquiry."""

    def make(name: str, *, email: str = "", phone: str = "", **said: Any) -> Person:
        enquiry = lifecycle.Enquiry(
            full_name=name,
            emails=(email,) if email else (),
            phones=(phone,) if phone else (),
            touch_kind=said.pop("touch_kind", "form"),
            owner=said.pop("owner", an).user,
            source="web_form",
            **said,
        )
        return lifecycle.capture_lead(enquiry, by=an.by, now=NOW).person

    return make


def facts() -> list[str]:
    return list(canonical())
