"""Logging what was done with somebody."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from khoi.activities.models import Activity, Attachment, Task
from khoi.activities.services import log_activity
from khoi.history.models import Act
from tests.cast import NOW, acting


@pytest.fixture
def lead(capture):
    return capture("Trần Thị Hoa", phone="0912 345 678")


def log(member, lead, **typed):
    return member.browser().post("/activities/log/?lang=en", {"lead": str(lead.public_id), **typed})


def test_two_clicks_log_a_call_and_stop_the_clock(lead, an):
    dialog = an.browser().get(f"/activities/log/?lead={lead.public_id}&kind=call&lang=en").content.decode()
    assert 'name="outcome" value="no_answer"' in dialog
    assert log(an, lead, kind="call", outcome="no_answer").status_code == 302
    lead.refresh_from_db()
    assert (lead.work_status, lead.responded_at is not None) == ("attempting", True)


def test_a_note_stops_no_clock(lead, an):
    log(an, lead, kind="note", text="Hỏi lại sau Tết.")
    lead.refresh_from_db()
    assert (Activity.objects.get().body, lead.responded_at) == ("Hỏi lại sau Tết.", None)


def test_of_two_touches_entered_together_the_first_stops_the_clock(lead, an):
    with acting(by=an.by, now=NOW + timedelta(hours=8)):
        for hours in (5, 2):
            when = NOW + timedelta(hours=hours)
            log_activity(lead.person, kind="call", lead=lead, occurred_at=when, by=an.by, now=NOW + timedelta(hours=8))
    lead.refresh_from_db()
    assert lead.responded_at == NOW + timedelta(hours=2)


def test_an_empty_note_is_refused(lead, an):
    answer = log(an, lead, kind="note", text="  ")
    assert answer.status_code == 422
    assert "Write something first" in answer.content.decode()


def test_a_call_and_what_was_agreed_are_one_act(lead, an):
    before = Act.objects.count()
    log(an, lead, kind="call", outcome="connected", next_title="Gửi giá", next_due="2030-01-05T09:00")
    assert Task.objects.get().title == "Gửi giá"
    assert Act.objects.count() == before + 1


def test_a_task_of_several_lines_keeps_the_rest_as_its_note(lead, an):
    log(an, lead, kind="task", text="Gửi giá\nGói 50 người", due_at="2030-01-05T09:00")
    task = Task.objects.get()
    assert (task.title, task.note, task.owner_id) == ("Gửi giá", "Gói 50 người", an.pk)


def test_a_file_is_kept_with_the_note_and_given_to_who_sees_it(lead, an, dung):
    file = SimpleUploadedFile("báo giá.pdf", b"%PDF-1.4 x")
    log(an, lead, kind="note", text="Báo giá", attached=[file])
    url = f"/activities/files/{Attachment.objects.get().file.public_id}/"
    answer = an.browser().get(url)
    assert b"".join(answer.streaming_content) == b"%PDF-1.4 x"
    assert answer["Content-Disposition"].startswith("attachment")
    assert dung.browser().get(url).status_code == 404


def test_dur_09_another_file_under_the_same_key_is_refused_not_dropped(lead, an):
    sent = {"kind": "note", "text": "Báo giá", "once": "k1"}
    first = log(an, lead, **sent, attached=[SimpleUploadedFile("a.txt", b"aaaa")])
    again = log(an, lead, **sent, attached=[SimpleUploadedFile("a.txt", b"aaaa")])
    other = log(an, lead, **sent, attached=[SimpleUploadedFile("a.txt", b"bbbb")])

    assert [answer.status_code for answer in (first, again, other)] == [302, 302, 422]
    assert Attachment.objects.count() == 1


def test_a_stranger_logs_nothing(lead, dung):
    assert log(dung, lead, kind="note", text="x").status_code == 404
    assert not Activity.objects.exists()


def test_a_call_is_never_logged_into_the_future(lead, an):
    log(an, lead, kind="call", outcome="connected", occurred_at="2090-01-05T09:00")
    activity = Activity.objects.get()
    assert activity.occurred_at == activity.created_at


def test_the_dialog_shows_the_number_to_dial(lead, an):
    dialog = an.browser().get(f"/activities/log/?lead={lead.public_id}&kind=call").content.decode()
    assert 'href="tel:+84912345678"' in dialog
    assert "0912 345 678" in dialog
