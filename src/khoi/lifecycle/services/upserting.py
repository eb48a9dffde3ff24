"""A lead that another system knows by its own id: brought in the first time, brought up to date after that."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import connection

from khoi.history import services as history
from khoi.history.rules.actors import Actor
from khoi.kit.db.locks import lock_values
from khoi.leads import services as leads
from khoi.leads.models import Lead
from khoi.leads.queries import referred_to
from khoi.lifecycle.services.capturing import Enquiry, capture_lead, learn

#: Names of an enquiry that are fields of the lead itself.
_OF_LEAD = leads.EDITABLE


def put_lead(
    enquiry: Enquiry, *, external: tuple[str, str], given: Mapping[str, Any], by: Actor, now: datetime
) -> tuple[Lead, bool]:
    """The lead behind (system, id) and whether it is new. ``given``: which of the enquiry's values were sent.

    What was sent replaces the lead's own fields; of the person blanks are filled and addresses added. Sending
    the same again changes nothing, so it leaves no act.
    """
    with history.act("put_lead", by=by, now=now):
        lock_values(connection, [f"external:{external[0]}:{external[1]}"])
        lead = lead_referred_to(external, by=by)
        if lead is None:
            return capture_lead(enquiry, by=by, now=now).lead, True
        changes = {name: value for name, value in given.items() if name in _OF_LEAD}
        if changes:
            leads.edit_lead(lead, changes=changes, by=by, now=now)
        learn(lead.person, enquiry, by=by, now=now)
    return lead, False


def lead_referred_to(external: tuple[str, str], *, by: Actor) -> Lead | None:
    system, external_id = external
    named = referred_to(system, [external_id], by=by).get(external_id)
    return Lead.objects.select_related("person").filter(pk=named).first() if named is not None else None
