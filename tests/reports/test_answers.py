"""Reports for programs and for the command line."""

import json

import pytest
from django.test import Client
from django.utils import timezone

from khoi.cli import main
from khoi.team import services as team
from tests.reports.histories import deal_in, lead_with, move, source

pytestmark = pytest.mark.usefixtures("ready")


@pytest.fixture
def asking(an):
    """Asks the API with An's token."""
    _token, key = team.issue_token(an.user, name="reports", scopes={"read"}, by=an.by, now=timezone.now())

    def ask(report, **asked):
        return Client().get(f"/api/reports/{report}", asked, headers={"Authorization": f"Bearer {key}"})

    return ask


def test_the_funnel_by_source_totals_its_rows(asking, an):
    lead_with(("customer", 3), owner=an, source=source("paid search"))
    lead_with(owner=an)
    answer = asking("funnel", by="source").json()

    assert [(row["source"], row["code"], row["leads"], row["won"]) for row in answer["rows"]] == [
        ("empty", "", 1, 0),
        ("paid search", "paid_search", 1, 1),
    ]
    assert (answer["total"]["leads"], answer["total"]["won"]) == (2, 1)


@pytest.mark.parametrize("report", ["funnel", "sources", "response"])
def test_the_last_day_there_is_can_be_asked_about(asking, report):
    assert asking(report, to="9999-12-31").status_code == 200


def test_an_address_with_a_null_character_is_refused_as_a_problem(asking):
    answer = asking("funnel", source="a\0")

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_address")


def test_only_what_the_token_may_see_is_counted(asking, an, dung):
    lead_with(owner=an)
    lead_with(owner=dung)

    assert asking("funnel").json()["total"]["leads"] == 1


def test_every_report_answers(asking, an):
    deal = deal_in("prospecting", owner=an, amount=100)
    move(deal, "proposal", 3)
    lead_with(owner=an)

    assert asking("pipeline", **{"from": "2026-11-01", "to": "2026-12-20"}).json()["changed"]["after"] == 100
    assert asking("sources").json()["total"]["leads"] == 1
    assert asking("response").json()["total"]["leads"] == 0


@pytest.mark.parametrize(
    ("report", "asked"),
    [
        ("funnel", {"by": "full_name"}),
        ("funnel", {"known": "soon"}),
        ("funnel", {"from": "2026-02-01", "to": "2026-01-01"}),
        ("sources", {"as_of": "31/3/2026"}),
        ("pipeline", {"from": "2026-02-01", "to": "2026-01-01"}),
        ("response", {"owner": "an"}),
    ],
)
def test_what_cannot_be_read_is_refused(asking, report, asked):
    assert asking(report, **asked).status_code == 422


def test_an_owner_nobody_knows_is_hidden(asking):
    assert asking("funnel", owner="3b241101-e2bb-4255-8caf-4136c566a962").status_code == 404


def answered(capsys, *words):
    assert main(["report", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_the_command_answers_as_the_api_does(capsys):
    lead_with(("mql", 2), ("customer", 5), source=source("paid search"))
    found = answered(capsys, "funnel", "--by", "source")

    assert found["rows"][0] | {"source": "paid search", "leads": 1, "won": 1} == found["rows"][0]
    assert found["total"] | {"leads": 1, "won": 1} == found["total"]


def test_the_command_looks_back(capsys):
    lead_with(("customer", 5))

    assert answered(capsys, "funnel", "--as-of", "2026-12-03")["total"]["won"] == 0
    assert answered(capsys, "funnel", "--as-of", "2026-12-10", "--known", "now")["total"]["won"] == 1
    assert answered(capsys, "funnel", "--from", "2026-11-30", "--to", "2026-11-30")["total"]["leads"] == 1
    assert answered(capsys, "funnel", "--to", "2026-11-29")["total"]["leads"] == 0


def test_the_command_tells_the_pipeline_of_a_day(capsys):
    deal = deal_in("prospecting", amount=100)
    move(deal, "closed_won", 5)

    assert answered(capsys, "pipeline", "--as-of", "2026-12-01")["total"]["open_amount"] == 100
    assert answered(capsys, "pipeline", "--as-of", "2026-12-08")["total"]["won_amount"] == 100


@pytest.mark.parametrize("report", ["funnel", "sources", "pipeline", "response"])
def test_the_command_writes_a_table_for_people(capsys, report):
    lead_with(source=source("paid search"))

    assert main(["report", report]) == 0
    assert capsys.readouterr().out.strip()
