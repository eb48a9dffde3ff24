"""Tables of no system in particular: a teaching company in four files, and an online school in one."""

from collections import Counter

import pytest
from django.db.models import Count, Sum

from khoi.accounts.models import Account
from khoi.capture.queries.import_understanding import mapping_for, recognised, survey, understood
from khoi.capture.rules.mapping import RowReader
from khoi.capture.services.importing import Source, import_file, import_files
from khoi.custom.models import CustomField
from khoi.kit.tabular import read_table
from khoi.leads.models import Lead
from khoi.pipeline.models import Opportunity, OpportunityValue
from khoi.team.rules import OWNER_OF_THE_MACHINE as BY
from tests.cast import NOW

pytestmark = [pytest.mark.data, pytest.mark.django_db, pytest.mark.one_engine]


def test_deals_find_their_companies_products_and_people(shared_data, ready, admin):
    folder = shared_data / "maven_crm"
    names = ("sales_pipeline", "accounts", "sales_teams", "products")
    result = import_files([Source(folder / f"{name}.csv", f"{name}.csv") for name in names], by=BY, now=NOW)

    stages = Opportunity.objects.values("stage__name").annotate(n=Count("pk"))
    found = {row["stage__name"]: row["n"] for row in stages}
    assert found == {"Won": 4238, "Lost": 2473, "Engaging": 1589, "Prospecting": 500}
    assert Opportunity.objects.filter(stage__kind="won").aggregate(value=Sum("amount"))["value"] == 10_005_534
    assert (Account.objects.count(), Opportunity.objects.filter(account=None).count()) == (85, 1425)
    assert {kind["code"]: kind["count"] for kind in result.files[-1].warnings}["without_account"] == 1425

    fields = {field.label: field for field in CustomField.objects.filter(object="opportunity")}
    assert len(fields["sales agent"].choices) == len(result.people) == 35
    assert result.people["Moses Frase"] == {"manager": "Dustin Brinkmann", "regional_office": "Central"}
    assert {"manager", "regional office"} <= fields.keys()
    products = OpportunityValue.objects.filter(field=fields["product"]).values_list("code", flat=True)
    assert Counter(products)["gtx_pro"] == 1480


def test_pick_lists_where_nobody_chose_are_empty(shared_data, ready, admin):
    file = shared_data / "xeducation_leads" / "Leads.csv"
    with read_table(file, file.name) as table:
        rows = list(table.rows)
    found = recognised(table.headings)
    assert found is not None
    mapping = mapping_for(found, table.headings, stem="Leads")
    mapping = understood(mapping, table.headings, survey(table.headings, rows), by=BY)
    reader = RowReader(mapping, table.headings)
    assert not any(reader.read(row.cells).rejected for row in rows)
    assert (len(rows), reader.emptied) == (6468, {"Select": 9195})

    with file.open(encoding="utf-8") as lines:
        head = "".join(line for line, _ in zip(lines, range(200), strict=False))
    result = import_file(head.encode(), filename=file.name, by=BY, now=NOW)
    assert (result.created, result.rejected) == (199, 0)
    assert not Lead.objects.filter(custom_values__text="Select").exists()
