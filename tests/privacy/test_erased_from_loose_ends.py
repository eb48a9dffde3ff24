"""Nothing of an erased person stays in kept answers, mails and files, however their name is written there."""

import json
import unicodedata
import zipfile
from io import BytesIO

import pytest
from django.test import Client

from khoi.capture.models import ImportRun
from khoi.capture.services import importing
from khoi.history.models import Answer
from khoi.lifecycle import services as lifecycle
from khoi.outbox.models import Mail
from khoi.privacy import services as privacy
from khoi.privacy.rules.traces import traces_of
from khoi.team import services as team
from tests.cast import NOW

pytestmark = pytest.mark.django_db

NAME = "Nguyễn Văn Sáu"
WRITTEN = [
    "NGUYỄN VĂN SÁU",
    unicodedata.normalize("NFD", NAME),
    "Nguyễn  Văn   Sáu",
    "Nguyen Van Sau",
    "Sáu,Nguyễn Văn",
    "Nguy&#7877;n V&#259;n S&aacute;u",
    json.dumps(NAME),
    "<b>Nguyễn</b> Văn&nbsp;Sáu",
]


@pytest.fixture
def lead(ready, an, data_folder):
    enquiry = lifecycle.Enquiry(full_name=NAME, phones=("0912345678",), external=("crm", "42"), owner=an.user)
    return lifecycle.capture_lead(enquiry, by=an.by, now=NOW).lead


def erase(lead, admin):
    return privacy.erase_person(lead.person, by=admin.by, now=NOW)


@pytest.mark.parametrize("written", WRITTEN)
def test_a_name_is_found_however_it_is_written(written):
    traces = traces_of(names=[NAME], emails=[], phones=[])
    assert traces.are_in(f"Gửi {written}, hẹn mai")
    assert traces.are_in_bytes([f"name\n{written}\n".encode()])


def test_the_words_of_a_name_strewn_over_a_letter_are_no_name():
    traces = traces_of(names=[NAME], emails=[], phones=[])
    assert not traces.are_in("Chị Nguyễn Thị Lan ở văn phòng tầng sáu")
    assert not traces.are_in("Nguyễn Văn Bảy\nSáu giờ chiều")


def test_a_first_and_a_last_name_in_columns_apart_are_found_in_a_file():
    traces = traces_of(names=[NAME], emails=[], phones=[])
    assert traces.are_in_bytes([b"first,company,last\n", "Sáu,Sen,Nguyễn Văn\n".encode()])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "cp1258"])
def test_a_name_is_found_in_old_encodings(encoding):
    text = f"name\n{unicodedata.normalize('NFD', NAME)}\n" if encoding != "cp1258" else "name\nNguyên Van Sau\n"
    assert traces_of(names=[NAME], emails=[], phones=[]).are_in_bytes([text.encode(encoding)], encoding)


def test_a_name_is_found_across_the_pieces_of_a_file():
    piece = f"{'x' * 100}\n{NAME}\n".encode()
    assert traces_of(names=[NAME], emails=[], phones=[]).are_in_bytes([piece[:110], piece[110:]])


@pytest.mark.parametrize("written", ["NGUYỄN VĂN SÁU", unicodedata.normalize("NFD", NAME), "Nguyen Van Sau"])
def test_a_draft_import_that_holds_them_loses_its_file(lead, chi, admin, written):
    table = f"name,company,phone\n{written},Công ty Sen,0900000000\n".encode()
    importing.receive_file([table], filename="a.csv", by=chi.by, now=NOW)
    erase(lead, admin)
    assert [(run.state, run.stored_as) for run in ImportRun.objects.all()] == [("cancelled", "")]


def test_a_spreadsheet_that_holds_them_loses_its_file(lead, chi, admin):
    folder = BytesIO()
    with zipfile.ZipFile(folder, "w") as sheet:
        sheet.writestr("xl/sharedStrings.xml", "<sst><si><r><t>NGUYỄN</t></r><r><t> VĂN SÁU</t></r></si></sst>")
    traces = traces_of(names=[NAME], emails=[], phones=[])
    with zipfile.ZipFile(folder) as sheet:
        assert traces.are_in_bytes([sheet.read("xl/sharedStrings.xml")])


def test_a_mail_with_the_link_of_their_record_goes_though_it_names_them_by_one_word(lead, an, admin):
    for number, text in enumerate([f"Sáu đang chờ: https://khoi.vn/leads/{lead.public_id}/", "Sáu giờ họp"]):
        Mail.objects.create(
            message_id=f"<{number}@khoi.vn>", kind="x", to=an.user.email, subject="Lead", text=text, queued_at=NOW,
            not_before=NOW,
        )  # fmt: skip
    erase(lead, admin)
    assert list(Mail.objects.values_list("text", flat=True)) == ["Sáu giờ họp"]


def patch(an, path, version, key, **values):
    _, token = team.issue_token(an.user, name="x", scopes=["read", "write"], by=an.by, now=NOW)
    headers = {"authorization": f"Bearer {token}", "if-match": version, "idempotency-key": key}
    return Client().patch(path, json.dumps(values), content_type="application/json", headers=headers)


def test_refusals_kept_for_a_second_sending_go_with_the_person(lead, an, admin):
    path = f"/api/people/{lead.person.public_id}"
    _, token = team.issue_token(an.user, name="x", scopes=["read"], by=an.by, now=NOW)
    version = Client().get(path, headers={"authorization": f"Bearer {token}"})["ETag"]
    patch(an, path, version, "one", job_title="Bí mật của Sáu")
    refused = patch(an, path, version, "two", job_title="Điều khác")
    patch(an, f"/api/leads/{lead.public_id}", version, "three", need="x" * 9_000)
    assert refused.json()["conflicts"]["job_title"]["theirs"] == "Bí mật của Sáu"
    assert set(Answer.objects.values_list("status", flat=True)) >= {409}
    erase(lead, admin)
    assert not Answer.objects.exists()


def test_an_answer_asked_for_by_a_number_of_another_system_goes_too(lead, admin):
    Answer.objects.create(scope="1 PUT /api/leads/by-external-id/crm/42", key="k", body_hash="x", answered_at=NOW)
    Answer.objects.create(scope="1 PUT /api/leads/by-external-id/crm/7", key="k", body_hash="x", answered_at=NOW)
    erase(lead, admin)
    assert [one.scope[-2:] for one in Answer.objects.all()] == ["/7"]
