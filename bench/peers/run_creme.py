"""Creme: its mass import of contacts by a document, its pages through Django’s test client.

``python run_creme.py LIST ROWS`` with ``DJANGO_SETTINGS_MODULE`` of a project that is migrated and populated.
"""

import csv
import io
import json
import sys
import time
import warnings
from pathlib import Path
from urllib.parse import urlencode

warnings.simplefilter("ignore")
sys.path.insert(0, str(Path(__file__).parent))

import django  # noqa: E402
from timing import rows_of, timed  # noqa: E402

django.setup()

from creme import persons  # noqa: E402
from creme.creme_core.creme_jobs import mass_import_type  # noqa: E402
from creme.creme_core.forms.mass_import import form_factory, get_header  # noqa: E402
from creme.creme_core.models import CremeUser, Job  # noqa: E402
from creme.documents.models import Document, Folder  # noqa: E402
from django.contrib.contenttypes.models import ContentType  # noqa: E402
from django.core.files.base import ContentFile  # noqa: E402
from django.test import Client  # noqa: E402

Contact = persons.get_contact_model()
COLUMNS = {"last_name": 1, "email": 2, "phone": 3}


def main(path, most):
    user = CremeUser.objects.filter(is_superuser=True).first()
    rows = rows_of(path, most)
    job = prepared(user, rows)
    began = time.perf_counter()
    mass_import_type.execute(job)
    seconds = time.perf_counter() - began
    if job.error or Contact.objects.count() < len(rows):
        raise RuntimeError(f"not every row came in: {job.error}")
    client = Client()
    client.force_login(user)
    contact = Contact.objects.order_by("-pk").first()
    return {
        "rows": len(rows),
        "import_rows_per_s": round(len(rows) / seconds),
        "list": timed(lambda _: answered(client.get("/persons/contacts"))),
        "search": timed(lambda _: answered(client.get("/creme_core/search/light", {"value": "hoa"}))),
        "record": timed(lambda _: answered(client.get(contact.get_absolute_url()))),
        "create": timed(lambda number: create(client, user, number)),
    }


def prepared(user, rows):
    """The job that its page of imports makes of an uploaded document, each column chosen."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["name", "email", "phone"])
    writer.writerows(rows)
    folder = Folder.objects.create(user=user, title="Leads")
    document = Document(user=user, title="leads", linked_folder=folder)
    document.filedata.save("leads.csv", ContentFile(text.getvalue().encode()))
    document.save()
    kind = ContentType.objects.get_for_model(Contact)
    make = form_factory(kind, get_header(document.filedata, has_header=True))
    sent = {"user": user.pk, "step": 1, "document": document.pk, "has_header": "on"}
    for name, field in make(user=user).fields.items():
        if type(field).__name__ == "RegularFieldExtractorField":
            sent[f"{name}_colselect"] = COLUMNS.get(name, 0)
    form = make(user=user, data=sent)
    if not form.is_valid():
        raise RuntimeError(form.errors.as_text())
    data = {"ctype": kind.pk, "POST": urlencode(sent)}
    return Job.objects.create(user=user, type_id=mass_import_type.id, language="en", data=data, status=Job.STATUS_WAIT)


def create(client, user, number):
    sent = {"user": user.pk, "last_name": f"Trần Thị Mới {number}", "email": f"m{number}@example.com"}
    answered(client.post("/persons/contact/add", sent))


def answered(response):
    if response.status_code not in (200, 302):
        raise RuntimeError(f"answered {response.status_code}")
    return response


if __name__ == "__main__":
    before = Contact.objects.count()
    found = main(sys.argv[1], int(sys.argv[2]))
    if Contact.objects.count() < before + found["rows"] + 20:
        raise RuntimeError("what was added in the page did not come in")
    print(json.dumps(found))
