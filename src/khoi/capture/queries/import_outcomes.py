"""What came of an import: where its rows are now, and what was odd about each of its files."""

from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Q

from khoi.accounts.models import Account
from khoi.capture.models import ImportRun
from khoi.capture.queries.import_words import explained
from khoi.history.models import Act, Change, code_of
from khoi.leads.models import Lead
from khoi.people.models import Person
from khoi.pipeline.models import Opportunity

LOOKED_FOR: Final[dict[str, Any]] = {
    "lead": Lead,
    "opportunity": Opportunity,
    "account": Account,
    "person": Person,
}


@dataclass(frozen=True, slots=True)
class OfFile:
    """One file of several: ``name`` of it or of its sheet; ``kinds`` of what was odd, as ``import_words`` tells."""

    run: ImportRun
    name: str
    kinds: list[dict[str, Any]]


def became(run: ImportRun) -> list[str]:
    """What its rows became: lead, opportunity, person and account, whichever of these it made, those first that people
    look for."""
    if run.act_id is None:
        return []
    acts = Act.objects.filter(Q(pk=run.act_id) | Q(part_of=run.act_id)).values("pk")
    made = Change.objects.filter(act__in=acts, op="i", tbl__in=[code_of(model) for model in LOOKED_FOR.values()])
    tables = set(made.order_by().values_list("tbl", flat=True).distinct())
    return [name for name, model in LOOKED_FOR.items() if code_of(model) in tables]


def odd_ones(files: list[ImportRun]) -> list[OfFile]:
    """Those of several files that something was odd about."""
    told = [OfFile(run, run.sheet or run.file_name, explained(run.problems)) for run in files]
    return [one for one in told if one.kinds]
