"""A real funnel, imported and counted, against the same counted by hand from the files."""

import csv
from collections import Counter
from datetime import datetime
from pathlib import Path
from statistics import median

import pytest

from khoi.cli import main
from khoi.reports.queries.funnel import funnel
from khoi.team.rules import OWNER_OF_THE_MACHINE

HOWTO = Path(__file__).parents[2] / "docs" / "howto" / "import"

pytestmark = [pytest.mark.data, pytest.mark.one_engine, pytest.mark.usefixtures("ready")]


def rows_of(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_funnel_of_an_import_is_that_of_its_files(shared_data):
    files = {"olist-mql.toml": "mql.csv", "olist-deals.toml": "closed_deals_known_by_2018-04-01.csv"}
    for mapping, name in files.items():
        assert main(["import", str(shared_data / "olist_funnel" / name), "--mapping", str(HOWTO / mapping)]) == 0
    leads = {row["mql_id"]: row for row in rows_of(shared_data / "olist_funnel" / "mql.csv")}
    deals = rows_of(shared_data / "olist_funnel" / "closed_deals_known_by_2018-04-01.csv")
    came = Counter(row["origin"] or "empty" for row in leads.values())
    won = Counter(leads[deal["mql_id"]]["origin"] or "empty" for deal in deals)
    days = [
        (datetime.fromisoformat(deal["won_date"]) - datetime.fromisoformat(leads[deal["mql_id"]]["first_contact_date"]))
        for deal in deals
    ]
    found = funnel(by="source", actor=OWNER_OF_THE_MACHINE)

    assert {row.name: (row.leads, row.won) for row in found.rows} == {name: (came[name], won[name]) for name in came}
    assert (found.leads, found.won, found.bottleneck) == (len(leads), len(deals), "mql")
    assert found.backwards == sum(span.total_seconds() < 0 for span in days)
    in_order = [span.total_seconds() / 86_400 for span in days if span.total_seconds() >= 0]
    assert found.step("mql").span.median == pytest.approx(median(in_order), abs=0.05)
