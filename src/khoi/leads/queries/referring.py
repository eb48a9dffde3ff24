"""Which lead a number of another system names, for whoever says it."""

from collections.abc import Collection

from django.db.models import F, Q

from khoi.history.rules.actors import Actor
from khoi.leads.models import Lead, LeadReference
from khoi.team.rules import Principal, is_blinkered


def referred_to(system: str, external_ids: Collection[str], *, by: Actor) -> dict[str, int]:
    """Number → id of the lead it names.

    Who must not learn of hidden leads means those they see and those they brought in themselves: a number of a hidden
    lead is as free to them as any. Their own numbers come first, then those of the workspace.
    """
    rows = LeadReference.objects.filter(system=system, external_id__in=external_ids)
    if isinstance(by, Principal) and is_blinkered(by):
        rows = rows.filter(Q(sender=by.id) | Q(lead__in=Lead.objects.visible_to(by)))
    last = F("sender").desc(nulls_last=True)
    named: dict[str, int] = {}
    own: dict[str, int] = {}
    for number, lead, sender in rows.order_by(last, "-id").values_list("external_id", "lead_id", "sender_id"):
        named[number] = lead
        if sender is not None and sender == numbering_of(by):
            own[number] = lead
    return named | own


def numbering_of(by: Actor) -> int | None:
    """Whose numbering a lead's new number belongs to: the workspace's, or that of a sender who sees only a part."""
    return by.id if is_blinkered(by) else None
