"""Published sets of hostile texts and addresses, through an import and out again: nothing lost, altered or executed."""

import csv
import io
import json
from xml.etree import ElementTree as ET

import pytest

from khoi.capture.queries.exporting import cells_of, export
from khoi.capture.services.importing import import_file
from khoi.custom.queries import own_fields, values_of
from khoi.history.models import Act
from khoi.history.services import undo_act
from khoi.kit.emails import normalise_email
from khoi.kit.tabular import csv_roundtrip, csv_safe, starts_formula, write_xlsx
from khoi.kit.tabular.shaping import tidy
from khoi.leads.models import Lead, LeadReference
from tests.capture.importing import facts
from tests.cast import NOW

MAPPING = """
format = 1
name = "hostile"
rows = "lead"
others = "fields"

[key]
column = "No"
system = "hostile"

[columns]
Name = "person_name"
Title = "job_title"
Company = "company"
Region = "region"
Need = "need"
Message = "note"
Email = "email"
"""
HEADINGS = ("No", "Name", "Title", "Company", "Region", "Need", "Message", "Email", "Own")

pytestmark = [pytest.mark.data, pytest.mark.django_db]


@pytest.fixture(scope="module")
def texts(shared_data):
    """Each once, as it is kept: in NFC, without NUL and blanks around it."""
    strings = json.loads((shared_data / "naughty_strings" / "blns.json").read_text("utf-8"))
    payloads = (shared_data / "csv_torture" / "injection" / "Intruder" / "csv-payload.txt").read_text().splitlines()
    return list(dict.fromkeys(tidy(text.replace("\0", "")).strip() for text in (*strings, *payloads)))


@pytest.fixture(scope="module")
def addresses(shared_data):
    """(address, what its authors say of it); signs of the block U+2400 stand for control characters."""
    cases = ET.parse(shared_data / "email_address_tests" / "isemail_tests.xml").getroot().iter("test")
    control = {0x2400 + code: code for code in range(1, 33)}
    return [((case.findtext("address") or "").translate(control), case.findtext("category")) for case in cases]


@pytest.fixture
def take(ready, admin, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return lambda content, name="hostile.csv", mapping=None: import_file(
        content, filename=name, mapping=mapping, by=admin.by, now=NOW
    )


def file_of(rows):
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([HEADINGS, *rows])
    return out.getvalue().encode()


def kept():
    """Number → column of the file → what stands in the record, of what was cut or not understood the note."""
    references = LeadReference.objects.select_related("lead__person")
    own = values_of([reference.lead for reference in references], own_fields(Lead))
    for number, lead in ((reference.external_id, reference.lead) for reference in references):
        found = {"Name": lead.person.full_name, "Title": lead.person.job_title, "Company": lead.company_name}
        found |= {"Region": lead.region, "Need": lead.need, "Own": own.get(lead.pk, {}).get("own") or ""}
        yield number, found | {"Message": lead.message} | lead.extras


def test_hostile_texts_stand_where_they_belong_and_come_out_as_they_went_in(take, texts, admin):
    rows = [(str(no), *[text] * 6, f"{no}@sen.example", text) for no, text in enumerate(texts)]
    before = facts()
    result = take(file_of(rows), mapping=MAPPING)

    assert (result.created, result.rejected) == (len(texts), 0)
    for number, found in kept():
        text = texts[int(number)]
        assert found.pop("Message") == text
        assert set(found.values()) == {" ".join(text.split())}, ascii(text)

    full = facts()
    assert take(file_of(rows), mapping=MAPPING).act_id is None
    exported = export("leads", admin.by)
    cells = list(cells_of(exported))
    sheet = io.BytesIO()
    write_xlsx(sheet, exported.columns, cells)
    ways = {"safe.csv": csv_safe, "round.csv": csv_roundtrip}
    files = {name: b"".join(way(exported.columns, cells)) for name, way in ways.items()} | {"x.xlsx": sheet.getvalue()}
    for name, content in files.items():
        assert take(content, name).counts["unchanged"] == len(texts), name
    assert facts() == full

    safe = csv.reader(io.StringIO(files["safe.csv"].decode("utf-8-sig"), newline=""))
    assert not [cell for row in safe for cell in row if starts_formula(cell) and not cell.startswith("'")]
    undo_act(Act.objects.get(pk=result.act_id), by=admin.by, now=NOW)
    assert facts() == before


def test_hostile_texts_are_text_on_every_page(take, texts, admin):
    marked_up = [text for text in texts if "<" in text][:60:6]
    take(file_of([(str(no), *[text] * 6, "", text) for no, text in enumerate(marked_up)]), mapping=MAPPING)
    browser = admin.browser()
    lead = Lead.objects.latest("id")
    for address in ("/leads/", f"/leads/{lead.public_id}/", f"/people/{lead.person.public_id}/", "/people/", "/"):
        page = browser.get(address).content.decode()
        assert not [text for text in marked_up if text in page], address


def test_an_address_is_written_to_or_kept_as_a_note(take, addresses):
    rows = [(str(no), f"Người {no}", *[""] * 5, address, "") for no, (address, _) in enumerate(addresses)]
    result = take(file_of(rows), mapping=MAPPING)

    assert result.rejected == 0
    for reference in LeadReference.objects.select_related("lead"):
        address, judged = addresses[int(reference.external_id)]
        points = [point.normal for point in reference.lead.person.contact_points.all()]
        note = reference.lead.extras.get("Email", "")
        assert (points, note) == (([normalise_email(address.strip())], "") if points else ([], tidy(address).strip()))
        assert not points or judged != "ISEMAIL_ERR" or address.strip() != address, ascii(address)
        assert points or judged != "ISEMAIL_VALID_CATEGORY" or address == "test@io"
