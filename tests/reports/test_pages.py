"""The pages of the reports: every figure opens exactly the records it counted."""

import csv
import io
import re
from datetime import date, timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from khoi.history import services as history
from khoi.leads.models import Lead
from khoi.team.rules import OWNER_OF_THE_MACHINE
from tests.cast import acting
from tests.reports.histories import assign, day, deal_in, edit, lead_with, move, source

pytestmark = pytest.mark.usefixtures("ready")

#: A figure that is a link, in a table or in the stream.
FIGURE = re.compile(r'<a class="link" href="([^"]+)">([\d,.]+)</a>')


def some_leads(an, dung):
    fair, paid = source("fair"), source("paid search")
    lead_with(("lead", 0), ("mql", 1), ("sal", 2), ("sql", 9), ("customer", 12), owner=an, source=fair)
    lead_with(("lead", 0), ("mql", 1), ("sal", 2), ("opportunity", 8), owner=dung, source=fair)
    lead_with(("lead", 0), ("prospect", 3), ("recycled", 5), owner=an, source=paid, channel="zalo")
    lead_with(("lead", 0), ("mql", 1), ("sal", 2), owner=an, source=paid, respond_by=day(1), responded_at=day(0.5))
    lead_with(("customer", -3), ("opportunity", 4), owner=dung, respond_by=day(1), responded_at=day(3))
    lead_with(respond_by=day(1), owner=an)
    lead_with(arrived=40)


def opened(browser, **asked):
    return browser.get(reverse("reports:index"), {"period": "ever", "lang": "en", **asked})


def figures(page):
    return [(unescape(url), int(shown.replace(",", ""))) for url, shown in FIGURE.findall(page.content.decode())]


def count_on(page):
    return page.context["page"].paginator.count


TODAY: dict[str, str] = {}
THAT_DAY = {"as_of": "2026-12-06"}


@pytest.mark.parametrize(
    ("by", "past"),
    [
        *((by, TODAY) for by in ("", "source", "owner", "team", "channel", "campaign", "period")),
        *((by, THAT_DAY) for by in ("", "owner", "period")),
        *((by, {**THAT_DAY, "known": "then"}) for by in ("source", "team")),
    ],
)
def test_every_figure_opens_as_many_records_as_it_says(admin, an, dung, by, past, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: day(60))
    some_leads(an, dung)
    deal = deal_in("prospecting", amount=5_000_000, close_on=date(2026, 12, 20))
    move(deal, "proposal", 2)
    edit(deal, 4, amount=7_000_000)
    browser = admin.browser()
    found = figures(opened(browser, by=by, **past))

    assert len(found) > 10
    for url, figure in dict(found).items():
        assert count_on(browser.get(url)) == figure, url


def test_the_sentence_names_the_leak_with_its_figures(admin):
    lead_with(("mql", 1), ("sal", 9))
    lead_with(("mql", 1), ("sal", 9), ("sql", 12))
    lead_with(("mql", 1))
    said = re.sub(r"<[^>]+>", "", opened(admin.browser()).content.decode())

    assert "The bottleneck is MQL to SAL: a median of 8 days, 67% pass." in said
    assert "1 lead stopped here, 1 never heard from us. Open the 1" in said


def test_the_budget_question_is_asked_where_leads_stop_before_sql(admin):
    for _ in range(3):
        lead_with(("sal", 1))
    lead_with(("sal", 1), ("sql", 90))
    page = opened(admin.browser())
    url = page.context["leak"].silent_url

    assert (page.context["leak"].label, page.context["leak"].silent) == ("SAL", 3)
    assert count_on(admin.browser().get(url)) == 3


def test_a_rep_opens_her_teams_figures_only(an, dung):
    some_leads(an, dung)
    for url, figure in figures(opened(dung.browser())):
        assert count_on(dung.browser().get(url)) == figure

    shown = dung.browser().get(reverse("reports:leads"), {"period": "ever"}).context["page"]
    assert {lead.owner for lead in shown} == {dung.user, None}


def test_a_lead_taken_back_since_is_counted_then_and_can_no_longer_be_opened(admin, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: day(60))
    with acting(now=day(1)) as act:
        lead = lead_with(now=day(1))
    history.undo_act(act, by=OWNER_OF_THE_MACHINE, now=day(5))
    lead_with(now=day(6))
    page = opened(admin.browser(), as_of="2026-12-03", known="then")

    assert not Lead.objects.filter(pk=lead.pk).exists()
    assert page.context["funnel"].leads == 1
    assert opened(admin.browser(), as_of="2026-12-03").context["funnel"].leads == 1


@pytest.mark.one_engine
@pytest.mark.parametrize("language", ["vi", "en"])
def test_nothing_to_report_says_what_the_page_is_for(admin, language):
    page = admin.browser().get(reverse("reports:index"), {"lang": language})

    said = {"en": "Not enough history yet", "vi": "<h2>"}[language]
    assert 'class="empty"' in page.content.decode()
    assert said in page.content.decode()


@pytest.mark.one_engine
def test_no_leads_in_the_days_asked_offers_other_days(admin):
    lead_with()
    page = admin.browser().get(reverse("reports:index"), {"from": "2020-01-01", "to": "2020-02-01", "lang": "en"})
    said = page.content.decode()

    assert page.context["funnel"].leads == 0
    assert "No lead arrived in these days" in said
    assert '<a class="btn" href="?period=ever">All time</a>' in said


def test_without_a_recent_lead_all_time_is_shown(admin, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: day(400))
    lead_with()

    assert admin.browser().get(reverse("reports:index")).context["asked"].named == "ever"
    monkeypatch.setattr(timezone, "now", lambda: day(40))
    assert admin.browser().get(reverse("reports:index")).context["asked"].named == "ninety"


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "wrong",
    [
        {"from": "yesterday"}, {"as_of": "2026-13-40"}, {"as_of": "2999-01-01"},
        {"by": "full_name"}, {"known": "soon"}, {"owner": "an"},
        {"source": "nowhere"}, {"from": "2026-02-01", "to": "2026-01-01"}, {"since": "9999-12-31"}, {"sort": "id"},
        {"period": "2026"},
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_left_out_and_told(admin, wrong):
    lead_with()
    page = opened(admin.browser(), **wrong) if "period" not in wrong else admin.browser().get("/reports/", wrong)

    assert page.status_code == 200
    assert 'data-tone="warn"' in page.content.decode()


@pytest.mark.one_engine
@pytest.mark.parametrize(
    "address",
    [
        "leads/?part=all", "leads/?stage=born", "leads/?by=source&key=nowhere", "leads/?by=owner&key=1",
        "deals/", "deals/?cause=weather", "deals/?stage=x", "deals/?stage=1",
    ],
)  # fmt: skip
def test_a_figure_nobody_shows_is_not_found(admin, address):
    assert admin.browser().get(f"/reports/{address}").status_code == 404


@pytest.mark.one_engine
def test_a_partner_has_no_reports(an):
    an.user.role = "partner"
    with acting():
        an.user.save(update_fields=["role"])

    for name in ("index", "leads", "deals"):
        assert an.browser().get(reverse(f"reports:{name}")).status_code == 403


@pytest.mark.one_engine
def test_a_past_day_says_so_and_leads_back(admin):
    lead_with()
    page = opened(admin.browser(), as_of="2026-11-21").content.decode()

    assert "As of 21 Nov 2026" in page
    assert "Back to today" in page


@pytest.mark.one_engine
def test_tomorrow_is_not_the_past(admin):
    lead_with()
    tomorrow = (timezone.now() + timedelta(days=2)).date().isoformat()

    assert opened(admin.browser(), as_of=tomorrow).context["asked"].as_of is None


@pytest.mark.one_engine
def test_the_page_changes_nothing(admin):
    lead_with()

    for name in ("index", "leads", "deals"):
        assert admin.browser().post(reverse(f"reports:{name}")).status_code == 405


@pytest.mark.one_engine
def test_links_keep_what_was_asked(admin, an):
    lead_with(owner=an, source=source("fair"))
    page = opened(admin.browser(), by="source", owner=str(an.user.public_id))
    url, _count = figures(page)[0]
    kept = parse_qs(urlsplit(url).query)

    assert kept["owner"] == [str(an.user.public_id)]
    assert kept["period"] == ["ever"]


@pytest.mark.one_engine
def test_a_name_is_never_markup(admin):
    lead_with(source=source("<script>alert(1)</script>"))
    page = opened(admin.browser(), by="source").content.decode()

    assert "<script>alert(1)" not in page


@pytest.mark.one_engine
@pytest.mark.parametrize("report", ["funnel", "sources", "pipeline", "response"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_report_comes_as_a_file(admin, an, dung, report, form):
    some_leads(an, dung)
    deal_in("proposal", amount=7)
    answer = admin.browser().get(reverse("reports:export", args=[report, form]), {"period": "ever"})

    assert answer.status_code == 200
    assert answer["Content-Disposition"].endswith(f'{report}.{form}"')
    assert len(answer.content) > 100


def test_the_file_says_what_the_page_says(admin, an, dung):
    some_leads(an, dung)
    asked = {"period": "ever", "by": "source", "lang": "en"}
    answer = admin.browser().get(reverse("reports:export", args=["funnel", "csv"]), asked)
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))

    assert rows[0][:2] == ["Source", "Lead"]
    assert {row[0]: row[1] for row in rows[1:]} == {"Fair": "2", "Paid search": "2", "No source": "3"}


def queries_of(browser, asked):
    with CaptureQueriesContext(connection) as seen:
        assert opened(browser, **asked).status_code == 200
    return len(seen)


@pytest.mark.parametrize("asked", [{}, {"by": "source", "against": "previous", "period": "this_year"}])
def test_the_number_of_queries_does_not_grow_with_the_rows(admin, an, dung, asked):
    browser = admin.browser()
    some_leads(an, dung)
    deal_in("proposal", amount=7)
    few = queries_of(browser, asked)
    for number in range(3):
        some_leads(an, dung)
        lead_with(("sal", 1), source=source(f"more {number}"), owner=an)
        deal_in("proposal", amount=7)

    assert queries_of(browser, asked) == few
    assert few < 60


def test_the_owner_of_the_day_opens_the_leads_of_the_day(admin, an, dung, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: day(60))
    lead = lead_with(owner=an)
    assign(lead, dung.user, 6)
    with acting():
        Lead.objects.update(owner=dung.user)
    page = opened(admin.browser(), as_of="2026-12-03", owner=str(an.user.public_id))

    assert page.context["funnel"].leads == 1
    assert opened(admin.browser(), owner=str(an.user.public_id)).context["funnel"].leads == 0
