"""Rows that become opportunities with a number of their own: joined by numbers to account, person and lead, and moved
through their stages as columns and other files say."""

from collections import defaultdict
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from khoi.accounts.models import Account, Contact
from khoi.capture.queries.import_rows import Incoming
from khoi.capture.rules.importing import CREATED, SKIPPED, UNCHANGED, UPDATED
from khoi.capture.rules.mapping import ExternalKey, Parsed, meant
from khoi.capture.services.importing.context import Context, referred
from khoi.capture.services.importing.deals import ENDS, DealRows, state_of
from khoi.capture.services.importing.further import Further
from khoi.capture.services.importing.humans import Human
from khoi.leads.models import Lead
from khoi.pipeline.models import Opportunity, PipelineStage, StageKind, StageMove
from khoi.qualification.models import StageChange

Course = list[tuple[datetime, PipelineStage]]


class NumberedDealRows(DealRows):
    """Takes rows in order. What a file of moves says of a deal is written with that file; here it only tells since
    when the deal stands where it does."""

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.numbers = context.numbers
        self.further = Further("opportunity", by=context.by, now=context.now)

    def _begin(self, rows: list[Incoming]) -> None:
        self._forget()
        self.people.begin(rows)
        self.buyers.begin([row.parsed for row in rows])
        wanted = [("opportunity", row.parsed.key) for row in rows if row.parsed.key]
        for name in ("account", "person"):
            wanted += [(name, link) for row in rows if (link := row.parsed.links.get(name))]
        self.numbers.begin(wanted)
        self.deals = Opportunity.objects.select_related("stage", "person").in_bulk(self._known("opportunity"))
        self.accounts = Account.objects.in_bulk(self._known("account"))
        self._load_leads(rows)
        self._load_speakers()
        people = {holder for row in rows if (holder := self.people.holder(row)) is not None}
        people |= self._known("person") | {lead.person_id for lead in self.lead_of.values()}
        people |= {deal.person_id for deal in self.deals.values()} | set(self.speaker.values())
        self.people.load(people | self.buyers.people_without_address())
        self.moved: dict[int, set[tuple[int, datetime]]] = defaultdict(set)
        for deal, stage, at in StageMove.objects.filter(opportunity__in=self.deals).values_list(
            "opportunity_id", "to_stage_id", "occurred_at"
        ):
            self.moved[deal].add((stage, at))
        everybody = [human.person for human in self.people.humans.values()]
        self.context.own.begin(self.deals.values(), everybody, [*self.buyers.spoken_of, *self.accounts.values()])
        self.further.begin(self.deals.values())
        self.made_here: dict[str, Opportunity] = {}

    def _known(self, object_: str) -> set[int]:
        return {pk for (kind, _), pk in self.numbers.known.items() if kind == object_}

    def _load_leads(self, rows: list[Incoming]) -> None:
        """The lead of each deal: named by the row, or waiting for the deal since its own file."""
        links = [link for row in rows if (link := row.parsed.links.get("lead"))]
        named = referred(links, by=self.context.by).leads
        waiting = {
            row.parsed.key.id: pk
            for row in rows
            if row.parsed.key and (pk := self.context.move.became.get(row.parsed.key.id))
        }
        leads = Lead.objects.select_related("person").in_bulk(set(waiting.values()))
        self.lead_of = {number: leads[pk] for number, pk in waiting.items() if pk in leads}
        for row in rows:
            link, key = row.parsed.links.get("lead"), row.parsed.key
            if link and key and link.id in named:
                self.lead_of.setdefault(key.id, named[link.id])
        ids = [lead.pk for lead in self.lead_of.values()]
        self.deal_of = {d.lead_id or 0: d for d in Opportunity.objects.filter(lead__in=ids)} if ids else {}
        self.been = defaultdict(set)
        for lead_id, stage in StageChange.objects.filter(lead__in=ids).values_list("lead_id", "to_stage"):
            self.been[lead_id].add(stage)

    def _load_speakers(self) -> None:
        """Who stands for an account where a deal names nobody: the contact known the longest."""
        accounts = [*self.accounts.values(), *self.buyers.spoken_of]
        contacts = Contact.objects.filter(account__in=accounts).order_by("-id") if accounts else ()
        self.speaker = {contact.account_id: contact.person_id for contact in contacts}

    def _take(self, row: Incoming) -> str:
        parsed = row.parsed
        if parsed.text("is_deleted"):
            return SKIPPED
        key = parsed.key
        if key is None or (refused := self.numbers.refusal("opportunity", key)):
            return row.reject(refused if key else "no_key", value=key.id if key else "")
        state, _ = state_of(parsed)
        stage_name = parsed.text("pipeline_stage")
        deal = self.made_here.get(key.id) or self.deals.get(self.numbers.known.get(("opportunity", key.id), 0))
        own = self.stages.within(deal.pipeline_id, stage_name) if deal is not None else None
        target = own or self.stages.target(stage_name, ENDS.get(state))
        if target is None:
            return row.reject("unknown_stage", self.context.heading("pipeline_stage"), stage_name)
        again = deal is not None and self._was_seen(deal)
        if deal is None:
            self._add(row, key, target)
            return CREATED
        return self._renew(row, deal, target, again=again)

    def _was_seen(self, deal: Opportunity) -> bool:
        mark = f"deal {deal.pk or id(deal)}"
        before = mark in self.context.seen or deal._state.adding
        self.context.seen.add(mark)
        return before

    # --- a new deal

    def _add(self, row: Incoming, key: ExternalKey, target: PipelineStage) -> None:
        parsed = row.parsed
        lead = self.lead_of.get(key.id)
        account = self._account(row, lead)
        human, is_named = self._human(row, lead, account)
        course = self._course(row, key)
        opened_at, entered_at = self._times(parsed, target, course)
        own = self._own_name(parsed, account, key)
        said = {"currency": self.context.mapping.currency, "owner_id": self._owner(row, lead), **self._said(row)}
        said.setdefault("name", own)
        deal = Opportunity(
            person=human.person,
            account=account,
            lead=lead if lead is not None and lead.pk not in self.deal_of else None,
            pipeline_id=target.pipeline_id,
            stage=target,
            opened_at=opened_at,
            entered_stage_at=entered_at,
            closed_at=entered_at if target.kind != StageKind.OPEN else None,
            lost_reason=_reason(parsed, target),
            created_at=self.context.now,
            **said,
        )
        self.new.append(deal)
        self.unnamed |= set() if is_named else {id(deal)}
        self.made_here[key.id] = deal
        self.numbers.give("opportunity", key, deal)
        if deal.lead is not None and lead is not None:
            self.deal_of[lead.pk] = deal
            self.context.move.became.pop(key.id, None)
        if account is None and target.kind == StageKind.OPEN:
            row.warn("without_account")
        self.context.own.of_rows.put(deal, parsed.own, replacing=False)
        self.further.note(deal, row)
        self._note(row, deal, lead)
        self._write_course(deal, row, key, target)
        self._follow(row, lead, account, deal)

    def _own_name(self, parsed: Parsed, account: Account | None, key: ExternalKey) -> str:
        named = parsed.text("name") or (account.name if account else "") or parsed.text("person_name")
        return (named or f"{self.context.mapping.title or key.system} {key.id}")[:200]

    def _account(self, row: Incoming, lead: Lead | None) -> Account | None:
        link = row.parsed.links.get("account")
        if link is not None and (pk := self.numbers.known.get(("account", link.id))) is not None:
            return self.accounts.get(pk)
        if link is not None and not row.parsed.text("company"):
            row.warn("no_such_account", self.context.mapping.links["account"].column, link.id)
        return self.buyers.account(row.parsed, owner_id=lead.owner_id if lead else None)

    def _human(self, row: Incoming, lead: Lead | None, account: Account | None) -> tuple[Human, bool]:
        """Whose deal it is, and whether the file says so."""
        link = row.parsed.links.get("person")
        if link is not None and (pk := self.numbers.known.get(("person", link.id))) is not None:
            return self.people.humans[pk], True
        if lead is not None:
            return self.people.humans[lead.person_id], True
        if row.keys or row.parsed.text("person_name"):
            return self._spoken_of(row), True
        if account is not None and (pk := self.speaker.get(account.pk or 0)) is not None:
            return self.people.humans[pk], False
        if account is not None:
            mark = f"speaker {account.pk or id(account)}"
            if mark not in self.spoken:
                self.spoken[mark] = self.people.add(row)
            return self.spoken[mark], True
        return self.people.add(row), False

    def _spoken_of(self, row: Incoming) -> Human:
        human = self.people.find(row)
        if human is None:
            return self._without_address(row) or self.people.add(row)
        self.people.learn(human, row, replacing=False)
        self.people.keep_withheld(human, row, self.context.heading)
        return human

    def _course(self, row: Incoming, key: ExternalKey) -> Course:
        """The stages it went through, in order, whoever says so."""
        said = [*self.context.move.courses.get(key.id, ()), *self._entered(row)]
        found = [(at, self.stages.target(name, None)) for at, name in said]
        return sorted(((at, stage) for at, stage in found if stage is not None), key=lambda each: each[0])

    def _entered(self, row: Incoming) -> list[tuple[datetime, str]]:
        values = next((c.values for c in self.context.mapping.columns if "pipeline_stage" in c.fields), {})
        return [(at, meant(values, name)) for name, at in row.parsed.entered]

    def _times(self, parsed: Parsed, target: PipelineStage, course: Course) -> tuple[datetime, datetime]:
        """When it was opened and when it entered the stage it is in, never the other way round."""
        opened = parsed.moment("opened_at")
        if course and course[-1][1].pk == target.pk:
            return min(opened or course[0][0], course[0][0]), course[-1][0]
        entered = self._moment(parsed, target) or opened or self.context.now
        return min([opened or entered, entered, *(at for at, _ in course)]), entered

    def _moment(self, parsed: Parsed, target: PipelineStage) -> datetime | None:
        """Since when it is in its stage, as the row says."""
        if target.kind == StageKind.OPEN:
            return parsed.moment("stage_at")
        day = parsed.day("close_on")
        ended = next(
            (at for name in ("won_at", "lost_at", "closed_at", "stage_at") if (at := parsed.moment(name))), None
        )
        if ended is not None:
            return ended
        if day is not None and parsed.moment("changed_at") is None:
            return datetime.combine(day, time.min, ZoneInfo(self.context.mapping.zone)).astimezone(UTC)
        return parsed.moment("changed_at")

    def _write_course(self, deal: Opportunity, row: Incoming, key: ExternalKey, target: PipelineStage) -> None:
        """The moves its own columns date, and the last one where no file of moves tells of it."""
        told = bool(self.context.move.courses.get(key.id))
        course = self._course(row, key)
        came_from: PipelineStage | None = None
        if not told:
            for at, stage in course:
                if came_from is None or came_from.pk != stage.pk:
                    self._move(deal, came_from, stage, at)
                    came_from = stage
        elif course:
            came_from = course[-1][1]
        if came_from is None:
            self._note_moves(deal, target, deal.opened_at, deal.entered_stage_at)
        elif came_from.pk != target.pk:
            self._move(deal, came_from, target, max(deal.entered_stage_at, course[-1][0]))

    # --- a deal we have

    def _renew(self, row: Incoming, deal: Opportunity, target: PipelineStage, *, again: bool) -> str:
        parsed, key = row.parsed, row.parsed.key
        assert key is not None  # noqa: S101 - asked by the caller
        lead = self.lead_of.get(key.id)
        account = self._account(row, lead)
        changed = self._change(row, deal, account, replacing=not again)
        changed |= self._go_on(row, deal, key, target, again=again)
        if lead is not None and deal.lead_id is None and lead.pk not in self.deal_of:
            deal.lead, changed = lead, True
            self.deal_of[lead.pk] = deal
            self.context.move.became.pop(key.id, None)
        learnt = self.context.own.of_rows.put(deal, parsed.own, replacing=not again)
        learnt |= self.further.note(deal, row)
        if account is None and deal.account_id is None and target.kind == StageKind.OPEN:
            row.warn("without_account")
        if changed and not deal._state.adding:
            self.changed[deal.pk] = deal
        follows = self._follow(row, lead, account, deal) if lead is not None and deal.lead_id == lead.pk else False
        if changed or learnt or follows:
            return UPDATED
        return SKIPPED if again else UNCHANGED

    def _go_on(self, row: Incoming, deal: Opportunity, key: ExternalKey, target: PipelineStage, *, again: bool) -> bool:
        """Enter the stages the file says the deal has entered, each once."""
        course = self._course(row, key)
        told = bool(self.context.move.courses.get(key.id))
        changed = False
        before = deal.stage
        for at, stage in course if not told and not again else ():
            if deal.pk and (stage.pk, at) not in self.moved[deal.pk] and stage.pk != before.pk:
                self._move(deal, before, stage, at)
                self.moved[deal.pk].add((stage.pk, at))
                changed = True
            before = stage
        if again or not row.parsed.text("pipeline_stage") or target.pipeline_id != deal.pipeline_id:
            return changed
        there = course and course[-1][1].pk == target.pk
        since = course[-1][0] if there else self._moment(row.parsed, target)
        if target.pk == deal.stage_id:
            return changed
        came_from, deal.stage = deal.stage, target
        deal.entered_stage_at = max(since or self.context.now, deal.opened_at)
        deal.closed_at = deal.entered_stage_at if target.kind != StageKind.OPEN else None
        deal.lost_reason = _reason(row.parsed, target)
        if not there:
            self._move(deal, came_from, target, deal.entered_stage_at)
        return True

    def _note(self, row: Incoming, deal: Opportunity, lead: Lead | None) -> None:
        if body := row.parsed.text("note"):
            self._note_body(body, deal, lead)

    def _keep_extras(self, row: Incoming, lead: Lead) -> bool:
        """They are the deal's own, and kept with it."""
        return False

    def _said(self, row: Incoming) -> dict[str, Any]:
        said = super()._said(row)
        return {**said, "name": row.parsed.text("name")} if row.parsed.text("name") else said

    def _write_others(self) -> None:
        self.numbers.write()
        self.further.write()


def _reason(parsed: Parsed, target: PipelineStage) -> str:
    return (parsed.text("lost_reason") or "other") if target.kind == StageKind.LOST else ""
