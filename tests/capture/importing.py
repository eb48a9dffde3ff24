"""What the tests of imports share: files made up on the spot, and all facts of the database to compare."""

from typing import Any

from khoi.capture.services.importing import ImportResult, import_file
from khoi.history.models import CODES, KINDS
from khoi.history.rules.tables import DECISION, FACT
from tests.cast import NOW

LEADS = """
format = 1
name = "old-crm"
rows = "lead"
zone = "Asia/Ho_Chi_Minh"

[key]
column = "ID"
system = "old-crm"

[columns]
Name = "person_name"
Title = "job_title"
Email = "email"
Phone = "phone"
Company = "company"
Source = "source"
Owner = "owner"
Came = "arrived_at"
Stage = { field = "stage", otherwise = "reject" }
"""
DEALS = """
format = 1
name = "old-deals"
rows = "opportunity"
currency = "VND"

[join]
column = "ID"
system = "old-crm"

[columns]
Deal = "name"
Company = "company"
Amount = "amount"
Closing = "close_on"
Stage = "pipeline_stage"
Won = "won_at"
Lost = "lost_at"
Why = "lost_reason"
Opened = "opened_at"

[[asserts]]
of = "opportunity"
is = "won"
at = "won_at"
when = { column = "Result", is = ["won"] }

[[asserts]]
of = "opportunity"
is = "lost"
at = "lost_at"
when = { column = "Result", is = ["lost"] }
"""


def csv(*lines: str) -> bytes:
    return "\n".join(lines).encode() + b"\n"


def take(by: Any, *lines: str | bytes, mapping: Any = LEADS, **more: Any) -> ImportResult:
    """Import these lines; the first one holds the headings."""
    first = lines[0]
    content = first if isinstance(first, bytes) else csv(*(str(line) for line in lines))
    return import_file(content, filename="khach.csv", mapping=mapping, **{"by": by, "now": NOW, **more})


def facts() -> dict[str, list[dict[str, Any]]]:
    """Every recorded table without what can be rebuilt."""
    found = {}
    for code in sorted(CODES):
        model, table = CODES[code], KINDS[CODES[code]]
        if table.kind in (FACT, DECISION):
            columns = [f.attname for f in model._meta.concrete_fields if f.column not in table.unrecorded]
            found[table.name] = list(model._base_manager.order_by("pk").values(*columns))
    return found
