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
from khoi.campaigns.models import Source
from khoi.history import services as history
from khoi.history.models import Act, code_of
from khoi.history.rules.actors import Actor
from khoi.history.services import Touched
from khoi.kit.db.asking import ask, columns_by, records, records_by
from khoi.kit.db.writing import insert_rows, update_row, update_rows
from khoi.leads.fields import Facts, with_own
from khoi.leads.models import SCORE_FIELDS, BantFact, Lead, LeadValue
from khoi.lifecycle.queries.facts import facts_of
from khoi.lifecycle.queries.ground import Ground, ground
from khoi.lifecycle.services import belonging, deleting, following, identifying, judging, reaching
from khoi.people import services as people
from khoi.people.models import Consent, ContactPoint, Person, PersonValue, Suppression
from khoi.people.queries import survivors
from khoi.pipeline.models import Opportunity, StageMove
from khoi.qualification.models import Policy
from khoi.routing import services as routing
from khoi.scoring import services as scoring
from khoi.scoring.models import Scorecard
from khoi.scoring.queries import Touches, touches_of
from khoi.touchpoints.models import Touchpoint

M = TypeVar("M", bound=Model)

CHUNK = 500
#: The verb of a file's act: what it says happened, happened before.
IMPORTING = "import_file"
#: Every column of a lead that settling may change.
SETTLED = [
    *SCORE_FIELDS,
    "temperature",
    "search",
    "next_check_at",
    "lifecycle_stage",
    "work_status",
    "owner",
    "respond_by",
]

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
        settle_leads(chunk, now=now, refresh_only=refresh_only, imported=act.verb == IMPORTING)
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


def settle_leads(ids: Iterable[int], *, now: datetime, refresh_only: bool, imported: bool = False) -> None:
    """Score, judge, share out and start the clock in memory; then one write per table."""
    leads = _read(ids)
    if not leads:
        return
    stands = ground()
    touches = touches_of(lead.person_id for lead in leads)
    plain = _facts(leads, stands, touches, now)
    facts, changed = _refresh(leads, plain, stands, touches, now)
    if not refresh_only:
        changed |= _decide(leads, plain, facts, stands, touches, now, imported=imported)
    _write(leads, changed)


def _read(ids: Iterable[int]) -> list[Lead]:
    leads = records(Lead, "select * from leads_lead where id in ({ids}) order by id", ids)
    people = _by_id(Person, "select * from people_person where id in ({ids})", (lead.person_id for lead in leads))
    sources = _by_id(Source, "select * from campaigns_source where id in ({ids})", (lead.source_id for lead in leads))
    for lead in leads:  # of a past day the person may be out of sight, the source gone
        if person := people.get(lead.person_id):
            lead.person = person
        if lead.source_id is not None:
            lead.source = sources.get(lead.source_id)
    return [lead for lead in leads if lead.person_id in people]


def _by_id(model: type[M], text: str, ids: Iterable[int | None]) -> dict[int, M]:
    return {row.pk: row for row in records(model, text, {pk for pk in ids if pk is not None})}


def _decide(
    leads: list[Lead],
    plain: dict[int, Facts],
    facts: dict[int, Facts],
    stands: Ground,
    touches: Touches,
    now: datetime,
    *,
    imported: bool,
) -> set[int]:
    """Stages, owners and clocks. ``plain`` are the facts before scoring. Returns the ids of leads that changed."""
    moves, touched = judging.judge_leads(leads, facts, ground=stands, now=now)
    changed = {lead.pk for lead in touched}
    if moves:  # a rule may ask for the stage
        facts, again = _refresh(leads, plain, stands, touches, now)
        changed |= again
    given = routing.share_out(leads, facts, zone=stands.zone, now=now)
    reaching.start_clocks([assignment.lead for assignment in given], now=now, imported=imported, of=stands.workspace)
    changed |= {assignment.lead_id for assignment in given}
    if moves:
        insert_rows(moves)
    if given:
        insert_rows(given)
    return changed


def _facts(leads: list[Lead], stands: Ground, touches: Touches, now: datetime) -> dict[int, Facts]:
    """Before scoring. They hold the leads themselves, whose stage may move meanwhile."""
    return with_own(facts_of(leads, now=now, touches=touches), stands.conditions)


def _refresh(
    leads: list[Lead], plain: dict[int, Facts], stands: Ground, touches: Touches, now: datetime
) -> tuple[dict[int, Facts], set[int]]:
    """Score, grade, temperature and search text in memory. Returns the scored facts, and the ids of leads that
    changed."""
    facts, stale = scoring.score_leads(plain, touches=touches, card=stands.card, now=now, zone=stands.zone)
    changed = {lead.pk for lead in stale}
    for lead in leads:
        text = identifying.search_text(lead.person.full_name, lead.company_name, lead.need)
        warmth = str(judging.warmth(facts[lead.pk], now, stands.zone).value)
        if (lead.search, lead.temperature) != (text, warmth):
            lead.search, lead.temperature = text, warmth
            changed.add(lead.pk)
    return facts, changed


def _write(leads: list[Lead], changed: set[int]) -> None:
    rows = [lead for lead in leads if lead.pk in changed]
    if len(rows) == 1:
        update_row(rows[0], SETTLED)
    elif rows:
        update_rows(rows, SETTLED)


def refresh_leads(ids: Iterable[int], *, now: datetime, check: bool = False) -> int:
    """What can be rebuilt of these leads. Returns how many were off.

    A lead whose time has come (``next_check_at``) is not off: the job is about to look at it.
    """
    leads = [lead for lead in _read(ids) if lead.next_check_at is None or lead.next_check_at > now]
    stands, touches = ground(), touches_of(lead.person_id for lead in leads)
    _, changed = _refresh(leads, _facts(leads, stands, touches, now), stands, touches, now)
    if not check:
        _write(leads, changed)
    return len(changed)


def rebuilt_leads(ids: Iterable[int], *, now: datetime) -> list[Lead]:
    """These leads with what can be rebuilt of them, in memory; nothing is written."""
    leads = _read(ids)
    stands, touches = ground(), touches_of(lead.person_id for lead in leads)
    _refresh(leads, _facts(leads, stands, touches, now), stands, touches, now)
    return leads


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
