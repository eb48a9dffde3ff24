"""The two mappings of the how-to pages against the files they are for, kept beside the repository."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from khoi.capture.rules.mapping import apply, best_fit, check_against_lead, fit, load_mapping
from khoi.kit.tabular import read_table

HOWTO = Path(__file__).parents[2] / "docs" / "howto" / "import"
MQL, DEALS = (load_mapping((HOWTO / name).read_text("utf-8")) for name in ("olist-mql.toml", "olist-deals.toml"))

pytestmark = pytest.mark.data


def parsed(path, mapping):
    with read_table(path) as table:
        found = fit(mapping, table.headings)
        assert (found.missing, found.others) == ((), ())
        return [apply(mapping, table.record(row)) for row in table.rows]


@pytest.fixture(scope="module")
def leads(shared_data):
    return parsed(shared_data / "olist_funnel" / "mql.csv", MQL)


@pytest.fixture(scope="module")
def deals(shared_data):
    return parsed(shared_data / "olist_funnel" / "closed_deals_known_by_2018-04-01.csv", DEALS)


def test_every_row_is_read_without_a_problem(leads, deals):
    assert (len(leads), len(deals)) == (5345, 336)
    assert [problem for row in (*leads, *deals) for problem in row.problems] == []


def test_a_lead_has_a_number_a_day_a_source_and_no_name(leads):
    assert len({lead.key for lead in leads}) == 5345
    assert all(lead.key.system == "olist" for lead in leads)
    assert {name for lead in leads for name in lead.values} == {"arrived_at", "source"}
    assert all(lead.days == {"arrived_at"} for lead in leads)


def test_each_lead_is_qualified_on_the_day_of_first_contact(leads):
    assert all(
        [(c.of, c.state, c.at) for c in lead.claims] == [("lead", "mql", lead.moment("arrived_at"))] for lead in leads
    )
    days = [lead.moment("arrived_at") for lead in leads]
    assert datetime(2017, 6, 14, tzinfo=UTC) <= min(days) < max(days) < datetime(2018, 4, 1, tzinfo=UTC)


def test_the_files_own_wording_is_the_source(leads):
    sources = Counter(lead.text("source") for lead in leads)
    assert {"paid search", "organic search", "unknown", ""} <= set(sources)
    assert all("source" not in lead.values for lead in leads if not lead.text("source"))


def test_the_landing_page_is_kept_as_a_labelled_note(leads):
    assert all([extra.label for extra in lead.extras] == ["Landing page"] for lead in leads)


def test_a_deal_belongs_to_a_lead_and_is_won_then_without_an_amount(leads, deals):
    assert {deal.join for deal in deals} <= {lead.key for lead in leads}
    for deal in deals:
        assert [(c.of, c.state) for c in deal.claims] == [("lead", "converted"), ("opportunity", "won")]
        assert {c.at for c in deal.claims} == {deal.moment("won_at")}
        assert set(deal.values) == {"won_at", "currency"}
        assert {"Sales rep", "Sales development rep", "Seller"} <= {extra.label for extra in deal.extras}


def test_the_one_deal_won_before_its_first_contact_is_kept_with_a_warning(leads, deals):
    contacted = {lead.key: lead.moment("arrived_at") for lead in leads}
    odd = [check_against_lead(deal, first_contact_at=contacted[deal.join]) for deal in deals]
    assert [problem.code for problems in odd for problem in problems] == ["won_before_first_contact"]


def test_each_file_finds_its_mapping_by_its_headings(shared_data):
    for name, mapping in (("mql.csv", MQL), ("closed_deals_known_by_2018-04-01.csv", DEALS)):
        with read_table(shared_data / "olist_funnel" / name) as table:
            assert best_fit([DEALS, MQL], table.headings) is mapping
