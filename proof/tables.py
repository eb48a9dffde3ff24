"""The tables as the oracle speaks of them, read without Khơi’s queries."""

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

from django.db import connection

from khoi.history.models import KINDS
from khoi.history.queries import recorded_models
from khoi.history.queries.images import columns_of
from proof.ledger import Rows

#: Table → its columns in the oracle's words, and the query that reads them after the row's id.
READ: Final = {
    "person": (
        ("name", "job", "merged_into", "merged_at", "erased"),
        "select id, full_name, job_title, merged_into_id, merged_at, erased_at is not null from people_person",
    ),
    "point": (
        ("person", "email", "primary", "absorbed_into"),
        "select id, person_id, normal, is_primary, absorbed_into_id from people_contact_point",
    ),
    "person_value": (
        ("person", "field", "slot", "said", "absorbed_into"),
        """select v.id, person_id, key, slot, coalesce(text, code), absorbed_into_id
        from people_person_value v join custom_field f on f.id = field_id""",
    ),
    "lead": (
        ("person", "account", "need", "company", "note", "owner", "stage"),
        "select id, person_id, account_id, need, company_name, extras, owner_id, lifecycle_stage from leads_lead",
    ),
    "lead_value": (
        ("lead", "field", "slot", "said"),
        "select v.id, lead_id, key, slot, text from leads_lead_value v join custom_field f on f.id = field_id",
    ),
    "reference": (("lead", "number"), "select id, lead_id, external_id from leads_lead_reference"),
    "account": (("name", "owner"), "select id, name, owner_id from accounts_account"),
    "contact": (
        ("person", "account", "absorbed_into"),
        "select id, person_id, account_id, absorbed_into_id from accounts_contact",
    ),
    "deal": (
        ("name", "person", "account", "contact", "lead", "owner"),
        "select id, name, person_id, account_id, contact_id, lead_id, owner_id from pipeline_opportunity",
    ),
    "deal_value": (
        ("deal", "field", "slot", "said"),
        """select v.id, opportunity_id, key, slot, number / 10000
        from pipeline_opportunity_value v join custom_field f on f.id = field_id""",
    ),
    "decision": (("lead", "stage"), "select id, lead_id, to_stage from qualification_stage_change"),
    "assignment": (("lead", "owner"), "select id, lead_id, owner_id from routing_assignment"),
    "move": (("deal",), "select id, opportunity_id from pipeline_stage_move"),
}
#: Columns that one engine gives as numbers.
FLAGS: Final = {"primary", "erased"}
ACTS: Final = "select id, verb, is_undo, undone_by_id from history_act where id > %s order by id"


def rows() -> Rows:
    """(table, id) → what stands there."""
    found: Rows = {}
    with connection.cursor() as cursor:
        for table, (columns, query) in READ.items():
            cursor.execute(query)
            for number, *values in cursor.fetchall():
                found[table, number] = dict(zip(columns, map(_plain, columns, values), strict=True))
    return found


def dump() -> list[tuple[Any, ...]]:
    """Every recorded row as it stands, but for what is rebuilt: what the product's own dump tells."""
    found: list[tuple[Any, ...]] = []
    with connection.cursor() as cursor:
        for table, query in _dumps():
            cursor.execute(query)
            found += [(table, *row) for row in cursor.fetchall()]
    return found


@cache
def _dumps() -> list[tuple[str, str]]:
    """Table → the query of its columns, put together once."""
    quoted = connection.ops.quote_name
    found = []
    for model in recorded_models():
        silent = KINDS[model].unrecorded | KINDS[model].secret
        columns = ["id", *(quoted(column) for column in columns_of(model) if column not in silent)]
        table = model._meta.db_table
        found.append((table, f"select {', '.join(columns)} from {quoted(table)} order by id"))
    return found


def acts_after(number: int) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(ACTS, [number])
        return [(act, verb, bool(is_undo), undone_by) for act, verb, is_undo, undone_by in cursor.fetchall()]


def _plain(column: str, value: Any) -> Any:
    """One engine gives flags as numbers, moments without their zone and trees as text."""
    if column in FLAGS:
        return bool(value)
    if column == "note":
        return (json.loads(value) if isinstance(value, str) else value).get("Email", "")
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    return value
