"""The published leads and deals of a marketplace, through the mappings of the how-to pages."""

from pathlib import Path

import pytest

from khoi.campaigns.models import Source
from khoi.capture.services.importing import import_file
from khoi.history.models import Act
from khoi.history.services import Refused, undo_act
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.people.models import Person
from khoi.pipeline.models import Opportunity
from khoi.team.rules import OWNER_OF_THE_MACHINE as BY
from tests.capture.importing import facts
from tests.cast import NOW

HOWTO = Path(__file__).parents[2] / "docs" / "howto" / "import"
MQL = ("mql.csv", "olist-mql.toml")
DEALS = ("closed_deals_known_by_2018-04-01.csv", "olist-deals.toml")
#: source → leads, won by 1 April 2018
BY_SOURCE = {
    "social": (756, 26),
    "paid search": (1048, 72),
    "organic search": (1603, 110),
    "email": (349, 5),
    "unknown": (779, 76),
    "direct traffic": (346, 29),
    "display": (88, 3),
    "referral": (186, 5),
    None: (33, 6),
    "other": (113, 2),
    "other publicities": (44, 2),
}

pytestmark = [pytest.mark.data, pytest.mark.django_db]


@pytest.fixture
def olist(shared_data, ready, admin):
    def take(file, mapping):
        text = (HOWTO / mapping).read_text("utf-8")
        return import_file(shared_data / "olist_funnel" / file, filename=file, mapping=text, by=BY, now=NOW)

    return take


def test_leads_and_deals_come_in_once_and_go_out_exactly(olist):
    empty = facts()
    leads = olist(*MQL)
    assert (leads.created, leads.rejected, Person.objects.count(), Lead.objects.count()) == (5345, 0, 5345, 5345)

    with_leads = facts()
    deals = olist(*DEALS)
    assert (deals.created, deals.rejected, [kind["count"] for kind in deals.warnings]) == (336, 0, [1])
    won = Opportunity.objects.filter(stage__kind="won", amount=None, account=None, lead__lifecycle_stage="customer")
    assert won.count() == 336
    assert by_source() == BY_SOURCE

    full = facts()
    assert (olist(*MQL).act_id, olist(*DEALS).act_id) == (None, None)
    assert facts() == full
    assert lifecycle.recompute(check=True, now=NOW).total == 0

    undone = undo(deals.act_id)
    assert facts() == with_leads
    undo(undone.act.pk)
    assert facts() == full

    with pytest.raises(Refused) as refused:
        undo(leads.act_id)
    assert (refused.value.reason, set(refused.value.dependents)) == ("dependents", {deals.act_id})
    undo(leads.act_id, with_dependents=True)
    assert facts() == empty


def by_source():
    """source → (leads, customers)"""
    mine = {name: Lead.objects.filter(source__name=name) for name in Source.objects.values_list("name", flat=True)}
    mine[None] = Lead.objects.filter(source=None)
    customers = {name: leads.filter(lifecycle_stage="customer") for name, leads in mine.items()}
    return {name: (leads.count(), customers[name].count()) for name, leads in mine.items() if leads}


def undo(act, **more):
    return undo_act(Act.objects.get(pk=act), by=BY, now=NOW, **more)
