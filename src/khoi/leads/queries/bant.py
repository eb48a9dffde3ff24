"""The BANT facts that hold."""

from collections import defaultdict
from collections.abc import Iterable

from khoi.history.queries.lives import chunks
from khoi.kit.db.asking import ask
from khoi.leads.models import BantFact

_TOLD = "select distinct lead_id from leads_bant_fact where lead_id in ({ids})"


def latest_bant(lead_ids: Iterable[int]) -> dict[int, dict[str, BantFact]]:
    """Lead id → kind → the fact that holds: the latest by when it was true, then by entry."""
    found: dict[int, dict[str, BantFact]] = defaultdict(dict)
    told = [pk for part in chunks(lead_ids) for (pk,) in ask(_TOLD, part)]  # most leads have none
    for fact in BantFact.objects.filter(lead__in=told).order_by("occurred_at", "id"):
        found[fact.lead_id][fact.kind] = fact
    return found
