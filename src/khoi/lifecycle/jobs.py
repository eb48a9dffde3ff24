"""What happens to leads by time alone."""

from datetime import UTC, datetime

from khoi.history import services as history
from khoi.history.rules.actors import SYSTEM
from khoi.leads.models import Lead
from khoi.lifecycle.services import deciding

BATCH = 500


def check_due_leads() -> int:
    """Judge again the leads whose answer may differ now though no fact has changed. Returns how many.

    The moment stored on the lead is the claim: judging writes the next one, so a row is taken once.
    """
    now = datetime.now(UTC)
    due = list(
        Lead.objects.filter(next_check_at__lte=now).order_by("next_check_at").values_list("pk", flat=True)[:BATCH]
    )
    if due:
        with history.act("check_due_leads", by=SYSTEM, now=now):
            deciding.settle_leads(due, now=now, refresh_only=False)
    return len(due)
