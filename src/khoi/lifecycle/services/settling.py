"""What every act leaves behind is settled here, whichever door it came through.

Identity keys → score → stage → owner → clock → search text, set-based, in that order. Settling twice
changes nothing more. After an undo only what can be rebuilt is refreshed; no new decision is taken.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TypeVar

from django.db.models import Model

from khoi.accounts.models import Account
from khoi.activities.models import Activity
from khoi.history import services as history
from khoi.history.models import Act, code_of
from khoi.history.rules.actors import Actor
from khoi.history.services import Touched
from khoi.kit.db.asking import ask, columns_by, records_by
from khoi.kit.db.writing import update_rows
from khoi.leads.models import BantFact, Lead, LeadValue
from khoi.lifecycle.services import belonging, deciding, deleting, following, identifying, reaching
from khoi.people import services as people
from khoi.people.models import Consent, ContactPoint, Person, PersonValue, Suppression
from khoi.people.queries import survivors
from khoi.pipeline.models import Opportunity, StageMove
from khoi.qualification.models import Policy
from khoi.routing import services as routing
from khoi.scoring.models import Scorecard
from khoi.touchpoints.models import Touchpoint

M = TypeVar("M", bound=Model)

CHUNK = 500
#: The verb of a file's act: what it says happened, happened before.
IMPORTING = "import_file"
#: What every lead is scored and judged by: another version of one concerns them all.
RULES: tuple[type[Model], ...] = (Scorecard, Policy)
#: So many leads are settled with the act that changed the rules; more are settled in parts by ``check_due_leads``.
AT_ONCE = 2_000

_DEALS_OF_PEOPLE = "select id from pipeline_opportunity where person_id in ({ids})"
_DEALS_OF_ACCOUNTS = "select id from pipeline_opportunity where account_id in ({ids})"

#: Tables whose rows speak of a person in a way that scores, judges or warms their leads.
SAYS_SOMETHING: tuple[type[Model], ...] = (
    Person,
    PersonValue,
    ContactPoint,
    Touchpoint,
    Activity,
    BantFact,
    LeadValue,
)


def settle(act: Act, touched: Touched, *, refresh_only: bool = False) -> None:
    """The hook that closes every act; ``touched``: table code → ids of rows written in it."""
    now = act.recorded_at
    roots = _Roots()
    if not refresh_only:
        if belonging.rows_follow_survivors(act, touched):
            touched = history.touched(act)
        elif act.verb != people.MERGING:
            roots.are_themselves(touched.subjects_of(touched.subjects))
    belonging.rows_follow_owners(act, touched)
    rewritten = _people_rewritten(act, touched, roots)
    for chunk in _chunks(rewritten):
        identifying.refresh_people(chunk)
    if not refresh_only:
        _keep_suppressed(act, touched, roots, now)
    concerned = _leads_concerned(touched, roots) | _leads_under_new_rules(touched, now)
    if not refresh_only and act.verb != IMPORTING:  # a file tells of leads and deals alike, each on its day
        concerned |= following.leads_follow_deals(act, touched.get(code_of(StageMove), frozenset()), now=now)
        concerned |= reaching.answer_clocks(act, touched, now=now)
    for chunk in _chunks(sorted(concerned)):
        deciding.settle_leads(chunk, now=now, refresh_only=refresh_only, imported=act.verb == IMPORTING)
    refresh_search(touched, rewritten)
    if refresh_only:
        routing.recount(check=False)
        deleting.relink_restored(act)


class _Roots:
    """Whom people were merged into, read once an act: settling merges nobody."""

    def __init__(self) -> None:
        self._known: dict[int, int] = {}

    def are_themselves(self, people: Iterable[int]) -> None:
        """Nobody of these was merged into anybody."""
        self._known |= dict.fromkeys(people, 0)

    def with_survivors(self, people: set[int]) -> set[int]:
        """Also those whom some of them were merged into: what was written of the one speaks of the other."""
        if new := people - self._known.keys():
            self._known |= dict.fromkeys(new, 0) | survivors(new)
        return people | {self._known[pk] for pk in people} - {0}


def _keep_suppressed(act: Act, touched: Touched, roots: _Roots, now: datetime) -> None:
    """Who comes with an address of somebody erased, or is said by others to consent."""
    if act.verb == IMPORTING:  # also of people who were entered settled otherwise
        touched = history.touched(act, all_of_it=True) if Suppression.objects.exists() else touched
    said = [code_of(model) for model in (ContactPoint, Consent) if touched.get(code_of(model))]
    if not said or not Suppression.objects.exists():
        return
    by = Actor("system", None, "Khơi", act.via)
    for chunk in _chunks(sorted(roots.with_survivors(touched.subjects_of(said)))):
        people.keep_suppressed(chunk, by=by, now=now)


def _people_rewritten(act: Act, touched: Touched, roots: _Roots) -> list[int]:
    """People whose name, addresses, company or region were written; a deleted address is found through its change."""
    people = set(touched.get(code_of(Person), ()))
    if touched.get(code_of(ContactPoint)):
        people |= touched.subjects_of([code_of(ContactPoint)])
    people |= identifying.people_moved(act, touched)
    if people and (act.is_undo or code_of(Person) in touched.changed):
        people |= belonging.former_survivors(act)
    return sorted(roots.with_survivors(people))


def _leads_concerned(touched: Touched, roots: _Roots) -> set[int]:
    """Leads whose score, stage or owner may follow from what was written."""
    found = set(touched.get(code_of(Lead), ()))
    said = [model for model in SAYS_SOMETHING if touched.get(code_of(model))]
    if said:
        subjects = touched.subjects_of(code_of(model) for model in said)
        for chunk in _chunks(sorted(roots.with_survivors(subjects))):
            found |= {pk for (pk,) in ask("select id from leads_lead where person_id in ({ids})", chunk)}
    return found


def _leads_under_new_rules(touched: Touched, now: datetime) -> set[int]:
    """All leads, when the scorecard or the policy is another one. Of very many each is marked as due instead."""
    if not any(touched.get(code_of(model)) for model in RULES):
        return set()
    ids = list(Lead.objects.values_list("pk", flat=True)[:AT_ONCE])
    if len(ids) < AT_ONCE:
        return set(ids)
    Lead.objects.update(next_check_at=now)
    return set()


def refresh_search(touched: Touched, people: Iterable[int]) -> None:
    """Search text of accounts and deals that were written, and of deals that are found by a name that was: of one of
    these people, or of an account."""
    accounts = sorted(touched.get(code_of(Account), ()))
    for chunk in _chunks(accounts):
        refresh_accounts(records_by(Account, "pk", chunk))
    deals = set(touched.get(code_of(Opportunity), ()))
    for question, ids in (_DEALS_OF_PEOPLE, people), (_DEALS_OF_ACCOUNTS, accounts):
        deals |= {pk for chunk in _chunks(sorted(ids)) for (pk,) in ask(question, chunk)}
    for chunk in _chunks(sorted(deals)):
        refresh_deals(records_by(Opportunity, "pk", chunk))


def refresh_accounts(accounts: list[Account], *, check: bool = False) -> int:
    stale = []
    for account in accounts:
        text = identifying.search_text(account.name, account.tax_code, account.website, account.phone)
        if account.search != text:
            account.search = text
            stale.append(account)
    if stale and not check:
        update_rows(stale, ["search"])
    return len(stale)


def refresh_deals(deals: list[Opportunity], *, check: bool = False) -> int:
    accounts = dict(columns_by(Account, "pk", {deal.account_id for deal in deals if deal.account_id}, "pk", "name"))
    people = dict(columns_by(Person, "pk", {deal.person_id for deal in deals}, "pk", "full_name"))
    stale = []
    for deal in deals:
        text = identifying.search_text(deal.name, accounts.get(deal.account_id, ""), people[deal.person_id])
        if deal.search != text:
            deal.search = text
            stale.append(deal)
    if stale and not check:
        update_rows(stale, ["search"])
    return len(stale)


def _chunks(ids: list[int]) -> Iterable[list[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]
