"""Mail goes out once; when nobody can know whether it did, it is held."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
from django.db import transaction

from khoi.history.rules.actors import SYSTEM
from khoi.kit.refusals import Refusal
from khoi.outbox import jobs, queries
from khoi.outbox import services as outbox
from khoi.outbox.models import Mail, State
from tests.outbox.sink import dying, sink

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def write_to(to: str = "chi@khoi.test", **other: str) -> Mail:
    words = {"kind": "test", "subject": "Chào Chi", "text": "Xin chào.\n.\nHết.\n"} | other
    return outbox.queue_mail(to=to, now=NOW, **words)


def state_of(mail: Mail) -> str:
    mail.refresh_from_db()
    return mail.state


def test_a_queued_mail_reaches_a_real_server_whole(settings):
    mail = write_to()
    with sink() as (settings.SMTP_URL, kept):
        jobs.send_due(NOW)

    (sender, recipients, raw) = kept.mails[0]
    got = message_from_bytes(raw, policy=policy.default)
    assert (len(kept.mails), recipients, state_of(mail)) == (1, ["chi@khoi.test"], State.SENT)
    assert (got["Subject"], got["Message-ID"], got["To"]) == ("Chào Chi", mail.message_id, "chi@khoi.test")
    assert got.get_content().replace("\r\n", "\n") == "Xin chào.\n.\nHết.\n"
    assert sender == "khoi@127.0.0.1"


def test_the_text_of_a_sent_mail_is_forgotten(settings):
    mail = write_to(html="<p>Xin chào</p>")
    with sink() as (settings.SMTP_URL, _):
        jobs.send_due(NOW)

    mail.refresh_from_db()
    assert (mail.text, mail.html, mail.sent_at) == ("", "", NOW)


def test_without_a_server_mail_waits(settings):
    settings.SMTP_URL = ""
    mail = write_to()

    assert not jobs.send_due(NOW)
    assert state_of(mail) == State.QUEUED


def test_a_server_that_is_down_puts_the_mail_off_and_stops_the_round(settings):
    first, second = write_to(), write_to("an@khoi.test")
    settings.SMTP_URL = "smtp://127.0.0.1:1"
    jobs.send_due(NOW)

    first.refresh_from_db()
    assert (first.state, first.attempts, first.not_before) == (State.QUEUED, 1, NOW + timedelta(minutes=1))
    assert state_of(second) == State.QUEUED
    assert second.attempts == 0


def test_the_next_try_keeps_the_message_id(settings):
    mail = write_to()
    with sink("451 come back later") as (settings.SMTP_URL, _):
        jobs.send_due(NOW)
    with sink() as (settings.SMTP_URL, kept):
        jobs.send_due(NOW)
        jobs.send_due(NOW + timedelta(minutes=1))

    assert len(kept.mails) == 1
    assert mail.message_id.encode() in kept.mails[0][2]


def test_a_mail_refused_for_good_is_listed_with_the_servers_words(settings):
    mail = write_to()
    with sink("554 no such person") as (settings.SMTP_URL, _):
        jobs.send_due(NOW)

    assert state_of(mail) == State.FAILED
    assert "no such person" in mail.error
    assert list(queries.to_decide()) == [mail]


def test_after_the_last_try_it_is_given_up(settings):
    mail = write_to()
    at = NOW
    with sink("451 not now") as (settings.SMTP_URL, _):
        for _ in range(10):
            jobs.send_due(at)
            mail.refresh_from_db()
            at = max(at, mail.not_before)

    assert (mail.state, mail.attempts) == (State.FAILED, 10)


def test_a_server_that_dies_before_its_250_leaves_the_mail_held(settings):
    mail = write_to()
    with dying("before") as (settings.SMTP_URL, taken):
        jobs.send_due(NOW)
        jobs.send_due(NOW + timedelta(days=1))

    assert len(taken) == 1
    assert state_of(mail) == State.HELD


def test_a_server_that_dies_after_its_250_has_the_mail(settings):
    mail, second = write_to(), write_to("an@khoi.test")
    with dying("after") as (settings.SMTP_URL, taken):
        jobs.send_due(NOW)

    assert (len(taken), state_of(mail)) == (1, State.SENT)
    assert state_of(second) == State.QUEUED


def test_cor_01_a_process_killed_between_claim_and_mark_leaves_the_mail_held(settings, monkeypatch):
    mail = write_to()
    monkeypatch.setattr("khoi.outbox.services.sending._mark", lambda *_, **__: (_ for _ in ()).throw(SystemExit))
    with sink() as (settings.SMTP_URL, kept):
        with pytest.raises(SystemExit):
            jobs.send_due(NOW)
        monkeypatch.undo()
    with sink() as (settings.SMTP_URL, again):
        jobs.send_due(NOW + timedelta(minutes=9))
        assert state_of(mail) == State.SENDING
        jobs.send_due(NOW + timedelta(minutes=11))

    assert (len(kept.mails), len(again.mails), state_of(mail)) == (1, 0, State.HELD)


def test_only_a_click_sends_a_held_mail_again_under_its_old_id(settings):
    mail = write_to()
    Mail.objects.update(state=State.HELD)
    with sink() as (settings.SMTP_URL, kept):
        jobs.send_due(NOW)
        assert not kept.mails
        outbox.release_mail(mail, by=SYSTEM, now=NOW)
        jobs.send_due(NOW)

    assert mail.message_id.encode() in kept.mails[0][2]


def test_a_dropped_mail_is_never_sent_and_keeps_no_text(settings):
    mail = write_to()
    Mail.objects.update(state=State.HELD)
    outbox.drop_mail(mail, by=SYSTEM, now=NOW)
    with sink() as (settings.SMTP_URL, kept):
        jobs.send_due(NOW)

    assert (state_of(mail), mail.text, kept.mails) == (State.DROPPED, "", [])


def test_a_mail_that_left_cannot_be_released(settings):
    mail = write_to()
    Mail.objects.update(state=State.SENT)

    with pytest.raises(Refusal):
        outbox.release_mail(mail, by=SYSTEM, now=NOW)


def test_nothing_is_said_to_a_server_inside_a_transaction(settings):
    write_to()
    with sink() as (settings.SMTP_URL, kept), transaction.atomic(), pytest.raises(outbox.InTransaction):
        jobs.send_due(NOW)

    assert not kept.mails


def test_a_mail_of_a_transaction_that_failed_never_existed():
    with transaction.atomic():
        write_to()
        transaction.set_rollback(True)

    assert not Mail.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("to", "chi@khoi.test\r\nBcc: dung@khoi.test"),
        ("to", "chi@khoi.test, dung@khoi.test"),
        ("to", "Chi <chi@khoi.test>"),
        ("to", "chí@khoi.test"),
        ("subject", "Chào\r\nBcc: dung@khoi.test"),
        ("subject", "Chào\0"),
        ("subject", "Chào\u2028Bcc: dung@khoi.test"),
        ("text", "Chào\0"),
    ],
)
def test_a_second_header_or_recipient_is_refused_at_the_door(field, value):
    with pytest.raises(Refusal):
        write_to(**{field: value})

    assert not Mail.objects.exists()
