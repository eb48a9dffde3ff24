"""COR-05: whoever changes a record on a page changes what they typed over, and loses nobody's word."""

import pytest
from django.urls import reverse

from tests.matrix import asking, expectations

WEB = expectations.rows("web")
#: Page → two fields of its form with a new value each.
PAGES = {
    "activities:edit": ({"title": "Gọi lại lần nữa"}, {"note": "Hỏi về kho lạnh"}),
    "campaigns:edit_source": ({"name": "Fairs"}, {"name_vi": "Hội chợ xuân"}),
    "campaigns:edit_campaign": ({"name": "Kho quý 1"}, {"starts_on": "2027-01-05"}),
    "routing:edit_share": ({"weight": "7"}, {"capacity": "9"}),
    "pipeline:edit_stage": ({"probability": "35"}, {"rot_days": "12"}),
}

pytestmark = pytest.mark.django_db


@pytest.fixture(params=sorted(PAGES))
def page(request, world):
    """(a browser, the address, what the form showed, one change, another)"""
    row = WEB[request.param]
    browser = asking.fresh(world.actors["admin"].browser)
    address = reverse(row.name, kwargs=asking.filled(world, row.parts))
    opened = browser.get(address, {"lang": "en"}).context
    shown = {name: opened["form"][name].value() for name in opened["form"].fields}
    shown = {name: "" if value is None else value for name, value in shown.items()}
    return browser, address, shown | opened["hidden"], *PAGES[request.param]


def test_cor_05_two_who_change_different_fields_both_do(page):
    browser, address, shown, one, other = page
    assert browser.post(address, shown | one).status_code == 302
    assert browser.post(address, shown | other).status_code == 302
    form = browser.get(address).context["form"]

    assert {name: str(form[name].value()) for name in one | other} == one | other


def test_cor_05_of_two_who_change_the_same_field_the_second_sees_all_three(page):
    browser, address, shown, one, other = page
    (name,) = one
    browser.post(address, shown | one)
    mine = {name: "5" if one[name].isdigit() else "Mine"}
    answer = browser.post(address, shown | other | mine)

    assert answer.status_code == 409
    clash = answer.context["form"][name].field.clash
    assert (clash["theirs"], clash["mine"], clash["base"]) == (one[name], mine[name], str(shown[name]) or "–")
    assert str(browser.get(address).context["form"][name].value()) == one[name]

    again = browser.post(address, shown | mine | answer.context["hidden"])
    assert again.status_code == 302
    assert str(browser.get(address).context["form"][name].value()) == mine[name]
