"""The BANT facts that hold."""

from collections import defaultdict
from collections.abc import Iterable

from khoi.history.queries.lives import chunks
from khoi.kit.db.asking import records
from khoi.leads.models import BantFact

_FACTS = "select * from leads_bant_fact where lead_id in ({ids}) order by occurred_at, id"


def latest_bant(lead_ids: Iterable[int]) -> dict[int, dict[str, BantFact]]:
    """Lead id → kind → the fact that holds: the latest by when it was true, then by entry."""
    found: dict[int, dict[str, BantFact]] = defaultdict(dict)
    for part in chunks(lead_ids):
        for fact in records(BantFact, _FACTS, part):
            found[fact.lead_id][fact.kind] = fact
    return found
