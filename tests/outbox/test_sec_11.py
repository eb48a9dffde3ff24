"""SEC-11: whatever somebody is called, a mail has one recipient and the headers we meant."""

from email import message_from_bytes, policy

from hypothesis import example, given, settings
from hypothesis import strategies as st

from khoi.kit.refusals import Refusal
from khoi.outbox.channels.smtp import write
from khoi.outbox.services.queueing import check_subject, envelope_address

GOLDEN = {
    "Message-ID",
    "Date",
    "From",
    "To",
    "Subject",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
    "Content-Transfer-Encoding",
}
DATE = "Mon, 23 Nov 2026 02:00:00 +0000"


def sent(subject="Chào", text="Xin chào", sender="Khơi <khoi@khoi.test>", to="an@khoi.test"):
    return write(message_id="<1@khoi.test>", sender=sender, to=to, subject=subject, text=text, html="", date=DATE)


def received(message):
    return message_from_bytes(message.as_bytes(), policy=policy.default)


@settings(max_examples=1000)
@given(st.text(max_size=200))
@example("Chào\r\nBcc: dung@khoi.test")
@example("Chào\rBcc: dung@khoi.test")
@example("Chào\nBcc: dung@khoi.test")
@example("=?utf-8?q?Ch=0D=0ABcc:_x@y.z?=")
@example("\u2028Bcc: dung@khoi.test")
@example("\x1cBcc: dung@khoi.test")
@example("x" * 200)
def test_sec_11_a_subject_is_refused_or_stays_one_header(subject):
    try:
        check_subject(subject)
    except Refusal:
        return
    message = received(sent(subject=subject))

    assert set(message.keys()) == GOLDEN
    assert len(message.keys()) == len(GOLDEN)


@settings(max_examples=500)
@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=500))
@example("\r\n.\r\nMAIL FROM:<dung@khoi.test>\r\n")
@example("From here on\n.\n..\n...")
def test_sec_11_a_text_never_ends_the_mail_early(text):
    message = received(sent(text=text))

    assert set(message.keys()) == GOLDEN
    assert len(message.keys()) == len(GOLDEN)
    assert not message.defects


@settings(max_examples=1000)
@given(st.text(max_size=80))
@example("an@khoi.test\r\nRCPT TO:<dung@khoi.test>")
@example("an@khoi.test>,<dung@khoi.test")
@example('"an@khoi.test, dung"@khoi.test')
@example("=?utf-8?q?an=0D=0ABcc:_x?=@khoi.test")
def test_sec_11_an_address_is_one_address_or_none(to):
    try:
        address = envelope_address(to)
    except Refusal:
        return
    message = received(sent(to=address))

    assert [each.addr_spec for each in message["To"].addresses] == [address]
    assert set(message.keys()) == GOLDEN
    assert len(message.keys()) == len(GOLDEN)
