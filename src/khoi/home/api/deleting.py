"""Deleting for programs: one record, with everything that hangs on it, in one act that can be undone."""

from typing import Any, Final

from django.db import models
from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Schema

from khoi.accounts.models import Account, Contact
from khoi.activities import api as activities_api
from khoi.activities.models import Activity, Task
from khoi.history import services as history
from khoi.home.api.accounts import router as accounts
from khoi.home.api.people import router as people
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.lifecycle.api.writing import router as leads
from khoi.lifecycle.queries.going import RIGHTS
from khoi.people.models import Person
from khoi.pipeline import api as pipeline_api
from khoi.pipeline.models import Opportunity
from khoi.team.api import Id, Problem, named_version, who
from khoi.team.queries import find

#: What may go along → how a problem calls it.
CALLED: Final[dict[type[models.Model], str]] = {Lead: "leads", Opportunity: "opportunities", Contact: "contacts"}


class DeletedOut(Schema):
    act: int = Field(description="Undo it to bring everything back: POST /api/acts/{act}/undo")


@leads.delete("/leads/{uuid:lead_id}", response=DeletedOut, summary="Delete a lead")
def delete_lead(request: HttpRequest, lead_id: Id) -> dict[str, Any]:
    """With its tasks and what was logged on it; the person stays. Errors: 422 `lead_has_deals`."""
    return _delete(request, Lead, lead_id)


@people.delete("/people/{uuid:person_id}", response=DeletedOut, summary="Delete a person")
def delete_person(request: HttpRequest, person_id: Id, along: bool = False) -> dict[str, Any]:
    """Errors: 409 `goes_along` with the numbers of leads, deals and contacts that would go, too, unless `along` is
    true; 422 `holds_hidden` when some of them are not yours to see."""
    return _delete(request, Person, person_id, along=along)


@accounts.delete("/accounts/{uuid:account_id}", response=DeletedOut, summary="Delete an account")
def delete_account(request: HttpRequest, account_id: Id, along: bool = False) -> dict[str, Any]:
    """Its leads stay, without an account. Errors: 409 `goes_along` with the number of contacts unless `along` is true;
    422 `account_has_deals`, `holds_hidden`."""
    return _delete(request, Account, account_id, along=along)


@pipeline_api.router.delete("/opportunities/{uuid:opportunity_id}", response=DeletedOut, summary="Delete a deal")
def delete_opportunity(request: HttpRequest, opportunity_id: Id) -> dict[str, Any]:
    """The lead it came from stands again where it stood before it was converted."""
    return _delete(request, Opportunity, opportunity_id)


@activities_api.router.delete("/tasks/{uuid:task_id}", response=DeletedOut, summary="Delete a task")
def delete_task(request: HttpRequest, task_id: Id) -> dict[str, Any]:
    return _delete(request, Task, task_id)


@activities_api.router.delete("/activities/{uuid:activity_id}", response=DeletedOut, summary="Delete what was logged")
def delete_activity(request: HttpRequest, activity_id: Id) -> dict[str, Any]:
    """Your own; managers and administrators also those of others. A response clock it had stopped runs on."""
    return _delete(request, Activity, activity_id)


def _delete(request: HttpRequest, model: type[models.Model], public_id: Id, *, along: bool = False) -> dict[str, Any]:
    actor = who(request)
    record = find(actor, RIGHTS[model], model, public_id=public_id)
    history.claim_whole(record, version=named_version(request))
    try:
        act = lifecycle.delete_records([record], by=actor, now=timezone.now(), along=None if along else ())
    except lifecycle.GoesAlong as asked:
        counts = {CALLED[kind]: len(ids) for kind, ids in asked.along.items()}
        detail = "Send along=true to delete these, too."
        raise Problem(409, "goes_along", detail, along=counts) from asked
    return {"act": act.pk}
