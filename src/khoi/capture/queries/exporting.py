"""All records of one kind as a table that the import reads back: the same numbers, the same fields, nothing lost.

The columns are called like the fields of a mapping; ``khoi: …`` holds ids, ``custom.…`` fields of one's own.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, Final

from django.db import models

from khoi.accounts.models import Account, Contact
from khoi.custom.models import CustomField
from khoi.custom.queries import own_fields, values_of
from khoi.custom.rules import PREFIX, Value, as_json
from khoi.kit.money import Money
from khoi.leads.models import Lead
from khoi.people.models import ContactPoint, Person
from khoi.pipeline.models import Opportunity
from khoi.team.rules import Principal

CHUNK: Final = 500
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Exported:
    """``columns``: what each is called in a table. ``rows`` go once, each a value by column; ``own`` are the columns
    of fields of one's own."""

    columns: tuple[str, ...]
    own: dict[str, CustomField]
    rows: Iterator[Row]


def export(what: str, actor: Principal) -> Exported:
    """``what``: leads, people, accounts or opportunities, as far as the actor may see them."""
    model, columns, rows_of = KINDS[what]
    own = {f"{PREFIX}{field.key}": field for field in own_fields(model)}
    records = model._default_manager.visible_to(actor).order_by("id")
    return Exported((*columns, *own), own, _rows(records, rows_of, own))


def _rows(
    records: "models.QuerySet[Any]", rows_of: Callable[[list[Any]], list[Row]], own: dict[str, CustomField]
) -> Iterator[Row]:
    found = records.iterator(chunk_size=CHUNK)
    while chunk := list(islice(found, CHUNK)):
        values = values_of(chunk, own.values()) if own else {}
        for record, row in zip(chunk, rows_of(chunk), strict=True):
            theirs = values.get(record.pk, {})
            yield row | {name: theirs.get(field.key) for name, field in own.items()}


def cells_of(exported: Exported) -> Iterator[list[str]]:
    """The rows as texts, in the order of the columns."""
    for row in exported.rows:
        yield [_text(row[name], exported.own.get(name), row) for name in exported.columns]


def objects_of(exported: Exported) -> Iterator[Row]:
    """The rows as JSON has them: ``id`` first, fields of one's own under ``custom``."""
    for row in exported.rows:
        plain = {name: _plain(value) for name, value in row.items() if name not in exported.own}
        named = {NAMES.get(name, name): value for name, value in plain.items()}
        own = {field.key: as_json(row[name]) for name, field in exported.own.items() if row[name] is not None}
        first = exported.columns[0]
        yield {"id": plain[first], **{n: v for n, v in named.items() if n != NAMES[first]}, "custom": own}


def _plain(value: Any) -> Any:
    if isinstance(value, Money):
        return value.amount
    return value.isoformat() if isinstance(value, date) else value


def _text(value: Any, field: CustomField | None, row: Row) -> str:
    if value is None:
        return ""
    if field is not None:
        return _own_text(value, field)
    if isinstance(value, Money):
        return format(value.major, "f")
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _own_text(value: Value, field: CustomField) -> str:
    labels = {choice["code"]: choice["label"] for choice in field.choices}
    match value:
        case bool():
            return "yes" if value else "no"
        case int():
            return format(Money(value, field.currency).major, "f")
        case Decimal():
            return format(value.normalize(), "f")
        case tuple():
            return "; ".join(labels.get(code, code) for code in value)
        case date():
            return value.isoformat()
    return labels.get(str(value), str(value)) if field.type == "choice" else str(value)


def _owner(record: Any) -> str:
    """Whoever may own records; the name of somebody who left would be kept as a note of the row."""
    return record.owner.email if record.owner is not None and record.owner.is_active else ""


def _leads(chunk: list[Lead]) -> list[Row]:
    models.prefetch_related_objects(chunk, "person", "source", "campaign", "owner")
    points = _points([lead.person_id for lead in chunk])
    return [
        {
            "khoi: lead": str(lead.public_id),
            "person_name": lead.person.full_name,
            "job_title": lead.person.job_title,
            **points.get(lead.person_id, NO_POINTS),
            "company": lead.company_name,
            "industry": lead.industry,
            "employees": lead.employees,
            "region": lead.region,
            "need": lead.need,
            "note": lead.message,
            "source": lead.source.name if lead.source else "",
            "channel": lead.channel,
            "campaign": lead.campaign.name if lead.campaign else "",
            "landing_page": lead.landing_page,
            "referrer": lead.referrer,
            "owner": _owner(lead),
            "arrived_at": lead.arrived_at,
            "stage": lead.lifecycle_stage,
            "work_status": lead.work_status,
        }
        for lead in chunk
    ]


def _people(chunk: list[Person]) -> list[Row]:
    points = _points([person.pk for person in chunk])
    roles: dict[int, Account] = {}
    contacts = Contact.objects.filter(person__in=chunk).select_related("account").order_by("-id")
    for contact in contacts:
        roles[contact.person_id] = contact.account
    return [
        {
            "khoi: person": str(person.public_id),
            "person_name": person.full_name,
            "job_title": person.job_title,
            **points.get(person.pk, NO_POINTS),
            "khoi: account": str(roles[person.pk].public_id) if person.pk in roles else "",
            "account": roles[person.pk].name if person.pk in roles else "",
        }
        for person in chunk
    ]


def _accounts(chunk: list[Account]) -> list[Row]:
    models.prefetch_related_objects(chunk, "owner")
    return [
        {
            "khoi: account": str(account.public_id),
            "company": account.name,
            "industry": account.industry,
            "employees": account.employees,
            "annual_revenue": _money(account.annual_revenue, account.currency),
            "currency": account.currency,
            "region": account.region,
            "website": account.website,
            "telephone": account.phone,
            "tax_code": account.tax_code,
            "owner": _owner(account),
        }
        for account in chunk
    ]


def _opportunities(chunk: list[Opportunity]) -> list[Row]:
    models.prefetch_related_objects(chunk, "person", "account", "lead", "stage", "pipeline", "owner")
    return [
        {
            "khoi: opportunity": str(deal.public_id),
            "name": deal.name,
            "khoi: account": str(deal.account.public_id) if deal.account else "",
            "account": deal.account.name if deal.account else "",
            "khoi: person": str(deal.person.public_id),
            "person": deal.person.full_name,
            "khoi: lead": str(deal.lead.public_id) if deal.lead else "",
            "pipeline": deal.pipeline.name,
            "pipeline_stage": deal.stage.code,
            "amount": _money(deal.amount, deal.currency),
            "currency": deal.currency,
            "close_on": deal.close_on,
            "need": deal.need,
            "decision_maker": deal.decision_maker,
            "owner": _owner(deal),
            "opened_at": deal.opened_at,
            "closed_at": deal.closed_at,
            "lost_reason": deal.lost_reason,
        }
        for deal in chunk
    ]


def _money(amount: int | None, currency: str) -> Money | None:
    return None if amount is None else Money(amount, currency)


NO_POINTS: Final[Row] = {"email": "", "phone": "", "mobile": ""}


def _points(people: list[int]) -> dict[int, Row]:
    """Person → their preferred email and phone, and one more phone."""
    found: dict[int, Row] = {}
    for point in ContactPoint.objects.filter(person__in=people).order_by("-is_primary", "id"):
        theirs = found.setdefault(point.person_id, dict(NO_POINTS))
        name = point.kind if not theirs[point.kind] else "mobile"
        if not (point.kind == "email" and name == "mobile") and not theirs[name]:
            theirs[name] = point.value
    return found


#: Kind → its model, the columns of its table, and what makes rows of records.
KINDS: Final[dict[str, tuple[Any, tuple[str, ...], Callable[[list[Any]], list[Row]]]]] = {
    "leads": (
        Lead,
        (
            *("khoi: lead", "person_name", "job_title", "email", "phone", "mobile", "company", "industry", "employees"),
            *("region", "need", "note", "source", "channel", "campaign", "landing_page", "referrer", "owner"),
            *("arrived_at", "stage", "work_status"),
        ),
        _leads,
    ),
    "people": (
        Person,
        ("khoi: person", "person_name", "job_title", "email", "phone", "mobile", "khoi: account", "account"),
        _people,
    ),
    "accounts": (
        Account,
        (
            *("khoi: account", "company", "industry", "employees", "annual_revenue", "currency", "region", "website"),
            *("telephone", "tax_code", "owner"),
        ),
        _accounts,
    ),
    "opportunities": (
        Opportunity,
        (
            *("khoi: opportunity", "name", "khoi: account", "account", "khoi: person", "person", "khoi: lead"),
            *("pipeline", "pipeline_stage", "amount", "currency", "close_on", "need", "decision_maker", "owner"),
            *("opened_at", "closed_at", "lost_reason"),
        ),
        _opportunities,
    ),
}
#: Column of ids → what JSON calls it.
NAMES: Final = {
    "khoi: lead": "lead_id",
    "khoi: person": "person_id",
    "khoi: account": "account_id",
    "khoi: opportunity": "opportunity_id",
}
