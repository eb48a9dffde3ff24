"""People for programs."""

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Field, Router, Schema
from pydantic import StringConstraints

from khoi.custom import queries as fields
from khoi.custom.api import OwnSort, Where, own_page
from khoi.home.queries.merging import pair_of
from khoi.home.queries.pairs import SHOWN, waiting
from khoi.home.queries.people import furthest, people_matching, person_page
from khoi.people import services as people
from khoi.people.models import Consent, Person
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
from khoi.team.queries import authorize, find
from khoi.team.rules import Principal

router = Router(tags=["people"])

Line = Annotated[str, StringConstraints(max_length=200)]
Address = Annotated[str, StringConstraints(max_length=320)]


class PersonLine(Schema):
    id: Id
    full_name: str
    job_title: str
    language: str
    emails: list[str] = Field(description="The primary one first")
    phones: list[str] = Field(description="E.164, the primary one first")
    created_at: Moment
    custom: dict[str, Any] = Field(description="Values of the fields of your own that are filled, by key")


class LeadRef(Schema):
    id: Id
    stage: str
    need: str
    arrived_at: Moment


class DealRef(Schema):
    id: Id
    name: str
    stage: str
    amount: int | None = Field(description="Minor units")
    currency: str
    close_on: date | None


class ContactRef(Schema):
    account: Id
    account_name: str
    kind: Literal["customer", "partner", "supplier"]
    job_title: str


class ConsentOut(Schema):
    purpose: Literal["answer", "marketing"]
    state: Literal["given", "withdrawn"]
    confirmed: bool = Field(description="False while only a stranger at a form has said so")
    address: str
    wording: str
    wording_version: int
    basis: str
    occurred_at: Moment


class PersonOut(PersonLine):
    merged_into: Id | None = Field(description="You asked for somebody who is this person now; null otherwise")
    merged: list[Id] = Field(description="Earlier ids of this person, from merges")
    stage: str = Field(description='The furthest of their open leads, else customer, else of the newest; "" without')
    leads: list[LeadRef]
    opportunities: list[DealRef]
    contacts: list[ContactRef]
    consents: list[ConsentOut] = Field(description="The ledger, oldest first")


class PersonChanges(Body):
    """``emails`` and ``phones`` are the whole new lists, the first one primary."""

    full_name: Line = ""
    job_title: Line = ""
    language: Literal["", "vi", "en"] = ""
    emails: list[Address] = []
    phones: list[Address] = []
    custom: Custom = {}


class MergeIn(Body):
    """``choices``: whose value stays where both have one; of email and phone both keep all, and the chosen one is
    first. Fields of one's own are named ``custom.<key>``. What is not named is filled where it is blank."""

    survivor: Id
    loser: Id
    choices: dict[Line, Literal["survivor", "loser"]] = {}


class MergeOut(Schema):
    act: int | None = Field(description="The merge; undo it to take it back, at any time")
    survivor: Id
    loser: Id
    already: bool = Field(description="They were one before; nothing was changed")


@router.post("/people/merge", response=MergeOut, summary="Make two people one")
def merge_people(request: HttpRequest, body: MergeIn) -> dict[str, Any]:
    """Everything of the loser hangs on the survivor from now on, and the loser's id answers with the survivor.
    Errors: 422 ``same_person``, ``unknown_field`` for a choice of what cannot be chosen."""
    actor = who(request)
    survivor, loser = pair_of(actor, body.survivor, body.loser)
    merged = people.merge_people(
        survivor, loser=loser, choices=dict(body.choices.items()), by=actor, now=timezone.now()
    )
    act = merged.act.pk if merged.act else None
    return {"act": act, "survivor": body.survivor, "loser": body.loser, "already": merged.already}


class PairOut(Schema):
    first: Id
    second: Id
    reasons: list[str] = Field(
        description="same_email, same_phone, same_name_company, like_name_company, same_name_region, like_email"
    )
    sure: int = Field(description="Percent")


class Pairs(Schema):
    items: list[PairOut]


class ApartIn(Body):
    first: Id
    second: Id


class ApartOut(Schema):
    act: int | None = Field(description="Undo it to have the pair proposed again; null when it was said before")


@router.get("/people/duplicates", response=Pairs, summary="Pairs of people who may be one")
def list_duplicates(request: HttpRequest) -> dict[str, Any]:
    """The surest 50 of those where you see both, without those that were told apart."""
    actor = who(request)
    authorize(actor, "person.view")
    items = [
        {"first": one.first.public_id, "second": one.second.public_id, "reasons": one.reasons, "sure": one.sure}
        for one in waiting(actor)[:SHOWN]
    ]
    return {"items": items}


@router.post("/people/tell-apart", response=ApartOut, summary="Say that two people are two")
def tell_apart(request: HttpRequest, body: ApartIn) -> dict[str, Any]:
    """They are not proposed as a pair again. Errors: 422 ``same_person``."""
    actor = who(request)
    first, second = pair_of(actor, body.first, body.second)
    act = people.tell_apart(first, second, by=actor, now=timezone.now())
    return {"act": act.pk if act.position is not None else None}


@router.get("/people", response=Page[PersonLine], summary="List people")
@looks_back("people")
def list_people(
    request: HttpRequest,
    q: str = "",
    where: Where = "",
    sort: OwnSort = "",
    after: str | None = None,
    limit: int = 100,
) -> dict[str, Any]:
    """The people you may see, oldest first; ``q`` are beginnings of words of name, email or company, or digits of a
    phone. ``where`` and ``sort`` go by fields of your own: 422 ``bad_condition``, ``unknown_field``."""
    actor = who(request)
    authorize(actor, "person.view")
    rows = people_matching(actor, q[:100]).prefetch_related("contact_points")
    return own_page(rows, shown, where=where, sort=sort, after=after, limit=limit, now=actor.at)


@router.get("/people/{uuid:person_id}", response=PersonOut | PastOut, summary="Read a person, their leads and deals")
def show_person(
    request: HttpRequest,
    response: HttpResponse,
    person_id: Id,
    as_of: Day | None = None,
    known: Literal["now", "then"] = "now",
) -> dict[str, Any]:
    """``ETag`` is its version: name it in ``If-Match`` when changing it.

    With ``as_of`` instead what was there at the end of that day: what we know ``now`` about it, or what we showed
    ``then``.
    """
    actor = who(request)
    person = find(actor, "person.view", Person, public_id=person_id)
    if as_of is not None:
        return past_of(request, person, as_of, known)
    versioned(response, person)
    return _whole(person, actor, asked=person_id)


@router.patch("/people/{uuid:person_id}", response=PersonOut, summary="Change a person")
def change_person(request: HttpRequest, response: HttpResponse, person_id: Id, body: PersonChanges) -> dict[str, Any]:
    """Errors: 422 ``not_an_email``, ``not_a_phone``, ``unknown_field`` and others for ``custom``; 409
    ``changed_meanwhile``."""
    actor = who(request)
    person = find(actor, "person.edit", Person, public_id=person_id)
    changes = body.given()
    if "custom" in changes:
        changes["custom"] = fields.read_values(Person, changes["custom"])
    people.claim_version(person, version=named_version(request), changes=changes)
    person = people.edit_person(person, changes=changes, by=actor, now=timezone.now())
    versioned(response, person)
    return _whole(person, actor, asked=person_id)


def shown(person: Person) -> dict[str, Any]:
    points = sorted(person.contact_points.all(), key=lambda point: (not point.is_primary, point.pk))
    return {
        "id": person.public_id,
        "full_name": person.full_name,
        "job_title": person.job_title,
        "language": person.language,
        "emails": [point.normal for point in points if point.kind == "email"],
        "phones": [point.normal for point in points if point.kind == "phone"],
        "created_at": person.created_at,
    }


def _whole(person: Person, actor: Principal, *, asked: Id) -> dict[str, Any]:
    page = person_page(person, actor=actor, now=timezone.now())
    leads = [row.lead for row in page.leads]
    return {
        **shown(person),
        "merged_into": person.public_id if person.public_id != asked else None,
        "merged": [one.public_id for one in page.merged],
        "custom": fields.told_of([person]).get(person.pk, {}),
        "stage": furthest(leads),
        "leads": [
            {"id": one.public_id, "stage": one.lifecycle_stage, "need": one.need, "arrived_at": one.arrived_at}
            for one in leads
        ],
        "opportunities": [
            {
                "id": deal.public_id,
                "name": deal.name,
                "stage": deal.stage.code,
                "amount": deal.amount,
                "currency": deal.currency,
                "close_on": deal.close_on,
            }
            for deal in page.deals
        ],
        "contacts": [
            {
                "account": contact.account.public_id,
                "account_name": contact.account.name,
                "kind": contact.kind,
                "job_title": contact.job_title,
            }
            for contact in page.contacts
        ],
        "consents": [_consent(entry) for entry in page.consents],
    }


def _consent(entry: Consent) -> dict[str, Any]:
    names = ("purpose", "state", "confirmed", "address", "wording", "wording_version", "basis", "occurred_at")
    return {name: getattr(entry, name) for name in names}
