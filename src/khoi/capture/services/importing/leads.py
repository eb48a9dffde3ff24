"""Rows that become leads, a batch at a time: found by their number or their person, else made."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import QuerySet

from khoi.capture.queries.import_rows import Incoming
from khoi.capture.rules.importing import CREATED, SKIPPED, UNCHANGED, UPDATED, steps
from khoi.capture.rules.mapping import LEAD, Claim, Parsed
from khoi.capture.services.importing.consenting import record_consent, record_refusals
from khoi.capture.services.importing.context import Context, Referred, referred
from khoi.capture.services.importing.humans import Human, other_name
from khoi.capture.services.importing.numbering import OURS
from khoi.capture.services.importing.placing import Places
from khoi.kit.db.writing import insert_rows, made, update_rows
from khoi.leads.models import Lead, LeadReference
from khoi.leads.queries import numbering_of
from khoi.leads.rules import work_status_for
from khoi.qualification.models import StageChange
from khoi.team.rules import Principal

#: field of the file → field of the lead
FIELDS: Final = {
    "company": "company_name",
    "industry": "industry",
    "region": "region",
    "need": "need",
    "note": "message",
    "channel": "channel",
    "landing_page": "landing_page",
    "referrer": "referrer",
}
WRITTEN: Final = [
    *FIELDS.values(),
    *("employees", "source", "campaign", "extras", "arrived_at", "owner", "account"),
    *("lifecycle_stage", "work_status", "exit_reason", "accepted_at"),
]
#: What people without an address are recognised by, together with the day they came: name and company.
Named = tuple[str, str]


class LeadRows:
    """Takes rows in order. What a row does not say is left alone; an empty cell empties nothing."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.people = context.people
        self.places = Places(context)

    def take(self, rows: list[Incoming]) -> list[str]:
        """The outcome of each row, everything stored."""
        self._begin(rows)
        outcomes = [self._take(row) for row in rows]
        self._write()
        return outcomes

    def _begin(self, rows: list[Incoming]) -> None:
        self.new: list[Lead] = []
        self.references: list[LeadReference] = []
        self.changed: dict[int, Lead] = {}
        self.consenting: list[Human] = []
        self.refusing: list[Human] = []
        self.made_here: dict[str, tuple[Lead, Human]] = {}
        self.makers: dict[int, Human] = {}
        self.new_of: dict[int, list[Lead]] = defaultdict(list)
        self.people.begin(rows)
        self.referred = self._referred(rows)
        self.places.begin(rows)
        holders = {holder for row in rows if (holder := self.people.holder(row)) is not None}
        self.leads_of = self._leads_of(rows, holders)
        self.named = self._named(rows)
        owners_people = [*self.referred.leads.values(), *(lead for leads in self.named.values() for lead in leads)]
        self.people.load(holders | {lead.person_id for lead in owners_people} | self.places.people())
        known = {lead.pk: lead for leads in self.leads_of.values() for lead in leads}
        known |= {lead.pk: lead for lead in owners_people}
        self.context.own.begin(known.values(), [human.person for human in self.people.humans.values()])
        self.been = self._been(rows)

    def _referred(self, rows: Iterable[Incoming]) -> Referred:
        return referred((row.parsed.key for row in rows if row.parsed.key), by=self.context.by)

    def _leads_of(self, rows: list[Incoming], holders: set[int]) -> dict[int, list[Lead]]:
        """Person id → their leads; only rows without a number need them."""
        found: dict[int, list[Lead]] = defaultdict(list)
        if holders and any(row.parsed.key is None for row in rows):
            for lead in self._seen().filter(person__in=holders):
                found[lead.person_id].append(lead)
        return found

    def _named(self, rows: list[Incoming]) -> dict[Named, list[Lead]]:
        """Leads of people without an address, by name and company."""
        wanted = {_name(row.parsed) for row in rows if row.parsed.key is None and not row.keys} - {("", "")}
        found: dict[Named, list[Lead]] = defaultdict(list)
        if not wanted:
            return found
        leads = self._seen().filter(
            person__full_name__in={name for name, _ in wanted},
            company_name__in={company for _, company in wanted},
            person__contact_points=None,
        )
        for lead in leads:
            found[lead.person.full_name, lead.company_name].append(lead)
        return found

    def _seen(self) -> "QuerySet[Lead]":
        """Leads this actor may see, the first one made first: whatever the file adds, the next time it is the same."""
        by = self.context.by
        leads = Lead.objects.visible_to(by) if isinstance(by, Principal) else Lead.objects.all()
        return leads.select_related("person").order_by("id")

    def _been(self, rows: list[Incoming]) -> dict[int, set[str]]:
        """Lead id → the stages it has been at, for rows that assert one."""
        found: dict[int, set[str]] = defaultdict(set)
        if not any(row.parsed.claims or row.parsed.text("stage") for row in rows):
            return found
        known = [lead.pk for lead in self.referred.leads.values()]
        known += [lead.pk for leads in (*self.leads_of.values(), *self.named.values()) for lead in leads]
        if known:
            changes = StageChange.objects.filter(lead__in=known)
            for lead_id, stage in changes.values_list("lead_id", "to_stage"):
                found[lead_id].add(stage)
        return found

    def _take(self, row: Incoming) -> str:
        if row.parsed.text("is_deleted"):
            return SKIPPED
        key = row.parsed.key
        if key is not None and key.id in self.referred.hidden:
            return row.reject("hidden", self._key_column(), key.id)
        if key is not None and key.system == OURS and key.id not in self.referred.leads:
            return row.reject("unknown_id", self._key_column(), key.id)
        lead, human, again = self._find(row)
        if lead is None:
            self._make(row, human)
            return CREATED
        outcome = self._renew(row, lead, human, again=again)
        return UPDATED if self.places.put(row, lead) and outcome == UNCHANGED else outcome

    def _key_column(self) -> str:
        return self.context.mapping.key.column if self.context.mapping.key else ""

    def _find(self, row: Incoming) -> tuple[Lead | None, Human | None, bool]:
        """The lead the row is about, its person, and whether the file spoke of that lead before."""
        key = row.parsed.key
        if key is not None:
            again = key.id in self.context.seen
            self.context.seen.add(key.id)
            if key.id in self.made_here:
                return (*self.made_here[key.id], True)
            if (lead := self.referred.leads.get(key.id)) is not None:
                return lead, self.people.humans[lead.person_id], again
            return None, self.places.human(row) or self.people.find(row), False
        human = self.people.find(row)
        return self._of_person(row, human) if row.keys else self._by_name(row)

    def _of_person(self, row: Incoming, human: Human | None) -> tuple[Lead | None, Human | None, bool]:
        if human is None:
            return None, None, False
        stored = self.leads_of.get(human.person.pk or 0, [])
        fitting = [lead for lead in (*stored, *self.new_of[id(human)]) if self._fits(row, lead)]
        if not fitting:
            return None, human, False
        return fitting[0], human, self._was_seen(fitting[0])

    def _by_name(self, row: Incoming) -> tuple[Lead | None, Human | None, bool]:
        name = _name(row.parsed)
        stored = [] if name == ("", "") else [lead for lead in self.named[name] if self._fits(row, lead)]
        if not stored:
            return None, None, False
        return stored[0], self._human_of(stored[0]), self._was_seen(stored[0])

    def _human_of(self, lead: Lead) -> Human:
        return self.makers.get(id(lead)) or self.people.humans[lead.person_id]

    def _was_seen(self, lead: Lead) -> bool:
        """Also marks it."""
        if lead._state.adding:
            return True
        spoken_of = self.context.said.marks["lead"]
        before = lead.pk in spoken_of
        spoken_of.add(lead.pk)
        return before

    def _fits(self, row: Incoming, lead: Lead) -> bool:
        """Without a number a row is about a lead that came at the same moment; without a moment, about one
        from the same source."""
        arrived_at = row.parsed.moment("arrived_at")
        if arrived_at is not None:
            return lead.arrived_at == arrived_at
        source = self.context.names.source(row.parsed.text("source"))
        return source is None or lead.source_id in (None, source.pk)

    # --- a new lead

    def _make(self, row: Incoming, human: Human | None) -> None:
        if human is None:
            human = self.people.add(row)
        else:
            self.people.learn(human, row, replacing=False)
        (self.refusing if row.parsed.text("opted_out") else self.consenting).append(human)
        lead = self._lead(row, human)
        self._keep_withheld(lead, row, human)
        self._keep_name(lead, row, human)
        self.context.own.of_rows.put(lead, row.parsed.own, replacing=False)
        self.context.own.of_people.put(human.person, row.parsed.own, replacing=False)
        self.places.put(row, lead)
        self.new.append(lead)
        self.makers[id(lead)] = human
        self.new_of[id(human)].append(lead)
        if row.parsed.key is not None:
            self._refer(lead, human, row)
        elif not row.keys:
            self.named[_name(row.parsed)].append(lead)
        self.context.enter(lead, steps(_claims(row.parsed, self.context.now), current=lead.lifecycle_stage))
        _work(lead, row.parsed)

    def _lead(self, row: Incoming, human: Human) -> Lead:
        parsed, now = row.parsed, self.context.now
        if (parsed.moment("arrived_at") or now) > now + timedelta(days=1):
            row.warn("in_future", self.context.heading("arrived_at"), str(parsed.moment("arrived_at")))
        said = {"arrived_at": _first_sign(parsed) or now, **self._said(row)}
        lead = made(Lead, person=human.person, extras=extras_of(parsed), created_at=now, **said)
        self._own(lead, row)
        return lead

    def _refer(self, lead: Lead, human: Human, row: Incoming) -> None:
        assert row.parsed.key is not None  # noqa: S101 - asked by the caller
        system, number = row.parsed.key.system, row.parsed.key.id
        self.references.append(
            LeadReference(lead=lead, system=system, external_id=number, sender_id=numbering_of(self.context.by))
        )
        self.made_here[number] = (lead, human)

    def _own(self, lead: Lead, row: Incoming) -> bool:
        if not (name := row.parsed.text("owner")):
            return False
        owner = self.context.names.owner(name)
        if owner is None:
            return self._keep_owner(lead, row, name)
        if lead.owner_id == owner.pk:
            return False
        self.context.give(lead, owner)
        return True

    def _keep_owner(self, lead: Lead, row: Incoming, name: str) -> bool:
        """Nobody here has that name: it is kept as a note, and the lead is shared out."""
        label = self.context.heading("owner")
        row.warn("unknown_owner", label, name)
        self.context.move.listed["owners"][name] += 1
        if lead.extras.get(label) == name:
            return False
        lead.extras = {**lead.extras, label: name}
        return True

    def _keep_withheld(self, lead: Lead, row: Incoming, human: Human) -> bool:
        """An address of somebody else is kept as a note."""
        new: dict[str, str] = {}
        for field, text in self.people.withheld(human, row):
            label = self.context.heading(field)
            row.warn("of_another", label, text)
            new[label] = f"{new[label]}; {text}" if label in new else text
        new = {label: text for label, text in new.items() if lead.extras.get(label) != text}
        lead.extras = {**lead.extras, **new} if new else lead.extras
        return bool(new)

    def _keep_name(self, lead: Lead, row: Incoming, human: Human) -> None:
        """Whoever is known by the address may be called otherwise. A name too long to be one is kept whole already."""
        if name := other_name(human, row):
            label = self.context.heading("person_name")
            row.warn("other_name", label, name)
            lead.extras = {label: name, **lead.extras}

    # --- a lead we have

    def _renew(self, row: Incoming, lead: Lead, human: Human | None, *, again: bool) -> str:
        """A number says for sure which lead is meant, so what the file says of it counts; a lead recognised by its
        person, or spoken of twice in one file, has only its blanks filled."""
        sure = row.parsed.key is not None and not again
        human = human or self._human_of(lead)
        (self.refusing if row.parsed.text("opted_out") else self.consenting).append(human)
        renames = sure and human.came_with(lead)
        learnt = self.people.learn(human, row, replacing=renames)
        learnt |= self.context.own.of_people.put(human.person, row.parsed.own, replacing=renames)
        changed = self._change(lead, row, replacing=sure) | self._keep_withheld(lead, row, human)
        learnt |= self.context.own.of_rows.put(lead, row.parsed.own, replacing=sure)
        added = steps(_claims(row.parsed, self.context.now), current=lead.lifecycle_stage, known=self._known(lead))
        self.context.enter(lead, added)
        if sure:
            changed |= _work(lead, row.parsed)
        if changed or added:
            self.been[lead.pk or 0] |= {step.stage for step in added}
            if not lead._state.adding:
                self.changed[lead.pk] = lead
        if learnt or changed or added:
            return UPDATED
        return SKIPPED if again else UNCHANGED

    def _known(self, lead: Lead) -> set[str]:
        return set() if lead._state.adding else self.been[lead.pk]

    def _change(self, lead: Lead, row: Incoming, *, replacing: bool) -> bool:
        changed = False
        for name, value in self._said(row).items():
            present = getattr(lead, name)
            if value != present and (replacing or present in ("", None)):
                setattr(lead, name, value)
                changed = True
        for label, text in extras_of(row.parsed).items():
            if lead.extras.get(label) != text and (replacing or label not in lead.extras):
                lead.extras = {**lead.extras, label: text}
                changed = True
        if row.parsed.text("owner") and (replacing or lead.owner_id is None):
            changed |= self._own(lead, row)
        return changed

    def _said(self, row: Incoming) -> dict[str, Any]:
        """What the row says, by field of the lead."""
        parsed, names = row.parsed, self.context.names
        said: dict[str, Any] = {field: parsed.text(name) for name, field in FIELDS.items()}
        said["employees"] = parsed.whole("employees")
        said["arrived_at"] = parsed.moment("arrived_at")
        said["source_id"] = _id(names.source(parsed.text("source")))
        said["campaign_id"] = _id(names.campaign(parsed.text("campaign"), parsed.text("channel")))
        return {name: value for name, value in said.items() if value not in ("", None)}

    # --- storing

    def _write(self) -> None:
        self.people.change()
        update_rows(self.changed.values(), WRITTEN)
        self.context.enter_leads(self.new)
        self.people.remember()
        record_consent(self.consenting, self.context)
        record_refusals(self.refusing, self.context)
        insert_rows(self.references)
        self.places.write()
        self.context.own.write()
        self.context.said.marks["lead"].take(lead.pk for lead in self.new)


def _claims(parsed: Parsed, now: datetime) -> list[Claim]:
    """What the row says of the lead; a stage without any date is a fact of today."""
    claims = [claim for claim in parsed.claims if claim.of == LEAD]
    stage = parsed.text("stage")
    if stage and all(claim.state != stage for claim in claims):
        claims.append(Claim(LEAD, stage, now, day_only=False))
    if parsed.text("work_status") == "closed" and not claims:
        at = parsed.moment("changed_at") or parsed.moment("arrived_at") or now
        claims.append(Claim(LEAD, "disqualified", at, day_only=False))
    return claims


def _first_sign(parsed: Parsed) -> datetime | None:
    """When the other system knew the lead for sure, where it does not say when the lead came."""
    known = [claim.at for claim in parsed.claims if claim.of == LEAD]
    known += [at for at in [parsed.moment("changed_at")] if at is not None]
    return min(known, default=None)


def _work(lead: Lead, parsed: Parsed) -> bool:
    """How far the work on it has come, as far as its stage allows. Whether that is new."""
    said = parsed.text("work_status")
    if not said or said == lead.work_status or work_status_for(lead.lifecycle_stage, said) != said:
        return False
    lead.work_status = said
    return True


def extras_of(parsed: Parsed) -> dict[str, str]:
    """Label → text; several of one label stand below each other."""
    found: dict[str, str] = {}
    for extra in parsed.extras:
        found[extra.label] = f"{found[extra.label]}\n{extra.value}" if extra.label in found else extra.value
    return found


def _id(record: Any) -> int | None:
    return record.pk if record is not None else None


def _name(parsed: Parsed) -> Named:
    return parsed.text("person_name"), parsed.text("company")
