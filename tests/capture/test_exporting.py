"""What is exported comes back: the same file again changes nothing, a changed cell changes one thing."""

import csv
import io
import json
from decimal import Decimal

import pytest

from khoi.accounts.models import Account
from khoi.capture.queries.exporting import KINDS, cells_of, export, objects_of
from khoi.capture.services.importing import Source, import_files
from khoi.cli import main
from khoi.custom import services as custom
from khoi.history.models import Act
from khoi.kit.tabular import csv_roundtrip, csv_safe
from khoi.leads.models import Lead
from khoi.pipeline.models import Opportunity
from khoi.team.rules import OWNER_OF_THE_MACHINE as BY
from tests.capture.importing import facts
from tests.capture.test_moving_in_layouts import ZOHO, move
from tests.cast import NOW, acting


@pytest.fixture
def company(ready, admin, an):
    """Moved in from elsewhere; a lead of An's has a field of its own."""
    move(admin.by, ZOHO)
    with acting():
        lead = Lead.objects.earliest("id")
        lead.owner = an.user
        lead.save(update_fields=["owner"])
    field = custom.add_field("lead", type="number", label="Pallets", by=admin.by, now=NOW)
    custom.set_values(lead, {field.key: Decimal(12)}, by=admin.by, now=NOW)


def table(what, way=csv_roundtrip):
    exported = export(what, BY)
    return b"".join(way(exported.columns, cells_of(exported)))


def take(files):
    return import_files([Source(content, f"{what}.csv") for what, content in files.items()], by=BY, now=NOW)


def test_an_export_imported_again_changes_nothing_and_a_changed_cell_one_thing(company):
    before, acts = facts(), Act.objects.count()
    for way in (csv_roundtrip, csv_safe):
        result = take({what: table(what, way) for what in KINDS})
        assert [file.problems for file in result.files] == [[], [], [], []]
        assert (result.act_id, result.counts["unchanged"]) == (None, result.counts["rows"])
    assert (facts(), Act.objects.count()) == (before, acts)

    rows = list(csv.reader(io.StringIO(table("accounts").decode("utf-8-sig"))))
    rows[1][rows[0].index("industry")] = "Gốm sứ"
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    assert take({"accounts": out.getvalue().encode()}).counts["updated"] == 1
    assert Account.objects.get(public_id=rows[1][0]).industry == "Gốm sứ"


def test_for_programs_there_is_one_object_a_line_of_what_they_see(company, an, capfdbinary):
    assert main(["export", "opportunities", "--format", "jsonl"]) == 0
    lines = [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]

    assert len(lines) == Opportunity.objects.count() > 0
    assert {line["id"] for line in lines} == {str(pk) for pk in Opportunity.objects.values_list("public_id", flat=True)}
    assert next(objects_of(export("leads", BY)))["custom"] == {"pallets": 12}
    assert len(list(cells_of(export("leads", an.by)))) == 1
