"""One lead's whole life in Chromium: what a stranger types into a form becomes a won deal, and is taken back."""

import pytest

from khoi.capture import services as forms
from khoi.history.rules.actors import SYSTEM
from khoi.leads.models import Lead
from khoi.pipeline.models import Opportunity
from khoi.routing.models import RoutingRule, Share
from tests.cast import NOW, acting
from tests.home.test_browser import NO_TELEPHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ASKED = {
    "name": "Lưu Thị Ngọc Trâm",
    "phone": "0912 345 678",
    "email": "tram@maydo.example",
    "company": "Nội thất Mây Đỏ",
    "message": "Xin báo giá cho 40 người dùng, cần trước Tết.",
}
BANT = {"budget": ("amount", "120000000"), "need": ("text", "Bỏ bảng tính"), "timing": ("on_date", "2027-01-20")}


@pytest.fixture
def site(live_server, ready, an):
    """The address of a company whose form is on the web and whose leads all go to An."""
    forms.prepare_forms(by=SYSTEM, now=NOW)
    with acting():
        Share.objects.create(rule=RoutingRule.objects.get(), user=an.user, weight=1)
    return live_server.url


@pytest.fixture
def windows(browser, site, an):
    """Two windows: a stranger's, and one in which An is logged in."""
    opened = [browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce") for _ in range(2)]
    opened[1].add_cookies([{"name": "khoi", "value": an.browser().cookies["khoi"].value, "url": site}])
    opened[1].add_init_script(NO_TELEPHONE)
    for context in opened:
        context.set_default_timeout(10_000)
    yield [context.new_page() for context in opened]
    for context in opened:
        context.close()


def go(page, selector):
    """Presses what leads to another page, and waits for it."""
    with page.expect_navigation():
        page.click(selector)


def ask_for_a_price(stranger, site):
    stranger.goto(f"{site}/f/bao-gia")
    for name, said in ASKED.items():
        stranger.fill(f"[name={name}]", said)
    stranger.select_option("[name=employees]", "51-200")
    stranger.check("[name=consent]")
    stranger.wait_for_timeout(2_100)  # whoever is quicker is held for a robot
    go(stranger, "form button")


def learn_bant(rep):
    for kind, (field, said) in BANT.items():
        rep.click(f"a[href$='/bant/{kind}/']")
        rep.fill(f"#dialog [name={field}]", said)
        go(rep, "#dialog button[data-kind=primary]")
    rep.click("a[href$='/bant/authority/']")
    rep.select_option("#dialog [name=role]", "decision_maker")
    go(rep, "#dialog button[data-kind=primary]")


def won(rep, site):
    """How many leads were won, as the report in another window of the same member says."""
    report = rep.context.new_page()
    report.goto(f"{site}/reports/")
    last = report.locator("section[aria-labelledby=funnel] tbody tr").last
    said = last.locator("td").nth(1).text_content()
    report.close()
    return int(said)


def test_a_form_becomes_a_won_deal_and_the_last_step_is_taken_back(windows, site, an):
    stranger, rep = windows
    ask_for_a_price(stranger, site)
    lead = Lead.objects.get()
    assert (lead.owner, lead.lifecycle_stage) == (an.user, "prospect")
    rep.goto(f"{site}/leads/?view=new")
    go(rep, "tbody a:has-text('Ngọc Trâm')")
    rep.click("a[data-log]")
    go(rep, "#dialog button[value=connected]")
    learn_bant(rep)
    assert Lead.objects.get().lifecycle_stage == "sql"
    go(rep, "a[href$='/convert/']")
    go(rep, "main button[data-kind=primary]")
    assert won(rep, site) == 0
    for _stage in range(6):
        go(rep, ".gatebox button[data-kind=primary]")
    assert Opportunity.objects.get().stage.kind == "won"
    assert Lead.objects.get().lifecycle_stage == "customer"
    assert won(rep, site) == 1
    go(rep, ".toast [data-undo] button")
    assert Opportunity.objects.get().stage.kind == "open"
    assert won(rep, site) == 0
