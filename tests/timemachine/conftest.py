"""A company with two leads: one of An's, one of Dũng's."""

import pytest

from khoi.history import services as history
from khoi.history.models import Act
from khoi.leads.models import Lead
from khoi.leads.services import edit_lead
from khoi.people.models import Person
from tests.cast import NOW, Member


def add_lead(owner: Member, name: str) -> Lead:
    with history.act("capture_lead", by=owner.by, now=NOW):
        human = Person.objects.create(full_name=name, created_at=NOW)
        return Lead.objects.create(person=human, owner=owner.user, region="Hà Nội", arrived_at=NOW, created_at=NOW)


def change(lead: Lead, by: Member, **values) -> Act:
    edit_lead(lead, changes=values, by=by.by, now=NOW)
    return Act.objects.latest("id")


@pytest.fixture
def hers(ready, an) -> Lead:
    return add_lead(an, "Hoa")


@pytest.fixture
def his(ready, dung) -> Lead:
    return add_lead(dung, "Lan")
