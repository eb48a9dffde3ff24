"""What can be rebuilt of records, told without being written: for rows that are not those of today."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import models

from khoi.accounts.models import Account
from khoi.leads.models import SCORE_FIELDS, Lead
from khoi.lifecycle.services import deciding, identifying, settling
from khoi.people.models import Person
from khoi.pipeline.models import Opportunity

#: Ids read in one go.
CHUNK = 500
LEADS = (*SCORE_FIELDS, "temperature", "search")


def rebuilt(model: type[models.Model], ids: Collection[int], *, now: datetime) -> dict[int, dict[str, Any]]:
    """Id → column → value of the derived columns that lists are searched, filtered and sorted by. A lead's score is
    that of ``now``, by the touches and the scorecard that stand there. Nothing for a model without such columns."""
    every = sorted(ids)
    found: dict[int, dict[str, Any]] = {}
    for start in range(0, len(every), CHUNK):
        found |= _rebuilt(model, every[start : start + CHUNK], now)
    return found


def _rebuilt(model: type[models.Model], ids: list[int], now: datetime) -> dict[int, dict[str, Any]]:
    if model is Person:
        return {pk: {"search": text} for pk, text in identifying.search_texts(ids).items()}
    if model is Lead:
        leads = deciding.rebuilt_leads(ids, now=now)
        return {lead.pk: {name: getattr(lead, name) for name in LEADS} for lead in leads}
    if model is Account:
        accounts = list(Account.objects.filter(pk__in=ids))
        settling.refresh_accounts(accounts, check=True)
        return {account.pk: {"search": account.search} for account in accounts}
    if model is Opportunity:
        deals = list(Opportunity.objects.filter(pk__in=ids).select_related("account", "person"))
        settling.refresh_deals(deals, check=True)
        return {deal.pk: {"search": deal.search} for deal in deals}
    return {}
