"""Deals to try things on: An's, unless somebody else is named."""

from collections.abc import Callable
from typing import Any

import pytest

from khoi.accounts import services as accounts
from khoi.lifecycle import services as lifecycle
from khoi.people import services as people
from khoi.pipeline import services as pipeline
from khoi.pipeline.models import Opportunity, PipelineStage
from khoi.workspace.models import Workspace
from tests.cast import NOW, Member

MakeDeal = Callable[..., Opportunity]


@pytest.fixture
def make_deal(ready: Workspace, an: Member) -> MakeDeal:
    """``make_deal("Kho", owner=an, stage="proposal", amount=…)``: without a lead, put into the stage as it is."""

    def make(
        name: str = "Kho thành phẩm", *, owner: Member = an, stage: str = "prospecting", **known: Any
    ) -> Opportunity:
        person = people.add_person(full_name="Đỗ Văn Quý", phones=["0912 345 678"], by=owner.by, now=NOW)
        account = accounts.add_account(name="Bao bì Lá Sen", owner=owner.user, by=owner.by, now=NOW)
        return pipeline.open_opportunity(
            name=name,
            person=person,
            account=account,
            owner=owner.user,
            stage=PipelineStage.objects.get(code=stage),
            **{"opened_at": NOW, "by": owner.by, "now": NOW, **known},
        )

    return make


@pytest.fixture
def deal(make_deal: MakeDeal) -> Opportunity:
    """An's deal in the first stage; nothing but its name is known."""
    return make_deal()


@pytest.fixture
def converted(ready: Workspace, an: Member) -> Opportunity:
    """An's deal that came from a lead, with an amount."""
    enquiry = lifecycle.Enquiry(full_name="Lò Thị Mẩy", emails=("may@tra.example",), need="Kho trà", owner=an.user)
    lead = lifecycle.capture_lead(enquiry, by=an.by, now=NOW).lead
    return lifecycle.convert_lead(lead, amount=220_000_000, by=an.by, now=NOW).opportunity
