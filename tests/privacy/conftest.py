"""Somebody about whom twenty words were written in every place that takes any, and a search for these words."""

import json
import subprocess
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection

from khoi.activities import services as activities
from khoi.capture import services as capture
from khoi.capture.models import Form
from khoi.capture.services import importing
from khoi.history.models import Answer
from khoi.leads import services as leads
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.outbox.models import Mail
from khoi.people import services as people
from khoi.people.models import Person
from khoi.pipeline import services as pipeline
from khoi.qualification import services as qualification
from khoi.workspace import services as workspace
from tests.cast import NOW

#: ASCII, so that they look the same in every encoding, and nowhere else in Khơi.
CANARIES = [f"qz{number:02}wxcanary" for number in range(20)]
MERGED = ("Qzmerged Wxcanary", "qzmerged@wxcanary.vn", "0987111222")
TABLE = "name,email,company\n{name},{email},{company}\n,{email} x,\n"


@dataclass
class Planted:
    person: Person
    lead: Lead
    deal: Any


@pytest.fixture
def data_folder(settings, tmp_path) -> Path:
    settings.DATA_DIR = tmp_path / "data"
    settings.FILES_DIR = settings.DATA_DIR / "files"
    settings.FILES_DIR.mkdir(parents=True)
    return Path(settings.DATA_DIR)


@pytest.fixture
def planted(ready, an, chi, data_folder) -> Planted:
    c = CANARIES
    enquiry = lifecycle.Enquiry(
        full_name=f"{c[0]} Lan", emails=(f"{c[1]}@example.vn",), phones=("0912345678",), job_title=c[2], need=c[3],
        company_name=c[4], message=c[5], landing_page=f"https://khoi.vn/?q={c[6]}", referrer=f"https://{c[7]}.vn/",
        utm={"term": c[8]}, extras={"Ghi chú": c[9]}, external=("old", c[10]), source="web_form", touch_kind="form",
        touch_title=c[11], owner=an.user,
    )  # fmt: skip
    lead = lifecycle.capture_lead(enquiry, by=an.by, now=NOW).lead
    person = lead.person
    people.edit_person(person, changes={"full_name": f"Trần {c[12]}"}, by=an.by, now=NOW)
    leads.edit_lead(lead, changes={"need": f"other {c[3]}"}, by=an.by, now=NOW)
    leads.record_bant(lead, kind="need", text=c[13], evidence=c[13], by=an.by, now=NOW)
    task = activities.add_task(person=person, title=c[14], note=c[14], owner=an.user, due_at=NOW, by=an.by, now=NOW)
    activities.edit_task(task, changes={"title": f"again {c[14]}"}, by=an.by, now=NOW)
    file = workspace.store_file([f"a quote for {c[15]}".encode()], name=f"{c[15]}.txt", by=an.by, now=NOW)
    activities.log_activity(
        person, kind="note", body=c[16], lead=lead, files=[file], occurred_at=NOW, by=an.by, now=NOW
    )
    qualification.override_stage(lead, stage="sql", note=c[17], by=an.by, now=NOW)
    deal = lifecycle.convert_lead(lead, account_name="Nước Sạch", amount=220_000_000, by=an.by, now=NOW).opportunity
    pipeline.edit_opportunity(deal, changes={"name": f"Deal of {c[18]}", "need": c[18]}, by=an.by, now=NOW)
    _merge_somebody_in(person, an)
    _leave_traces(person, chi)
    return Planted(person, lead, deal)


def _merge_somebody_in(person, an):
    name, email, phone = MERGED
    enquiry = lifecycle.Enquiry(full_name=name, emails=(email,), phones=(phone,), source="web_form", owner=an.user)
    other = lifecycle.capture_lead(enquiry, by=an.by, now=NOW).person
    people.merge_people(person, loser=other, by=an.by, now=NOW)


def _leave_traces(person, chi):
    """What nobody declared: mails, raw submissions, kept answers, the files of an import."""
    address, word = f"{CANARIES[1]}@example.vn", CANARIES[19]
    Mail.objects.create(
        message_id="<1@khoi.vn>", kind="x", to=address, subject=word, text=word, queued_at=NOW, not_before=NOW
    )
    said = {"name": f"Lan {word}", "phone": "0912 345 678", "email": address, "message": word}
    capture.prepare_forms(by=chi.by, now=NOW)
    form = Form.objects.earliest("pk")
    capture.submit_form(form, said, key="one", language="vi", ip="192.0.2.7", user_agent=word, now=NOW)
    Answer.objects.create(scope="1 GET /", key="k", body_hash="x", answered_at=NOW, body=json.dumps({"e": address}))
    table = TABLE.format(name=f"Trần {CANARIES[12]}", email=address, company=word).encode()
    run = importing.receive_file([table], filename=f"Trần {CANARIES[12]}.csv", by=chi.by, now=NOW)
    importing.start_run(run, by=chi.by, now=NOW)
    while importing.import_next(clock=lambda: NOW):
        pass


def found_in(paths: "list[Path]") -> set[str]:
    """The canaries that stand in these files or folders, whatever the case of their letters."""
    words = [*CANARIES, *(part.lower() for part in MERGED), "912345678", "0987111222"]
    texts = (text for path in _every_file(paths) for text in _texts_of(path))
    return {word for text in texts for word in words if word.encode() in text.lower()}


def _texts_of(path: Path) -> Iterator[bytes]:
    """The bytes as they lie there, and those inside of a backup."""
    yield path.read_bytes()
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            yield from (archive.read(name) for name in archive.namelist())


def _every_file(paths: "list[Path]") -> Iterator[Path]:
    for path in paths:
        yield from (one for one in path.rglob("*") if one.is_file()) if path.is_dir() else [path]


def everything(tmp_path: Path) -> "list[Path]":
    """The data folder, and the database: its files on SQLite, a dump in plain text on PostgreSQL."""
    folder = Path(django_settings.DATA_DIR)
    if connection.vendor == "sqlite":
        live = Path(connection.settings_dict["NAME"])
        return [folder, *(path for path in live.parent.glob(f"{live.name}*"))]
    return [folder, _dumped(tmp_path)]


def _dumped(tmp_path: Path) -> Path:
    from khoi.operations.services import engines

    target = tmp_path / "dump.sql"
    command = ["pg_dump", "--format=plain", "--inserts", f"--file={target}"]
    subprocess.run(command, env={"PATH": "/usr/bin:/bin", **engines._address()}, check=True)
    return target
