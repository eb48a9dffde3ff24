"""Proving that what can be rebuilt is what stands there, or rebuilding it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models

from khoi.accounts.models import Account
from khoi.history import services as history
from khoi.history.rules.actors import SYSTEM
from khoi.leads.models import Lead
from khoi.lifecycle.services import belonging, deciding, identifying, settling
from khoi.people.models import Person
from khoi.pipeline.models import Opportunity
from khoi.routing import services as routing

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Drift:
    """Rows whose derived values differ from what the facts say, by table. ``belonging``: rows that name another person
    than the lead, deal or ledger entry they hang on."""

    belonging: int
    people: int
    leads: int
    accounts: int
    opportunities: int
    shares: int

    @property
    def total(self) -> int:
        return self.belonging + self.people + self.leads + self.accounts + self.opportunities + self.shares


def recompute(*, check: bool, now: datetime) -> Drift:
    """Compare every derived column and table with a fresh computation; write it unless ``check``."""
    if check:
        return _recompute(check=True, now=now)
    with history.act("recompute", by=SYSTEM, now=now):
        return _recompute(check=False, now=now)


def _recompute(*, check: bool, now: datetime) -> Drift:
    return Drift(
        belonging=belonging.recheck_owners(check=check),
        people=_each(Person.objects.all(), lambda rows: identifying.refresh_people([p.pk for p in rows], check=check)),
        leads=_each(
            Lead.objects.all(),
            lambda rows: deciding.refresh_leads([lead.pk for lead in rows], now=now, check=check),
        ),
        accounts=_each(Account.objects.all(), lambda rows: settling.refresh_accounts(rows, check=check)),
        opportunities=_each(
            Opportunity.objects.all(),
            lambda rows: settling.refresh_deals(rows, check=check),
        ),
        shares=routing.recount(check=check),
    )


def _each(rows: "models.QuerySet[Any]", refresh: Callable[[list[Any]], int]) -> int:
    return sum(refresh(chunk) for chunk in _chunks(rows))


def _chunks(rows: "models.QuerySet[Any]") -> Iterable[list[Any]]:
    """In order of id, by key: memory stays flat however many there are."""
    last = 0
    while chunk := list(rows.filter(pk__gt=last).order_by("pk")[:CHUNK]):
        yield chunk
        if len(chunk) < CHUNK:
            return
        last = chunk[-1].pk
