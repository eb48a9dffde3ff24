"""Search for programs."""

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from khoi.home.queries.search import Found, search
from khoi.team.api import Id, looks_back, who
from khoi.team.queries import authorize

router = Router(tags=["search"])


class LeadHit(Schema):
    id: Id
    stage: str


class PersonHit(Schema):
    id: Id
    full_name: str
    company: str
    leads: list[LeadHit]


class AccountHit(Schema):
    id: Id
    name: str


class DealHit(Schema):
    id: Id
    name: str
    stage: str


class Hits(Schema):
    people: list[PersonHit]
    accounts: list[AccountHit]
    opportunities: list[DealHit]


@router.get("/search", response=Hits, summary="Search people with their leads, accounts and deals")
@looks_back("search")
def find_anything(request: HttpRequest, q: str = "", limit: int = 20) -> dict[str, Any]:
    """Each word of ``q`` begins a word of what is found, accents or not; digits may be any part of a phone number.
    At most ``limit`` (1 to 100) of each kind, of what you may see."""
    actor = who(request)
    authorize(actor, "search.view")
    return _told(search(actor, q[:100].replace("\0", ""), most=min(max(limit, 1), 100)))


def _told(found: Found) -> dict[str, Any]:
    return {
        "people": [
            {
                "id": hit.person.public_id,
                "full_name": hit.person.full_name,
                "company": hit.company,
                "leads": [{"id": lead.public_id, "stage": lead.lifecycle_stage} for lead in hit.leads],
            }
            for hit in found.people
        ],
        "accounts": [{"id": one.public_id, "name": one.name} for one in found.accounts],
        "opportunities": [{"id": one.public_id, "name": one.name, "stage": one.stage.code} for one in found.deals],
    }
