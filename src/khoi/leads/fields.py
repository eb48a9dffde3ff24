"""What scoring rules, lifecycle criteria, routing and filters may ask of a lead."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import tzinfo

from django.utils.translation import gettext_lazy as _

from khoi.custom.queries import fields_for, fields_named, values_asked
from khoi.custom.queries import label_of as own_label_of
from khoi.custom.rules import Value, readable
from khoi.kit.conditions import Condition, Field, parse, sentence
from khoi.leads.models import BantFact, Lead, Stage, Temperature, WorkStatus

FIELDS = {
    one.key: one
    for one in (
        Field("has_reach", "boolean", _("Can be reached")),
        Field("interest", "boolean", _("Showed interest")),
        Field("answered", "boolean", _("Answered us")),
        Field("accepted", "boolean", _("Accepted by sales")),
        Field("intent", "boolean", _("Strong intent")),
        Field("engagement", "integer", _("Engagement")),
        Field("fit_grade", "code", _("Fit grade")),
        Field("fit_points", "integer", _("Fit points")),
        Field("bant_budget", "boolean", _("Budget known")),
        Field("bant_authority", "boolean", _("Decision maker known")),
        Field("bant_need", "boolean", _("Need known")),
        Field("bant_timing", "boolean", _("Timing known")),
        Field("has_name", "boolean", _("Name known")),
        Field("has_company", "boolean", _("Company known")),
        Field("contact_complete", "boolean", _("Contact data complete")),
        Field("decider_involved", "boolean", _("Decision maker in the talks")),
        Field("won", "boolean", _("Won")),
        Field("source", "code", _("Source")),
        Field("channel", "code", _("Channel")),
        Field("industry", "text", _("Industry")),
        Field("region", "text", _("Region")),
        Field("job_title", "text", _("Job title")),
        Field("employees", "integer", _("Employees")),
        Field("lifecycle_stage", "code", _("Stage"), tuple(Stage.choices)),
        Field("work_status", "code", _("Work status"), tuple(WorkStatus.choices)),
        Field("temperature", "code", _("Temperature"), tuple(Temperature.choices)),
        Field("arrived_at", "moment", _("Arrived")),
        Field("return_on", "date", _("Returns on")),
    )
}


def every_field() -> dict[str, Field]:
    """Ours and the workspace's own that are in use, for whoever writes a rule."""
    return {**FIELDS, **fields_for(Lead)}


def fields_in(rules: object) -> dict[str, Field]:
    """Ours, and those of the workspace's own that these rules (as JSON) name, for whoever reads them."""
    return {**FIELDS, **fields_named(Lead, rules)}


def label_of(name: str) -> str:
    """What people call the field, in the language of the page."""
    return str(FIELDS[name].label) if name in FIELDS else own_label_of(Lead, name)


#: Roles that decide or directly influence the decision.
DECIDERS = frozenset({"decision_maker", "economic_buyer", "champion", "influencer", "executive_sponsor"})


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a rule may ask of one lead, read once. ``own``: ``custom.<key>`` → value, of the fields of the
    workspace's own that the rules at hand ask for."""

    lead: Lead
    bant: dict[str, BantFact]
    emails: int
    phones: int
    source_code: str
    job_title: str
    full_name: str
    touch_kinds: frozenset[str]
    answered: bool
    intent: bool
    engagement: int
    own: Mapping[str, Value] = field(default_factory=dict)

    @property
    def has_reach(self) -> bool:
        return bool(self.emails or self.phones)

    def asked(self, name: str) -> object:
        """What stands in one field of the record."""
        return _READ[name](self) if name in _READ else self.own.get(name)

    def record(self) -> dict[str, object]:
        return {**{name: read(self) for name, read in _READ.items()}, **self.own}

    @property
    def contact_complete(self) -> bool:
        """Name, a way to reach them, and a company or a second way."""
        ways = self.emails + self.phones
        return bool(self.full_name and ways and (ways > 1 or self.lead.company_name or self.lead.account_id))

    @property
    def decider_involved(self) -> bool:
        authority = self.bant.get("authority")
        return authority is not None and authority.role in DECIDERS

    @property
    def interest(self) -> bool:
        """They came to us, or said what they need: not a name on a bought list."""
        came = self.source_code not in ("", "purchased_list", "cold_call", "import")
        return bool(self.touch_kinds or self.lead.need or self.lead.message or came)


_READ: Mapping[str, Callable[[Facts], object]] = {
    "has_reach": lambda one: one.has_reach,
    "interest": lambda one: one.interest,
    "answered": lambda one: one.answered,
    "accepted": lambda one: one.lead.accepted_at is not None,
    "intent": lambda one: one.intent,
    "engagement": lambda one: one.engagement,
    "fit_grade": lambda one: one.lead.fit_grade or None,
    "fit_points": lambda one: one.lead.fit_points,
    "bant_budget": lambda one: "budget" in one.bant,
    "bant_authority": lambda one: "authority" in one.bant,
    "bant_need": lambda one: "need" in one.bant,
    "bant_timing": lambda one: "timing" in one.bant,
    "has_name": lambda one: bool(one.full_name),
    "has_company": lambda one: bool(one.lead.company_name or one.lead.account_id),
    "contact_complete": lambda one: one.contact_complete,
    "decider_involved": lambda one: one.decider_involved,
    "won": lambda one: one.lead.lifecycle_stage == Stage.CUSTOMER,
    "source": lambda one: one.source_code or None,
    "channel": lambda one: one.lead.channel or None,
    "industry": lambda one: one.lead.industry or None,
    "region": lambda one: one.lead.region or None,
    "job_title": lambda one: one.job_title or None,
    "employees": lambda one: one.lead.employees,
    "lifecycle_stage": lambda one: one.lead.lifecycle_stage,
    "work_status": lambda one: one.lead.work_status,
    "temperature": lambda one: one.lead.temperature,
    "arrived_at": lambda one: one.lead.arrived_at,
    "return_on": lambda one: one.lead.return_on,
}
#: What of it a lead's move to another stage changes.
MOVING = frozenset({"lifecycle_stage", "work_status", "won"})


def with_own(facts: dict[int, Facts], conditions: Iterable[Condition]) -> dict[int, Facts]:
    """The facts with what stands in the workspace's own fields that these conditions ask for."""
    values = values_asked([one.lead for one in facts.values()], conditions)
    return {pk: replace(one, own={**one.own, **values[pk]}) if pk in values else one for pk, one in facts.items()}


def in_words(
    tree: object, *, language: str, zone: tzinfo, fields: Mapping[str, Field] | None = None, capital: bool = True
) -> str:
    """The condition as a sentence. What must simply be so is said by its label alone: "Can be reached"."""
    fields = fields_in(tree) if fields is None else fields
    tree = readable(tree, fields)
    said = _plain_yes(tree, fields) or sentence(parse(tree, fields), fields, language, zone)
    return said[:1].upper() + said[1:] if capital else said


def _plain_yes(tree: object, fields: Mapping[str, Field]) -> str:
    if not isinstance(tree, dict) or tree.get("op") != "eq" or tree.get("value") is not True:
        return ""
    field = fields.get(tree["field"])
    return str(field.label) if field is not None and field.type == "boolean" else ""
