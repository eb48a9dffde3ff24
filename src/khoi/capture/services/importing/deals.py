"""Rows that become opportunities, a batch at a time: found through their lead, or through person and name."""

from collections import defaultdict
from datetime import datetime
from typing import Any, Final

from khoi.accounts.models import Account
from khoi.activities.models import Activity
from khoi.capture.queries.import_rows import Incoming
from khoi.capture.rules.importing import CREATED, SKIPPED, UNCHANGED, UPDATED, steps
from khoi.capture.rules.mapping import Claim, Parsed, check_against_lead
from khoi.capture.services.importing.buyers import Buyers
from khoi.capture.services.importing.context import Context, Referred, referred
from khoi.capture.services.importing.humans import Human
from khoi.capture.services.importing.leads import extras_of
from khoi.kit.db.writing import insert_rows, update_rows
from khoi.leads.models import Lead
from khoi.pipeline.models import Opportunity, PipelineStage, StageKind, StageMove
from khoi.qualification.models import StageChange

ENDS: Final = {"won": StageKind.WON, "lost": StageKind.LOST}
WRITTEN: Final = [
    *("name", "need", "amount", "currency", "close_on", "decision_maker", "owner", "account", "contact", "lead"),
    *("stage", "entered_stage_at", "closed_at", "lost_reason", "opened_at"),
]
OF_LEAD: Final = ["company_name", "account", "extras", "lifecycle_stage", "work_status", "exit_reason", "accepted_at"]


class DealRows:
    """Takes rows in order. A deal's lead and person follow it: a won deal makes its lead a customer."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.people = context.people
        self.stages = context.move.stages
        self.buyers = Buyers(by=context.by, now=context.now)

    def take(self, rows: list[Incoming]) -> list[str]:
        """The outcome of each row, everything stored."""
        self._begin(rows)
        outcomes = [self._take(row) for row in rows]
        self._write()
        return outcomes

    def _forget(self) -> None:
        self.new: list[Opportunity] = []
        self.moves: list[StageMove] = []
        self.notes: list[Activity] = []
        self.changed: dict[int, Opportunity] = {}
        self.changed_leads: dict[int, Lead] = {}
        #: Deals of which the file does not say whose they are: nobody becomes a contact by them.
        self.unnamed: set[int] = set()
        self.spoken: dict[str, Human] = {}

    def _begin(self, rows: list[Incoming]) -> None:
        self._forget()
        self.people.begin(rows)
        self.buyers.begin([row.parsed for row in rows])
        self.referred: Referred = referred((row.parsed.join for row in rows if row.parsed.join), by=self.context.by)
        people = {holder for row in rows if (holder := self.people.holder(row)) is not None}
        people |= {lead.person_id for lead in self.referred.leads.values()} | self.buyers.people_without_address()
        self.people.load(people)
        self._load_deals(people)
        self._load_stages_been()

    def _load_deals(self, people: set[int]) -> None:
        self.deal_of: dict[int, Opportunity] = {}
        self.deals_of: dict[int, list[Opportunity]] = defaultdict(list)
        for deal in Opportunity.objects.filter(person__in=people).select_related("stage", "person").order_by("id"):
            self.deals_of[deal.person_id].append(deal)
            if deal.lead_id is not None:
                self.deal_of[deal.lead_id] = deal
        self.context.own.begin(
            [deal for deals in self.deals_of.values() for deal in deals],
            [human.person for human in self.people.humans.values()],
            self.buyers.spoken_of,
        )
        self.leads_of: dict[int, list[Lead]] = defaultdict(list)
        if people:
            for lead in Lead.objects.filter(person__in=people).select_related("person").order_by("id"):
                self.leads_of[lead.person_id].append(lead)

    def _load_stages_been(self) -> None:
        self.been: dict[int, set[str]] = defaultdict(set)
        leads = {lead.pk for leads in self.leads_of.values() for lead in leads}
        for lead_id, stage in StageChange.objects.filter(lead__in=leads).values_list("lead_id", "to_stage"):
            self.been[lead_id].add(stage)

    def _take(self, row: Incoming) -> str:
        state, at = state_of(row.parsed)
        target = self.stages.target(row.parsed.text("pipeline_stage"), ENDS.get(state))
        if target is None:
            column = self.context.heading("pipeline_stage")
            return row.reject("unknown_stage", column, row.parsed.text("pipeline_stage"))
        if (refused := self._unknown_lead(row)) is not None:
            return refused
        lead, human = self._whose(row)
        if lead is not None:
            for problem in check_against_lead(row.parsed, first_contact_at=lead.arrived_at):
                row.problems.append(problem)
        return self._store(row, lead, human, target, at)

    def _unknown_lead(self, row: Incoming) -> str | None:
        join = row.parsed.join
        if join is None or join.id in self.referred.leads:
            return None
        column = self.context.mapping.join.column if self.context.mapping.join else ""
        return row.reject("hidden" if join.id in self.referred.hidden else "no_lead", column, join.id)

    def _whose(self, row: Incoming) -> tuple[Lead | None, Human]:
        """The row's lead and person. A row that names nobody belongs to whoever speaks for the company."""
        if row.parsed.join is not None:
            lead = self.referred.leads[row.parsed.join.id]
            return self._same(lead), self.people.humans[lead.person_id]
        human = self.people.find(row)
        if human is None and not row.keys:
            human = self._without_address(row)
        human = human or self.people.add(row)
        return self._free_lead(row, human), human

    def _same(self, lead: Lead) -> Lead:
        """One object for one lead, so that two rows about it change the same."""
        return next((each for each in self.leads_of[lead.person_id] if each.pk == lead.pk), lead)

    def _without_address(self, row: Incoming) -> Human | None:
        if not row.parsed.text("company"):
            return None
        known = self.buyers.without_address(row.parsed)
        if isinstance(known, int):
            return self.people.humans[known]
        if known is None:
            known = self.people.add(row)
            self.buyers.speak_for(row.parsed, known)
        return known

    def _free_lead(self, row: Incoming, human: Human) -> Lead | None:
        """The person's lead this deal came from: the one with this very deal, else the first without any."""
        name, leads = _name(row), self.leads_of.get(human.person.pk or 0, [])
        with_it = [lead for lead in leads if lead.pk in self.deal_of and self.deal_of[lead.pk].name == name]
        return next(iter([*with_it, *(lead for lead in leads if lead.pk not in self.deal_of)]), None)

    def _store(self, row: Incoming, lead: Lead | None, human: Human, target: PipelineStage, at: datetime | None) -> str:
        deal, again = self._find(row, lead, human)
        sure = row.parsed.join is not None and not again
        learnt = self.people.learn(human, row, replacing=sure)
        self.people.keep_withheld(human, row, self.context.heading)
        learnt |= self.context.own.of_people.put(human.person, row.parsed.own, replacing=sure)
        account = self.buyers.account(row.parsed, owner_id=lead.owner_id if lead else None)
        if account is not None:
            corrects = self.buyers.may_correct(account)
            learnt |= self.context.own.of_accounts.put(account, row.parsed.own, replacing=corrects)
        if deal is None:
            made = self._make(row, lead, human, account, target, at)
            self._follow(row, lead, account, made)
            return CREATED
        changed = self._change(row, deal, account, replacing=not again)
        changed |= self._move_on(row, deal, target, at, replacing=not again)
        learnt |= self.context.own.of_rows.put(deal, row.parsed.own, replacing=not again)
        if changed and not deal._state.adding:
            self.changed[deal.pk] = deal
        if self._follow(row, lead, account, deal) or changed or learnt:
            return UPDATED
        return SKIPPED if again else UNCHANGED

    def _find(self, row: Incoming, lead: Lead | None, human: Human) -> tuple[Opportunity | None, bool]:
        """The stored deal the row is about, and whether the file spoke of it before. A second row for one lead is
        another deal of the same person."""
        if row.parsed.join is not None and lead is not None:
            mark = f"deal of {lead.pk}"
            first = mark not in self.context.seen
            self.context.seen.add(mark)
            if first:
                return self.deal_of.get(lead.pk), False
        name = _name(row)
        named = [deal for deal in self.deals_of.get(human.person.pk or 0, []) if deal.name == name]
        named += [deal for deal in self.new if deal.person is human.person and deal.name == name]
        if row.parsed.join is not None:
            named = [deal for deal in named if lead is None or deal.lead_id != lead.pk]
        if not named:
            return None, False
        mark = f"deal {named[0].pk or id(named[0])}"
        again = mark in self.context.seen or named[0]._state.adding
        self.context.seen.add(mark)
        return named[0], again

    # --- a new deal

    def _make(
        self,
        row: Incoming,
        lead: Lead | None,
        human: Human,
        account: Account | None,
        target: PipelineStage,
        at: datetime | None,
    ) -> Opportunity:
        opened_at, entered_at = _times(row.parsed, at, self.context.now)
        deal = Opportunity(
            person=human.person,
            account=account,
            lead=lead if lead is not None and lead.pk not in self.deal_of else None,
            pipeline_id=target.pipeline_id,
            stage=target,
            name=_name(row),
            opened_at=opened_at,
            entered_stage_at=entered_at,
            closed_at=entered_at if target.kind != StageKind.OPEN else None,
            lost_reason=_reason(row, target),
            created_at=self.context.now,
            **{"currency": self.context.mapping.currency, "owner_id": self._owner(row, lead), **self._said(row)},
        )
        self.new.append(deal)
        self.context.own.of_rows.put(deal, row.parsed.own, replacing=False)
        if deal.lead is not None and lead is not None:
            self.deal_of[lead.pk] = deal
        self._note_moves(deal, target, opened_at, entered_at)
        self._note(row, deal, lead)
        return deal

    def _note_moves(self, deal: Opportunity, target: PipelineStage, opened_at: datetime, entered_at: datetime) -> None:
        first = self.stages.first(target)
        if first.pk == target.pk or opened_at >= entered_at:
            self._move(deal, None, target, entered_at)
            return
        self._move(deal, None, first, opened_at)
        self._move(deal, first, target, entered_at)

    def _move(self, deal: Opportunity, came_from: PipelineStage | None, target: PipelineStage, at: datetime) -> None:
        self.moves.append(
            StageMove(
                opportunity=deal,
                person=deal.person,
                from_stage=came_from,
                to_stage=target,
                basis="imported",
                reason=deal.lost_reason,
                by_id=self.context.by.id,
                occurred_at=at,
                recorded_at=self.context.now,
            )
        )

    def _note(self, row: Incoming, deal: Opportunity, lead: Lead | None) -> None:
        """What is said of a deal without a field of its own: on its lead, or else as a note on the person."""
        lines = [] if lead is not None else [f"{label}: {text}" for label, text in extras_of(row.parsed).items()]
        body = "\n".join(filter(None, [row.parsed.text("note"), *lines]))
        if body:
            self._note_body(body, deal, lead)

    def _note_body(self, body: str, deal: Opportunity, lead: Lead | None) -> None:
        self.notes.append(
            Activity(
                person=deal.person,
                lead=lead,
                kind="note",
                body=body,
                by_id=self.context.by.id,
                occurred_at=deal.opened_at,
                created_at=self.context.now,
            )
        )

    def _owner(self, row: Incoming, lead: Lead | None) -> int | None:
        name = row.parsed.text("owner")
        owner = self.context.names.owner(name) if name else None
        if name and owner is None:
            row.warn("unknown_owner", self.context.heading("owner"), name)
            self.context.move.listed["owners"][name] += 1
        return owner.pk if owner else lead.owner_id if lead else None

    def _said(self, row: Incoming) -> dict[str, Any]:
        parsed = row.parsed
        money = parsed.money("amount")
        said: dict[str, Any] = {
            "need": parsed.text("need"),
            "decision_maker": parsed.text("decision_maker"),
            "close_on": parsed.day("close_on"),
            "amount": money.amount if money else None,
            "currency": money.currency if money else parsed.text("currency"),
        }
        return {name: value for name, value in said.items() if value not in ("", None)}

    # --- a deal we have

    def _change(self, row: Incoming, deal: Opportunity, account: Account | None, *, replacing: bool) -> bool:
        said = self._said(row)
        if row.parsed.text("name"):
            said["name"] = row.parsed.text("name")
        if row.parsed.text("owner") and (owner := self._owner(row, None)) is not None:
            said["owner_id"] = owner
        if account is not None and deal.account_id is None:
            said["account_id"] = account.pk
        changed = False
        for name, value in said.items():
            present = getattr(deal, name)
            if value != present and (replacing or present in ("", None)):
                setattr(deal, name, value)
                changed = True
        return changed

    def _move_on(
        self, row: Incoming, deal: Opportunity, target: PipelineStage, at: datetime | None, *, replacing: bool
    ) -> bool:
        """Enter the stage the file says, unless the deal went on after that; a corrected date is a move too, but not
        one of a second row, or the two would correct each other each time."""
        says_where = at is not None or row.parsed.text("pipeline_stage")
        if not says_where or target.pipeline_id != deal.pipeline_id:
            return False
        moment = at or self.context.now
        ended = target.kind != StageKind.OPEN
        if target.pk == deal.stage_id and not (ended and replacing and deal.closed_at != moment):
            return False
        if target.pk != deal.stage_id and moment < deal.entered_stage_at:
            return False
        came_from, deal.stage = deal.stage, target
        deal.entered_stage_at, deal.closed_at = moment, moment if ended else None
        deal.lost_reason = _reason(row, target)
        self._move(deal, came_from, target, moment)
        return True

    def _follow(self, row: Incoming, lead: Lead | None, account: Account | None, deal: Opportunity) -> bool:
        """The lead goes where its deal went, and keeps the labelled notes of the row."""
        if lead is None:
            return False
        stands = Claim("opportunity", deal.stage.kind, deal.entered_stage_at, day_only=False)
        added = steps(
            [*row.parsed.claims, stands], current=lead.lifecycle_stage, known=self.been[lead.pk] - {"customer"}
        )
        self.context.enter(lead, added, reason=row.parsed.text("lost_reason"))
        self.been[lead.pk] |= {step.stage for step in added}
        changed = self._keep_extras(row, lead)
        if account is not None and lead.account_id is None:
            lead.account, changed = account, True
        if row.parsed.text("company") and not lead.company_name:
            lead.company_name, changed = row.parsed.text("company"), True
        if changed or added:
            self.changed_leads[lead.pk] = lead
        return bool(changed or added)

    def _keep_extras(self, row: Incoming, lead: Lead) -> bool:
        new = {label: text for label, text in extras_of(row.parsed).items() if lead.extras.get(label) != text}
        if new:
            lead.extras = {**lead.extras, **new}
        return bool(new)

    # --- storing

    def _write(self) -> None:
        self.people.write()
        if self.changed_leads:
            update_rows(self.changed_leads.values(), OF_LEAD)
        self.buyers.write([deal for deal in self.new if id(deal) not in self.unnamed])
        insert_rows(self.new)
        if self.changed:
            update_rows(self.changed.values(), WRITTEN)
        self._write_others()
        self.context.own.write()
        insert_rows(self.moves)
        insert_rows(self.notes)
        self.context.write_decisions()
        self.context.seen.take(f"deal {deal.pk}" for deal in self.new)

    def _write_others(self) -> None:
        """What else was learnt of the deals, once they are stored."""


def state_of(parsed: Parsed) -> tuple[str, datetime | None]:
    """How the deal stands by the file, and since when; an end counts before being open."""
    claims: list[Claim] = [claim for claim in parsed.claims if claim.of == "opportunity"]
    ends = [claim for claim in claims if claim.state in ENDS] or claims
    if not ends:
        return "open", None
    last = max(ends, key=lambda claim: claim.at)
    return last.state, last.at


def _times(parsed: Parsed, at: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    """When it was opened and when it entered the stage it is in, never the other way round."""
    began = [claim.at for claim in parsed.claims if claim.state in ("converted", "open")]
    opened_at = parsed.moment("opened_at") or min(began, default=at or now)
    entered_at = at or opened_at
    return min(opened_at, entered_at), entered_at


def _reason(row: Incoming, target: PipelineStage) -> str:
    return (row.parsed.text("lost_reason") or "other") if target.kind == StageKind.LOST else ""


def _name(row: Incoming) -> str:
    """What the deal is called: its own name, else the company's, the person's, or its lead's number."""
    parsed = row.parsed
    number = f"{parsed.join.system} {parsed.join.id}" if parsed.join else ""
    named = parsed.text("name") or parsed.text("company") or parsed.text("person_name")
    return (named or number or parsed.text("email") or parsed.text("phone") or "–")[:200]
