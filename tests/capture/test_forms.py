"""A stranger sends a form: what is kept, what is believed, what everybody is answered."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import signing
from django.test import Client

from khoi.capture import services as capture
from khoi.capture.models import Form, Submission
from khoi.capture.views.public import SALT
from khoi.history import services as history
from khoi.history.models import Act
from khoi.history.rules.actors import SYSTEM
from khoi.kit.refusals import Refusal
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.people.models import Consent, ContactPoint, MatchKey, Person
from khoi.routing.models import RoutingRule, Share
from khoi.timemachine import services as timemachine
from khoi.touchpoints.models import Touchpoint
from tests.cast import NOW, acting

CHI = {"name": "Nguyễn Thị Mai Chi", "phone": "0901 000 123", "email": "chi@lasen.example", "company": "Bao bì Lá Sen"}
UTM = {"utm_source": "google", "utm_campaign": "kho-q4"}


@pytest.fixture
def form(ready) -> Form:
    return capture.prepare_forms(by=SYSTEM, now=NOW)


@pytest.fixture
def an_is_next(ready, an):
    with acting():
        Share.objects.create(rule=RoutingRule.objects.get(), user=an.user)


def aged(token, seconds=60):
    """The token as if the page had been open for a while."""
    words = signing.loads(token, salt=SALT)
    return signing.dumps(words | {"t": words["t"] - seconds}, salt=SALT, compress=True)


def token_in(page):
    return re.findall(r'name="token" value="([^"]+)"', page.content.decode())[0]


def opened(client, form, query="", **headers):
    return aged(token_in(client.get(f"/f/{form.slug}?lang=vi{query}", **headers)))


def send(client, form, answers, *, token=None, **headers):
    token = token or opened(client, form)
    return client.post(f"/f/{form.slug}?lang=vi", {**answers, "token": token}, **headers)


def put(form, answers, **more):
    """Straight into the service."""
    about: dict[str, Any] = {"key": "k", "language": "vi", "ip": "203.0.113.7", "user_agent": "Mozilla", "now": NOW}
    about |= more
    return capture.submit_form(form, answers, **about)


def test_a_form_becomes_a_lead_with_an_owner(client, form, an, an_is_next):
    answer = send(client, form, CHI | {"employees": "20-50", "message": "Đếm kho"})
    lead = Lead.objects.get()

    assert (answer.status_code, answer["Location"].split("?")[0]) == (303, "/f/bao-gia/thanks")
    assert (lead.owner, lead.lifecycle_stage, lead.employees) == (an.user, "prospect", 20)
    assert lead.respond_by is not None
    assert (lead.source, lead.channel, lead.company_name) == (form.source, "website", "Bao bì Lá Sen")


def test_where_the_visitor_came_from_is_kept(client, form):
    token = opened(client, form, "&utm_source=google&utm_campaign=kho-q4", HTTP_REFERER="https://tim.example/")
    send(client, form, CHI, token=token)
    lead = Lead.objects.get()

    assert lead.utm == UTM
    assert lead.referrer == "https://tim.example/"
    assert "utm_source=google" in lead.landing_page


def test_what_was_sent_is_kept_word_for_word(client, form):
    send(client, form, CHI, HTTP_USER_AGENT="Mozilla/5.0", REMOTE_ADDR="203.0.113.9")
    kept = Submission.objects.get()

    assert {name: kept.payload[name] for name in CHI} == CHI
    assert (kept.verdict, kept.ip, kept.user_agent, kept.language) == ("lead", "203.0.113.9", "Mozilla/5.0", "vi")


def test_posted_twice_it_is_one_lead(client, form):
    token = opened(client, form)
    answers = [send(client, form, CHI, token=token) for _ in range(3)]

    assert len({answer["Location"] for answer in answers}) == 1
    assert (Lead.objects.count(), Submission.objects.count(), Touchpoint.objects.count()) == (1, 1, 1)


def test_the_same_key_at_the_service_is_one_lead(form):
    first, again = put(form, CHI), put(form, CHI)

    assert first.lead == again.lead
    assert again.already


def test_corrected_and_sent_again_nothing_is_lost(client, form):
    token = opened(client, form)
    send(client, form, CHI, token=token)
    send(client, form, CHI | {"phone": "0901 000 124"}, token=token)

    assert Submission.objects.count() == 2
    assert Person.objects.count() == 1


# --- what is wrong stands at its field, and what was typed stays


@pytest.mark.parametrize(
    ("phone", "said"),
    [
        ("0901 000 12", "Thiếu một chữ số; số di động có 10 chữ số."),
        ("0901 00", "Thiếu chữ số; số di động có 10 chữ số."),
        ("0901 000 1234", "Thừa chữ số; số di động có 10 chữ số."),
        ("0101 000 123", "Không có đầu số này. Bạn xem lại các chữ số."),
        ("gọi tôi nhé", "không phải số điện thoại"),
        ("", "Cần điền mục này."),
    ],
)
def test_a_wrong_phone_is_said_in_vietnamese_and_everything_typed_stays(client, form, phone, said):
    answer = send(client, form, CHI | {"phone": phone, "message": "Đếm kho <nhanh>"})
    page = answer.content.decode()

    assert answer.status_code == 422
    assert said in page
    assert 'value="Nguyễn Thị Mai Chi"' in page
    assert "Đếm kho &lt;nhanh&gt;" in page
    assert f'value="{phone}"' in page or not phone
    assert Submission.objects.count() == 0


def test_a_form_that_asks_for_either_needs_one_of_them(ready, client):
    either = capture.add_form(
        slug="hoi",
        name="Hỏi",
        fields=["name", "phone", "email"],
        texts={"en": {"title": "Ask", "button": "Ask", "thanks": "Thanks", "consent": "Answer me."}},
        is_live=True,
        by=SYSTEM,
        now=NOW,
    )
    neither, one = send(client, either, {"name": "Chi"}), send(client, either, {"email": "chi@lasen.example"})

    assert (neither.status_code, one.status_code) == (422, 303)


def test_the_service_refuses_what_the_page_refuses(form):
    with pytest.raises(Refusal) as refusal:
        put(form, CHI | {"phone": "0901 000 12"})

    assert (refusal.value.code, refusal.value.field) == ("phone_one_short", "phone")
    assert Lead.objects.count() == 0


def test_a_page_that_was_open_too_long_asks_again_and_loses_nothing(client, form):
    page = send(client, form, CHI, token="made up")

    assert page.status_code == 422
    assert 'value="0901 000 123"' in page.content.decode()
    assert Lead.objects.count() == 0


# --- spam is kept aside and answered like everybody


def test_a_program_that_fills_the_hidden_field_is_held_and_thanked(client, form):
    answer = send(client, form, CHI | {"homepage": "http://spam.example"})
    human = send(client, form, CHI | {"phone": "0901 000 999"})

    assert (answer.status_code, answer["Location"]) == (human.status_code, human["Location"])
    assert [one.verdict for one in Submission.objects.order_by("id")] == ["spam", "lead"]
    assert Submission.objects.earliest("id").payload["held_for"] == "trap"
    assert Lead.objects.count() == 1


def test_faster_than_a_human_is_held(client, form):
    answer = send(client, form, CHI, token=token_in(client.get("/f/bao-gia?lang=vi")))

    assert answer.status_code == 303
    assert Submission.objects.get().payload["held_for"] == "fast"
    assert Lead.objects.count() == 0


def test_a_flood_from_one_address_is_held_and_others_come_through(form):
    for number in range(32):
        put(form, CHI | {"message": str(number)}, key=str(number))
    put(form, CHI | {"message": "khác"}, key="other", ip="198.51.100.4")

    assert Submission.objects.filter(verdict="spam").count() == 2
    assert Lead.objects.count() == 31


def test_an_hour_later_the_address_may_send_again(form):
    for number in range(31):
        put(form, CHI | {"message": str(number)}, key=str(number))
    later = put(form, CHI, key="later", now=NOW + timedelta(hours=1, seconds=1))

    assert later.verdict == "lead"


def test_what_was_held_can_become_the_lead_it_was(form, admin):
    put(form, CHI | {"homepage": "x", "consent": True})
    held = Submission.objects.get()
    answer = admin.browser().post(f"/settings/forms/bao-gia/release/{held.pk}/")
    lead = Lead.objects.get()

    assert answer.status_code == 302
    assert (lead.person.full_name, lead.arrived_at) == ("Nguyễn Thị Mai Chi", NOW)
    assert Consent.objects.get().purpose == "answer"


# --- a stranger is believed nothing about somebody we know


@pytest.fixture
def known(ready):
    enquiry = lifecycle.Enquiry(full_name="Nguyễn Thị Mai Chi", emails=("chi@lasen.example",), phones=("0901000123",))
    return lifecycle.capture_lead(enquiry, by=SYSTEM, now=NOW).person


def state_of(person):
    return (
        list(Person.objects.filter(pk=person.pk).values()),
        list(ContactPoint.objects.filter(person=person).order_by("id").values()),
        list(MatchKey.objects.filter(person=person).order_by("id").values()),
        list(Consent.objects.filter(person_ref=person.pk).values()),
    )


def test_a_stranger_changes_nothing_of_a_known_person(client, form, known):
    before = state_of(known)
    send(client, form, CHI | {"name": "Kẻ Mạo Danh", "email": "khac@example.vn", "consent": "on"})
    lead = Lead.objects.latest("id")

    assert state_of(known) == before
    assert lead.person == known
    assert lead.claims["full_name"] == "Kẻ Mạo Danh"
    assert lead.claims["emails"] == ["khac@example.vn"]
    assert lead.claims["consents"] == ["answer"]


def test_known_and_unknown_get_the_same_bytes(form, known):
    pages = []
    for phone in ("0901 000 123", "0901 000 999"):
        browser = Client()
        sent = send(browser, form, {"name": "Chi", "phone": phone})
        thanks = browser.get(sent["Location"])
        headers = sorted((name, value) for name, value in sent.headers.items() if name != "Content-Length")
        pages.append((sent.status_code, headers, sent.content, thanks.status_code, thanks.content))

    assert pages[0] == pages[1]
    assert Person.objects.count() == 2


def test_a_visitor_gets_no_cookie(form):
    browser = Client()
    sent = send(browser, form, CHI)
    browser.get(sent["Location"])

    assert not browser.cookies


def test_whoever_is_logged_in_is_a_stranger_here_too(form, admin):
    send(admin.browser(), form, CHI)

    assert Act.objects.latest("id").actor_kind == "visitor"


# --- consent


def test_no_box_is_ticked_beforehand_in_either_language(client, form):
    for language in ("vi", "en"):
        page = client.get(f"/f/bao-gia?lang={language}").content.decode()
        boxes = re.findall(r'<input type="checkbox"[^>]*>', page)

        assert boxes
        assert not [box for box in boxes if "checked" in box]


def test_a_consent_keeps_the_very_words_their_version_and_where_they_stood(client, form):
    send(client, form, CHI | {"consent": "on"}, REMOTE_ADDR="203.0.113.9")
    consent = Consent.objects.get()

    assert consent.wording == form.texts["vi"]["consent"]
    assert (consent.purpose, consent.wording_version, consent.language) == ("answer", 1, "vi")
    assert (consent.ip, consent.confirmed, consent.basis) == ("203.0.113.9", False, "form")
    assert "/f/bao-gia" in consent.url


def reworded(form, consent):
    texts = form.texts | {"vi": form.texts["vi"] | {"consent": consent}}
    return capture.edit_form(form, changes={"texts": texts}, by=SYSTEM, now=NOW)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("lang=vi", "Lời xin đồng ý đã thay đổi"),
        ("lang=en", "The words of consent have changed"),
        ("lang=vi&frame=1", "Lời xin đồng ý đã thay đổi"),
    ],
)
def test_words_that_changed_while_the_page_was_open_are_read_before_anybody_agrees_to_them(client, form, query, said):
    token = aged(token_in(client.get(f"/f/bao-gia?{query}")))
    languages = {name: words | {"consent": f"Other words ({name})"} for name, words in form.texts.items()}
    capture.edit_form(form, changes={"texts": languages}, by=SYSTEM, now=NOW)
    answer = client.post(f"/f/bao-gia?{query}", CHI | {"consent": "on", "token": token})
    page = answer.content.decode()

    assert answer.status_code == 422
    assert said in page
    assert "Other words" in page
    assert 'value="0901 000 123"' in page
    assert "checked" not in page
    assert (Lead.objects.count(), Consent.objects.count()) == (0, 0)

    client.post(f"/f/bao-gia?{query}", CHI | {"consent": "on", "token": token_in(answer)})
    assert Consent.objects.get().wording.startswith("Other words")


def test_the_page_that_came_back_remembers_where_the_visitor_came_from(client, form):
    token = opened(client, form, "&utm_source=google&utm_campaign=kho-q4")
    reworded(form, "Chỉ gọi cho tôi.")
    send(client, form, CHI, token=token_in(send(client, form, CHI, token=token)))

    assert Lead.objects.get().utm == UTM


def test_other_words_under_the_same_number_are_other_words(client, form, admin):
    with history.act("edit_form", by=admin.by, now=NOW) as act:
        reworded(form, "Gọi tôi.")
    token = opened(client, form)
    history.undo_act(act, by=admin.by, now=NOW)
    form.refresh_from_db()
    assert reworded(form, "Gọi và gửi thư cho tôi.").consent_version == 2

    assert send(client, form, CHI | {"consent": "on"}, token=token).status_code == 422
    assert Consent.objects.count() == 0


def test_another_headline_lets_an_open_page_be_sent(client, form):
    token = opened(client, form)
    texts = form.texts | {"vi": form.texts["vi"] | {"title": "Tên khác"}}
    capture.edit_form(form, changes={"texts": texts}, by=SYSTEM, now=NOW)

    assert send(client, form, CHI | {"consent": "on"}, token=token).status_code == 303


def test_without_the_tick_there_is_no_consent_and_still_a_lead(client, form):
    send(client, form, CHI)

    assert (Consent.objects.count(), Lead.objects.count()) == (0, 1)


def test_one_box_for_each_purpose(client, form):
    texts = form.texts | {"vi": form.texts["vi"] | {"marketing": "Gửi tôi tin mới."}}
    capture.edit_form(form, changes={"texts": texts}, by=SYSTEM, now=NOW)
    send(client, form, CHI | {"marketing": "on"})

    assert [(c.purpose, c.wording, c.wording_version) for c in Consent.objects.all()] == [
        ("marketing", "Gửi tôi tin mới.", 2)
    ]


# --- where it may be sent from, and shown


@pytest.mark.parametrize(
    "headers",
    [
        {"HTTP_ORIGIN": "https://la.example"},
        {"HTTP_SEC_FETCH_SITE": "cross-site"},
        {"HTTP_SEC_FETCH_SITE": "same-site"},
    ],
)
def test_a_form_sent_by_somebody_elses_page_is_refused(client, form, headers):
    answer = send(client, form, CHI, **headers)

    assert answer.status_code == 403
    assert (Lead.objects.count(), Submission.objects.count()) == (0, 0)


def test_a_token_of_another_form_opens_nothing(client, form):
    other = capture.add_form(
        slug="khac", name="Khác", fields=["phone"], texts=form.texts, is_live=True, by=SYSTEM, now=NOW
    )
    assert send(client, form, CHI, token=opened(client, other)).status_code == 422


def test_only_sites_that_are_named_may_frame_it(client, form):
    nobody = client.get("/f/bao-gia")
    capture.edit_form(form, changes={"embed_on": ["https://www.benmay.example/lien-he"]}, by=SYSTEM, now=NOW)
    named = client.get("/f/bao-gia?frame=1")

    assert nobody["Content-Security-Policy"].endswith("frame-ancestors 'none'")
    assert nobody["X-Frame-Options"] == "DENY"
    assert named["Content-Security-Policy"].endswith("frame-ancestors https://www.benmay.example")
    assert "X-Frame-Options" not in named


def framed_by(client, site, query=""):
    return client.get(f"/f/bao-gia?frame=1{query}", headers={"Sec-Fetch-Dest": "iframe", "Referer": f"{site}/"})


def test_a_site_that_is_not_named_is_told_so_in_the_frame(client, form):
    capture.edit_form(form, changes={"embed_on": ["https://www.benmay.example"]}, by=SYSTEM, now=NOW)
    refused = framed_by(client, "https://other.example", "&lang=en")

    assert refused.status_code == 403
    assert "This form may not be shown on this site" in refused.content.decode()
    assert "<form" not in refused.content.decode()
    assert refused["Content-Security-Policy"].endswith("frame-ancestors *")
    assert framed_by(client, "https://www.benmay.example").status_code == 200


def test_a_form_in_a_frame_is_light_unless_its_address_says_dark(client, form):
    light, dark = (client.get(f"/f/bao-gia?frame=1{more}").content.decode() for more in ("", "&theme=dark"))

    assert 'data-theme="light"' in light
    assert 'data-theme="dark"' in dark
    assert "theme=dark" in dark.split('action="')[1].split('"')[0]


@pytest.mark.parametrize("path", ["/f/bao-gia", "/f/bao-gia/thanks", "/f/khong-co", "/f/khong-co/thanks"])
def test_a_form_off_the_web_is_as_if_it_never_was(client, form, path):
    capture.publish_form(form, live=False, by=SYSTEM, now=NOW)

    assert client.get(path).status_code == 404


def test_reading_the_page_writes_nothing(client, form):
    before = Act.objects.count()
    client.get("/f/bao-gia?utm_source=x")
    client.get("/f/bao-gia/thanks?at=1")

    assert (Act.objects.count(), Submission.objects.count()) == (before, 0)


def test_what_was_sent_finds_its_lead_again_when_that_is_restored(form, admin):
    put(form, CHI)
    lead = Lead.objects.get()
    act = lifecycle.delete_records([lead], by=admin.by, now=NOW)
    assert Submission.objects.get().lead_id is None
    undone = timemachine.undo(act, by=admin.by, now=NOW)
    timemachine.undo(timemachine.undo(undone.act, by=admin.by, now=NOW).act, by=admin.by, now=NOW)
    assert Submission.objects.get().lead_id == lead.pk
