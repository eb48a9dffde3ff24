"""Accounts for programs."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Router, Schema
from pydantic import StringConstraints

from khoi.accounts import services as accounts
from khoi.accounts.models import Account
from khoi.custom import queries as fields
from khoi.custom import services as custom
from khoi.custom.api import OwnSort, Where, own_page
from khoi.home.queries.people import account_page, accounts_matching
from khoi.team.api import (
    Body,
    Custom,
    Day,
    Id,
    Moment,
    Page,
    PastOut,
    looks_back,
    named_version,
    past_of,
    versioned,
    who,
)
from khoi.team.models import User
from khoi.team.queries import authorize, find
from khoi.team.rules import Principal

router = Router(tags=["accounts"])

Line = Annotated[str, StringConstraints(max_length=200)]
Short = Annotated[str, StringConstraints(max_length=80)]
Phone = Annotated[str, StringConstraints(max_length=40)]
TaxCode = Annotated[str, StringConstraints(max_length=20)]
Amount = Annotated[int, Field(ge=0, le=2**63 - 1)]
Heads = Annotated[int, Field(ge=0, le=2**31 - 1)]


class AccountLine(Schema):
    id: Id
    name: str
    industry: str
    employees: int | None
    annual_revenue: int | None = Field(description="Minor units of the currency")
    currency: str
    region: str
    website: str
    phone: str
    tax_code: str
    owner: Id | None
    created_at: Moment
    custom: dict[str, Any] = Field(description="Values of the fields of your own that are filled, by key")


class PersonRef(Schema):
    id: Id
    full_name: str
    job_title: str
    kind: str


class DealRef(Schema):
    id: Id
    name: str
    stage: str
    amount: int | None
    currency: str


class AccountOut(AccountLine):
    contacts: list[PersonRef]
    opportunities: list[DealRef]
    leads: list[Id]


class AccountChanges(Body):
    name: Line = ""
    industry: Short = ""
    employees: Heads | None = None
    annual_revenue: Amount | None = None
    region: Short = ""
    website: Line = ""
    phone: Phone = ""
    tax_code: TaxCode = ""
    owner: Id | None = None
    custom: Custom = {}


class AccountIn(AccountChanges):
    name: Line


@router.get("/accounts", response=Page[AccountLine], summary="List accounts")
@looks_back("accounts")
def list_accounts(
    request: HttpRequest,
    q: str = "",
    where: Where = "",
    sort: OwnSort = "",
    after: str | None = None,
    limit: int = 100,
) -> dict[str, Any]:
    """The accounts you may see, oldest first; ``q`` are beginnings of words of name, tax code or website.
    ``where`` and ``sort`` go by fields of your own: 422 ``bad_condition``, ``unknown_field``."""
    actor = who(request)
    authorize(actor, "account.view")
    rows = accounts_matching(actor, q[:100])
    return own_page(rows, shown, where=where, sort=sort, after=after, limit=limit, now=actor.at)


@router.post("/accounts", response={201: AccountOut}, summary="Add an account")
def add_account(request: HttpRequest, response: HttpResponse, body: AccountIn) -> tuple[int, dict[str, Any]]:
    """Yours when no owner is named. Errors: 422 ``required``; 404 when the owner is nobody."""
    actor = who(request)
    authorize(actor, "account.create")
    given = _owned(actor, body.given(), "account.create")
    given.setdefault("owner", find(actor, "account.create", User, pk=actor.id))
    account = accounts.add_account(**given, by=actor, now=timezone.now())
    versioned(response, account)
    return 201, _whole(account, actor)


@router.get("/accounts/{uuid:account_id}", response=AccountOut | PastOut, summary="Read an account")
def show_account(
    request: HttpRequest,
    response: HttpResponse,
    account_id: Id,
    as_of: Day | None = None,
    known: Literal["now", "then"] = "now",
) -> dict[str, Any]:
    """``ETag`` is its version: name it in ``If-Match`` when changing it.

    With ``as_of`` instead what was there at the end of that day: what we know ``now`` about it, or what we showed
    ``then``.
    """
    actor = who(request)
    account = find(actor, "account.view", Account, public_id=account_id)
    if as_of is not None:
        return past_of(request, account, as_of, known)
    versioned(response, account)
    return _whole(account, actor)


@router.patch("/accounts/{uuid:account_id}", response=AccountOut, summary="Change an account")
def change_account(
    request: HttpRequest, response: HttpResponse, account_id: Id, body: AccountChanges
) -> dict[str, Any]:
    """Errors: 422 ``required`` for an empty name, ``unknown_field`` and others for ``custom``; 409
    ``changed_meanwhile``."""
    actor = who(request)
    account = find(actor, "account.edit", Account, public_id=account_id)
    changes = _owned(actor, body.given(), "account.edit")
    custom.claim_version(account, version=named_version(request), changes=changes)
    account = accounts.edit_account(account, changes=changes, by=actor, now=timezone.now())
    versioned(response, account)
    return _whole(account, actor)


def _owned(actor: Principal, given: dict[str, Any], action: str) -> dict[str, Any]:
    """The owner as a record, custom values typed."""
    if "custom" in given:
        given["custom"] = fields.read_values(Account, given["custom"])
    if given.get("owner") is not None:
        given["owner"] = find(actor, action, User, public_id=given["owner"])
    return given


def shown(account: Account) -> dict[str, Any]:
    return {
        "id": account.public_id,
        "name": account.name,
        "industry": account.industry,
        "employees": account.employees,
        "annual_revenue": account.annual_revenue,
        "currency": account.currency,
        "region": account.region,
        "website": account.website,
        "phone": account.phone,
        "tax_code": account.tax_code,
        "owner": account.owner.public_id if account.owner else None,
        "created_at": account.created_at,
    }


def _whole(account: Account, actor: Principal) -> dict[str, Any]:
    page = account_page(account, actor=actor, now=timezone.now())
    return {
        **shown(account),
        "custom": fields.told_of([account]).get(account.pk, {}),
        "contacts": [
            {
                "id": contact.person.public_id,
                "full_name": contact.person.full_name,
                "job_title": contact.job_title or contact.person.job_title,
                "kind": contact.kind,
            }
            for contact in page.contacts
        ],
        "opportunities": [
            {
                "id": deal.public_id,
                "name": deal.name,
                "stage": deal.stage.code,
                "amount": deal.amount,
                "currency": deal.currency,
            }
            for deal in page.deals
        ],
        "leads": [row.lead.public_id for row in page.leads],
    }
