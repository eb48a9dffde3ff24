"""Giving leads their owner: shared out by rule, or by hand."""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time
from functools import cache
from zoneinfo import ZoneInfo

from django.db.models import Count

from khoi.custom.rules import readable
from khoi.history import services as history
from khoi.history.rules.actors import Actor
from khoi.kit.conditions import holds, parse
from khoi.kit.db.asking import Question, answer, ask, held, question, records
from khoi.kit.db.writing import made, update_rows
from khoi.kit.refusals import Refusal
from khoi.leads.fields import Facts, fields_in, with_own
from khoi.leads.models import Lead
from khoi.leads.rules import ENDED
from khoi.routing import rules
from khoi.routing.models import Assignment, AssignmentBasis, RoutingRule, Share
from khoi.team.models import Role, User

_EARLIER = """select l.person_id, l.owner_id from leads_lead l join team_user u on u.id = l.owner_id
where l.person_id in ({ids}) and u.is_active order by l.arrived_at, l.id"""
_SHARES = """select s.* from routing_share s join team_user u on u.id = s.user_id
where s.rule_id in ({ids}) and u.is_active order by s.id"""
_ROUTED = """select rule_id, owner_id, count(*) from routing_assignment where rule_id in ({ids}) and basis = %s
group by rule_id, owner_id"""


def assign_lead(lead: Lead, *, owner: User, note: str = "", by: Actor, now: datetime) -> Lead:
    """Give the lead to somebody by hand."""
    if not owner.is_active:
        raise Refusal("owner_inactive", "owner", value=str(owner))
    with history.act("assign_lead", by=by, now=now, subject=lead):
        lead = held(Lead, lead.pk)
        if lead.owner_id == owner.pk:
            return lead
        before = lead.owner_id
        Lead.objects.filter(pk=lead.pk).update(owner=owner)
        lead.owner = owner
        Assignment.objects.create(
            lead=lead,
            owner=owner,
            previous_owner_id=before,
            basis=AssignmentBasis.BY_HAND,
            by_id=by.id,
            occurred_at=now,
            recorded_at=now,
        )
    return lead


def share_out(leads: list[Lead], facts: dict[int, Facts], *, zone: ZoneInfo, now: datetime) -> list[Assignment]:
    """Exactly one owner for each lead that has none, in memory: the caller writes leads and assignments.

    Inside an act; rules are locked, so two captures at once never read the same turn.
    """
    waiting = [lead for lead in leads if lead.owner_id is None]
    if not waiting:
        return []
    made = _to_earlier_owners(waiting, now)
    if unowned := [lead for lead in waiting if lead.owner_id is None]:
        made += _by_rules(unowned, facts, zone, now)
    return made


def _to_earlier_owners(leads: list[Lead], now: datetime) -> list[Assignment]:
    """A known person's new lead goes to whoever had the last one, if they still work here."""
    earlier: dict[int, int] = {}
    for person_id, owner_id in ask(_EARLIER, {lead.person_id for lead in leads}):
        earlier[person_id] = owner_id
    made = []
    for lead in leads:
        if lead.person_id in earlier:
            lead.owner_id = earlier[lead.person_id]
            made.append(_assignment(lead, AssignmentBasis.KNOWN_PERSON, None, {}, now))
    return made


def _by_rules(leads: list[Lead], facts: dict[int, Facts], zone: ZoneInfo, now: datetime) -> list[Assignment]:
    made: list[Assignment] = []
    turns = _Turns(zone, now)
    facts = with_own({lead.pk: facts[lead.pk] for lead in leads}, turns.conditions.values())
    last_resort = cache(_last_resort)  # asked once, and only when some lead has nobody else
    for lead in leads:
        rule = turns.rule_for(lead, facts[lead.pk])
        if rule is None:
            lead.owner_id = last_resort()
            made.append(_assignment(lead, AssignmentBasis.NOBODY_FREE, None, {}, now))
            continue
        choice = rules.choose(turns.candidates(rule), now)
        lead.owner_id = choice.user_id
        turns.took(rule, choice.user_id)
        made.append(_assignment(lead, AssignmentBasis.ROUTED, rule, _reason(choice), now))
    turns.save()
    return made


def _assignment(
    lead: Lead, basis: str, rule: RoutingRule | None, reason: dict[str, object], now: datetime
) -> Assignment:
    decided = {"lead": lead, "owner_id": lead.owner_id, "rule": rule, "basis": basis, "reason": reason}
    return made(Assignment, **decided, occurred_at=now, recorded_at=now)


def _reason(choice: rules.Choice) -> dict[str, object]:
    """What the choice was made on: the chosen one's place, and how many others stood behind."""
    first = choice.order[0]
    return {
        "code": choice.reason,
        "weight": first.weight,
        "assigned": first.assigned,
        "open_leads": first.open_leads,
        "capacity": first.capacity,
        "among": len(choice.order),
    }


def _last_resort() -> int | None:
    """Nobody shares in any rule: the administrator, so that no lead is without owner."""
    return next((user for (user,) in answer(_asking_last_resort())), None)


@cache
def _asking_last_resort() -> Question:
    active = User.objects.filter(is_active=True, role__in=[Role.ADMIN, Role.MANAGER])
    return question(active.order_by("role", "id").values_list("pk")[:1])


class _Turns:
    """Rules and their shares, locked for the act, counting on as leads are given out."""

    def __init__(self, zone: ZoneInfo, now: datetime) -> None:
        self.now = now
        self.zone = zone
        self.rules = list(RoutingRule.objects.select_for_update().filter(is_active=True).order_by("position", "id"))
        fields = fields_in([rule.condition for rule in self.rules])
        self.conditions = {
            rule.pk: parse(readable(rule.condition, fields), fields) for rule in self.rules if rule.condition
        }
        self.shares: dict[int, list[Share]] = {rule.pk: [] for rule in self.rules}
        for share in records(Share, _SHARES, self.shares):
            self.shares[share.rule_id].append(share)
        self.open_leads = _open_leads(share.user_id for shares in self.shares.values() for share in shares)
        self.changed: dict[int, Share] = {}

    def rule_for(self, lead: Lead, facts: Facts) -> RoutingRule | None:
        rule: RoutingRule
        for rule in self.rules:
            condition = self.conditions.get(rule.pk)
            fits = condition is None or holds(condition, facts.record(), self.now, self.zone).ok
            if fits and self.shares[rule.pk]:
                return rule
        return None

    def candidates(self, rule: RoutingRule) -> tuple[rules.Candidate, ...]:
        return tuple(
            rules.Candidate(
                user_id=share.user_id,
                weight=share.weight,
                assigned=share.head_start + share.assigned,
                open_leads=self.open_leads[share.user_id],
                capacity=share.capacity,
                away=self._back(share),
            )
            for share in self.shares[rule.pk]
        )

    def _back(self, share: Share) -> datetime | None:
        return datetime.combine(share.away_until, time(), self.zone) if share.away_until else None

    def took(self, rule: RoutingRule, user_id: int) -> None:
        for share in self.shares[rule.pk]:
            if share.user_id == user_id:
                share.assigned += 1
                self.changed[share.pk] = share
        self.open_leads[user_id] += 1

    def save(self) -> None:
        update_rows(self.changed.values(), ["assigned"])


def _open_leads(user_ids: Iterable[int]) -> Counter[int]:
    if not (user_ids := set(user_ids)):
        return Counter()
    rows = Lead.objects.filter(owner__in=user_ids).exclude(lifecycle_stage__in=ENDED).values("owner")
    return Counter({row["owner"]: row["n"] for row in rows.annotate(n=Count("pk"))})


def recount(*, check: bool) -> int:
    """Bring ``Share.assigned`` back to what the assignments say. Returns how many were off."""
    shares = records(Share, "select * from routing_share")
    routed = ask(_ROUTED, {share.rule_id for share in shares}, AssignmentBasis.ROUTED.value)
    given = Counter({(rule, owner): count for rule, owner, count in routed})
    off = []
    for share in shares:
        if share.assigned != given[share.rule_id, share.user_id]:
            share.assigned = given[share.rule_id, share.user_id]
            off.append(share)
    if not check:
        update_rows(off, ["assigned"])
    return len(off)


def set_share(
    rule: RoutingRule,
    *,
    user: User,
    weight: int,
    capacity: int | None = None,
    away_until: date | None = None,
    by: Actor,
    now: datetime,
) -> Share:
    """Somebody's part in the rule, begun or changed.

    Who begins joins the round where the others stand: what they were not given before is not made up for.
    """
    if weight < 0 or (capacity or 0) < 0:
        raise Refusal("negative", "weight" if weight < 0 else "capacity")
    if not user.is_active:
        raise Refusal("owner_inactive", "user", value=str(user))
    with history.act("set_share", by=by, now=now, subject=rule):
        RoutingRule.objects.select_for_update().get(pk=rule.pk)
        share = Share.objects.filter(rule=rule, user=user).first() or _begun(rule, user, weight)
        share.weight, share.capacity, share.away_until = weight, capacity, away_until
        share.save()
    return share


def _begun(rule: RoutingRule, user: User, weight: int) -> Share:
    routed = Assignment.objects.filter(rule=rule, owner=user, basis=AssignmentBasis.ROUTED)
    given = routed.count()
    return Share(rule=rule, user=user, assigned=given, head_start=_level(rule, weight) - given)


def _level(rule: RoutingRule, weight: int) -> int:
    """As many as somebody of this weight would have by now, going by whoever waits longest."""
    others = Share.objects.filter(rule=rule, weight__gt=0, user__is_active=True)
    return min(((one.head_start + one.assigned) * weight // one.weight for one in others), default=0)


def remove_share(share: Share, *, by: Actor, now: datetime) -> None:
    """They get no more leads from the rule; those they have stay theirs."""
    with history.act("remove_share", by=by, now=now, subject=share.rule):
        share.delete()


def name_rule(rule: RoutingRule, *, name: str, by: Actor, now: datetime) -> RoutingRule:
    if not (words := " ".join(name.split())):
        raise Refusal("required", "name")
    with history.act("name_rule", by=by, now=now, subject=rule):
        rule.name = words[:120]
        rule.save(update_fields=["name"])
    return rule
