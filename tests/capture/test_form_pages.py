"""Building a form: on its page and through the API, with versions of the words people agree to."""

import pytest

from khoi.campaigns.models import Source
from khoi.capture import services as capture
from khoi.capture.models import Form
from khoi.capture.rules import asking
from khoi.history import services as history
from khoi.history.models import Act
from khoi.history.queries import version_of
from khoi.history.rules.actors import SYSTEM
from khoi.kit.refusals import Refusal
from tests.cast import NOW

TEXTS = {"vi": {"title": "Xem demo", "button": "Gửi", "thanks": "Đã nhận", "consent": "Gọi cho tôi."}}
TYPED = {
    "name": "Xin xem demo",
    "slug": "xem-demo",
    "touch_kind": "demo_request",
    "channel": "website",
    "source": "landing_page",
    "ask_phone": "required",
    "place_phone": "2",
    "ask_name": "asked",
    "place_name": "1",
    "embed_on": "https://www.benmay.example/lien-he\nhttp://thu.example:8080",
    **{f"{word}_vi": said for word, said in TEXTS["vi"].items()},
    "steps_vi": "Gửi form | một phút\nChúng tôi gọi lại",
}


@pytest.fixture
def form(ready) -> Form:
    return capture.prepare_forms(by=SYSTEM, now=NOW)


def test_a_marketer_builds_a_form_and_publishes_it(chi, ready, client):
    browser = chi.browser()
    built = browser.post("/settings/forms/add/", TYPED)
    hidden = client.get("/f/xem-demo").status_code
    browser.post("/settings/forms/xem-demo/publish/", {"live": "1"})
    made = Form.objects.get()

    assert (built.status_code, hidden, client.get("/f/xem-demo").status_code) == (302, 404, 200)
    assert made.fields == [{"code": "name", "required": False}, {"code": "phone", "required": True}]
    assert made.embed_on == ["https://www.benmay.example", "http://thu.example:8080"]
    assert made.texts["vi"]["steps"] == [["Gửi form", "một phút"], ["Chúng tôi gọi lại", ""]]
    assert (made.source, list(made.texts)) == (Source.objects.get(code="landing_page"), ["vi"])


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"slug": "bao-gia"}, "slug"),
        ({"slug": "báo giá"}, "slug"),
        ({"embed_on": "javascript:alert(1)"}, "embed_on"),
        ({"title_vi": ""}, "title_vi"),
        ({"ask_phone": ""}, None),
        ({"touch_kind": "email_open"}, "touch_kind"),
    ],
)
def test_what_is_wrong_stands_at_its_field_and_nothing_is_built(chi, form, change, field):
    page = chi.browser().post("/settings/forms/add/", TYPED | change)

    assert page.status_code == 422
    assert page.context["form"].errors.get(field or "__all__")
    assert Form.objects.count() == 1


def test_the_edit_page_shows_what_stands_and_saving_it_changes_nothing(chi, form):
    browser = chi.browser()
    page = browser.get("/settings/forms/bao-gia/edit/").context["form"]
    typed = {field.html_name: field.value() for field in page if field.value() is not None}
    acts = Act.objects.count()
    browser.post("/settings/forms/bao-gia/edit/", typed | {"version": version_of(form)})

    assert Act.objects.count() == acts
    assert Form.objects.get().consent_version == 1


def test_other_words_of_consent_are_another_version(form):
    other = form.texts | {"vi": form.texts["vi"] | {"consent": "Chỉ gọi cho tôi."}}
    changed = capture.edit_form(form, changes={"texts": other}, by=SYSTEM, now=NOW)
    again = capture.edit_form(changed, changes={"name": "Tên khác"}, by=SYSTEM, now=NOW)
    headline = capture.edit_form(
        again, changes={"texts": other | {"vi": other["vi"] | {"title": "Khác"}}}, by=SYSTEM, now=NOW
    )

    assert [changed.consent_version, again.consent_version, headline.consent_version] == [2, 2, 2]


def test_undo_brings_the_words_and_their_version_back(form, admin):
    with history.act("edit_form", by=admin.by, now=NOW) as act:
        capture.edit_form(form, changes={"texts": TEXTS}, by=admin.by, now=NOW)
    history.undo_act(act, by=admin.by, now=NOW)
    form.refresh_from_db()

    assert (form.consent_version, form.texts["vi"]["title"]) == (1, "Giá đúng cho đúng việc của bạn")


def test_two_editors_of_the_same_words_are_told(chi, admin, form):
    version = version_of(form)
    page = chi.browser().get("/settings/forms/bao-gia/edit/").context["form"]
    typed = {field.html_name: field.value() for field in page if field.value() is not None} | {"version": version}
    first = chi.browser().post("/settings/forms/bao-gia/edit/", typed | {"name": "Của Chi"})
    second = admin.browser().post("/settings/forms/bao-gia/edit/", typed | {"name": "Của Hà"})

    assert (first.status_code, second.status_code) == (302, 409)
    assert Form.objects.get().name == "Của Chi"


def test_the_list_counts_what_came_in(chi, form):
    for key, more in (("a", {}), ("b", {"homepage": "x"})):
        said = {"name": "Chi", "phone": "0901 000 123"} | more
        capture.submit_form(form, said, key=key, language="vi", ip="", user_agent="", now=NOW)
    row = chi.browser().get("/settings/forms/").context["forms"][0]

    assert (row.submissions, row.leads, row.held, row.last_at) == (2, 1, 1, NOW)


def test_a_preview_cannot_be_sent(chi, form):
    browser = chi.browser()

    assert "Giá đúng cho đúng việc" in browser.get("/settings/forms/bao-gia/preview/?lang=vi").content.decode()
    assert browser.post("/settings/forms/bao-gia/preview/", {"phone": "0901000123"}).status_code == 405


def test_the_snippet_is_for_sites_that_may_show_it(chi, form):
    browser = chi.browser()
    before = browser.get("/settings/forms/bao-gia/").content.decode()
    capture.edit_form(form, changes={"embed_on": ["https://a.example"]}, by=SYSTEM, now=NOW)
    after = browser.get("/settings/forms/bao-gia/").content.decode()

    assert "iframe" not in before
    assert "/f/bao-gia?frame=1" in after


def test_a_quote_in_the_name_does_not_break_the_snippet(chi, form):
    capture.edit_form(form, changes={"name": 'Giá "đúng"', "embed_on": ["https://a.example"]}, by=SYSTEM, now=NOW)

    assert 'title="Giá &quot;đúng&quot;"' in chi.browser().get("/settings/forms/bao-gia/").context["snippet"]


@pytest.mark.parametrize(
    "fields", [[], ["name"], ["phone", "phone"], ["phone", "moon"], "phone", [{"code": "phone", "required": "yes"}]]
)
def test_a_form_nobody_could_be_answered_by_is_none(fields):
    assert asking.read_questions(fields) is None


def test_the_first_form_of_a_workspace_is_made_once(form):
    assert capture.prepare_forms(by=SYSTEM, now=NOW) == form
    assert form.is_live
    assert set(form.texts) == {"vi", "en"}


def test_a_field_nobody_knows_is_refused(form):
    with pytest.raises(Refusal):
        capture.edit_form(form, changes={"consent_version": 9}, by=SYSTEM, now=NOW)
