"""The BANT facts that hold."""

from collections import defaultdict
from collections.abc import Iterable

from khoi.leads.models import BantFact


def latest_bant(lead_ids: Iterable[int]) -> dict[int, dict[str, BantFact]]:
    """Lead id → kind → the fact that holds: the latest by when it was true, then by entry."""
    found: dict[int, dict[str, BantFact]] = defaultdict(dict)
    for fact in BantFact.objects.filter(lead__in=list(lead_ids)).order_by("occurred_at", "id"):
        found[fact.lead_id][fact.kind] = fact
    return found
