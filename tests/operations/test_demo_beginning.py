"""Where a demo company may begin: in a workspace that is new, and nowhere else."""

import pytest

from khoi.capture import services as capture
from khoi.history import services as history
from khoi.history.rules.actors import SYSTEM
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.operations.services import demo
from khoi.team.models import User
from khoi.workspace.models import Workspace
from tests.cast import NOW, join

pytestmark = pytest.mark.django_db


@pytest.fixture
def just_made(ready):
    capture.prepare_forms(language="vi", by=SYSTEM, now=NOW)
    return join("Vũ Minh Hà", "admin@example.vn", "admin", None, visibility="all")


def test_a_workspace_that_was_just_made_is_filled_and_keeps_its_name_and_administrator(just_made):
    demo.fill_demo(now=NOW, leads=8, days=60)
    here = Workspace.objects.get()

    assert (here.name, here.is_demo, Lead.objects.count()) == ("Nước Mát", True, 8)
    assert User.objects.get(email="admin@example.vn").is_active
    assert history.verify().ok
    assert lifecycle.recompute(check=True, now=NOW).total == 0


def test_a_workspace_with_one_lead_of_its_own_is_not(just_made):
    lifecycle.capture_lead(lifecycle.Enquiry(full_name="Hoa", phones=("0901000123",)), by=SYSTEM, now=NOW)
    with pytest.raises(demo.NotEmpty):
        demo.fill_demo(now=NOW)
