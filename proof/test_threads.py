"""Sixteen at once on one lead: what comes of it is what some order of them gives."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any, Final

import pytest
from django.db import connection

from khoi.accounts.models import Account, Contact
from khoi.history import services as history
from khoi.history.models import Act, Change, code_of
from khoi.kit.refusals import Refusal
from khoi.leads import services as leads
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.pipeline.models import Opportunity
from khoi.qualification import services as qualification
from khoi.timemachine import services as timemachine
from tests.cast import NOW, Member

pytestmark = pytest.mark.django_db(transaction=True)

SIXTEEN: Final = 16
#: What is compared of two leads that went through the same.
SAME: Final = ("need", "region", "industry", "lifecycle_stage", "work_status", "exit_reason", "return_on", "owner_id")


def prepared(admin: Member, name: str) -> tuple[Lead, Act]:
    """A lead, and an edit of it that can be taken back."""
    enquiry = lifecycle.Enquiry(full_name=name, company_name=name)
    lead = lifecycle.capture_lead(enquiry, by=admin.by, now=NOW).lead
    leads.edit_lead(lead, changes={"industry": "nước"}, by=admin.by, now=NOW)
    return lead, Act.objects.latest("id")


def verb_of(number: int, lead: Lead, edit: Act, by: Any) -> Callable[[], object]:
    """What each of the sixteen does: five edit two fields, four convert, three hand back, four take the edit back."""
    now = NOW + timedelta(minutes=number)
    mine = Lead.objects.get(pk=lead.pk)
    if number % 3 == 0:
        field = "need" if number % 2 else "region"
        return lambda: leads.edit_lead(mine, changes={field: f"lời {number}"}, by=by, now=now)
    if is_convert(number):
        return lambda: lifecycle.convert_lead(mine, by=by, now=now)
    if number % 2:
        return lambda: timemachine.undo(edit, by=by, now=now)
    return lambda: qualification.hand_back(mine, reason="no_budget", return_on=date(2027, 1, 1), by=by, now=now)


def is_convert(number: int) -> bool:
    return number % 3 == 1


def attempt(do: Callable[[], object]) -> str:
    """ "" when it was done, else why not."""
    try:
        do()
    except history.Refused as refused:
        return refused.reason
    except Refusal as refused:
        return refused.code
    return ""


def all_at_once(verbs: list[Callable[[], object]]) -> list[str]:
    line = Barrier(len(verbs))

    def run(do: Callable[[], object]) -> str:
        try:
            line.wait(timeout=30)
            return attempt(do)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(verbs)) as threads:
        return list(threads.map(run, verbs))


@pytest.mark.parametrize("again", range(5))
def test_sixteen_at_once_are_sixteen_in_some_order(ready: object, admin: Member, again: int) -> None:
    lead, edit = prepared(admin, "Cùng Lúc")
    answers = all_at_once([verb_of(number, lead, edit, admin.by) for number in range(SIXTEEN)])
    order = [number for number in in_order(lead, edit) if not answers[number]]

    alike, its_edit = prepared(admin, "Lần Lượt")
    for number in order:
        assert attempt(verb_of(number, alike, its_edit, admin.by)) == ""
    for number in sorted(set(range(SIXTEEN)) - set(order)):
        assert attempt(verb_of(number, alike, its_edit, admin.by)) == answers[number]

    assert state(lead) == state(alike)
    deals = int(any(is_convert(number) for number in order))  # none when the lead was handed back first
    assert Opportunity.objects.filter(lead=lead).count() == Opportunity.objects.filter(lead=alike).count() == deals
    assert Account.objects.count() == Contact.objects.count() == 2 * deals
    assert history.verify().ok
    assert lifecycle.recompute(check=True, now=NOW + timedelta(hours=1)).total == 0


def in_order(lead: Lead, edit: Act) -> list[int]:
    """The numbers of those that wrote, by the place of their act in the chain."""
    acts = Act.objects.filter(position__gt=edit.position or 0).order_by("position")
    return [round((act.occurred_at - NOW) / timedelta(minutes=1)) for act in acts]


def state(lead: Lead) -> dict[str, Any]:
    lead.refresh_from_db()
    changed = Change.objects.filter(tbl=code_of(Lead), row_id=lead.pk).count()
    return {name: getattr(lead, name) for name in SAME} | {"changes": changed, "account": lead.account is not None}
