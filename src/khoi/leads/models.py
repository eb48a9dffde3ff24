"""Lead, its references in other systems, and its BANT facts."""

from functools import reduce
from operator import or_
from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from khoi.accounts.models import Account
from khoi.campaigns.models import Campaign, Channel, Source
from khoi.custom.models import SAYS, CustomValue, constraints_of, indexes_of
from khoi.history.models import fact
from khoi.leads.rules import LEGAL_PAIRS
from khoi.people.models import Person
from khoi.team.models import User, owned
from khoi.team.rules import Principal


class Stage(models.TextChoices):
    SUSPECT = "suspect", _("Suspect")
    LEAD = "lead", _("Lead")
    PROSPECT = "prospect", _("Prospect")
    MQL = "mql", "MQL"
    SAL = "sal", "SAL"
    SQL = "sql", "SQL"
    OPPORTUNITY = "opportunity", _("Opportunity")
    CUSTOMER = "customer", _("Customer")
    RECYCLED = "recycled", _("Recycled")
    DISQUALIFIED = "disqualified", _("Disqualified")


class WorkStatus(models.TextChoices):
    NEW = "new", _("New")
    ATTEMPTING = "attempting", _("Attempting")
    CONTACTED = "contacted", _("Contacted")
    NURTURING = "nurturing", _("Nurturing")
    CLOSED = "closed", _("Closed")


class Temperature(models.TextChoices):
    COLD = "cold", _("Cold")
    WARM = "warm", _("Warm")
    HOT = "hot", _("Hot")


class Reason(models.TextChoices):
    PRICE = "price", _("Price")
    COMPETITOR = "competitor", _("Competitor")
    NO_BUDGET = "no_budget", _("No budget")
    NO_AUTHORITY = "no_authority", _("No authority")
    NO_NEED = "no_need", _("No need")
    TIMING = "timing", pgettext_lazy("reason", "Timing")
    MISSING_FEATURE = "missing_feature", _("Missing feature")
    NO_RESPONSE = "no_response", _("No response")
    POOR_FIT = "poor_fit", _("Poor fit")
    DUPLICATE = "duplicate", _("Duplicate")
    INVALID_DATA = "invalid_data", _("Invalid data")
    OTHER = "other", _("Other")


def _legal() -> Q:
    pairs = (Q(lifecycle_stage=stage, work_status__in=statuses) for stage, statuses in LEGAL_PAIRS.items())
    return reduce(or_, pairs)


SCORE_FIELDS = ["engagement_raised", "engagement_lowered", "lasts_until", "fit_points", "fit_grade"]


class LeadSet(models.QuerySet["Lead"]):
    def visible_to(self, actor: Principal) -> "LeadSet":
        return self.filter(owned(actor))


class OfLeadSet(models.QuerySet[Any]):
    """Rows that hang on a lead are seen with it."""

    def visible_to(self, actor: Principal) -> "OfLeadSet":
        return self.filter(owned(actor, "lead__owner"))


@fact(
    50,
    subject="person",
    personal=["need", "company_name", "message", "landing_page", "referrer", "claims", "extras", "utm"],
    derived=[*SCORE_FIELDS, "temperature", "next_check_at", "search"],
    plain=["industry", "region"],
)
class Lead(models.Model):
    """One expression of interest by a person, maybe for an organisation.

    ``claims``: what an anonymous sender said of a person we already knew (nothing of it is believed yet).
    ``extras``: labelled values of an imported row that have no field of their own.
    ``lasts_until``: µs UTC, the moment the engagement will be worth one point; see scoring.rules.
    ``respond_by`` / ``responded_at``: the response clock; no clock when ``respond_by`` is NULL.
    """

    occurred_field = "arrived_at"
    #: Not the account: whoever sees the lead may not see that.
    asks_beyond = ("person",)

    public_id = models.UUIDField(default=uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="leads")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="leads")
    company_name = models.CharField(max_length=200, blank=True)
    need = models.CharField(max_length=200, blank=True)
    message = models.TextField(blank=True)
    industry = models.CharField(max_length=80, blank=True)
    employees = models.IntegerField(null=True)
    region = models.CharField(max_length=80, blank=True)

    source = models.ForeignKey(Source, null=True, on_delete=models.PROTECT, related_name="leads")
    channel = models.CharField(max_length=20, choices=Channel.choices, blank=True)
    campaign = models.ForeignKey(Campaign, null=True, on_delete=models.PROTECT, related_name="leads")
    landing_page = models.CharField(max_length=500, blank=True)
    referrer = models.CharField(max_length=500, blank=True)
    utm = models.JSONField(default=dict)
    claims = models.JSONField(default=dict)
    extras = models.JSONField(default=dict)

    lifecycle_stage = models.CharField(max_length=12, choices=Stage.choices, default=Stage.SUSPECT)
    work_status = models.CharField(max_length=10, choices=WorkStatus.choices, default=WorkStatus.NEW)
    exit_reason = models.CharField(max_length=20, choices=Reason.choices, blank=True)
    return_on = models.DateField(null=True)
    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="leads")
    accepted_at = models.DateTimeField(null=True)
    respond_by = models.DateTimeField(null=True)
    responded_at = models.DateTimeField(null=True)

    arrived_at = models.DateTimeField()
    created_at = models.DateTimeField()

    engagement_raised = models.BigIntegerField(null=True)
    engagement_lowered = models.BigIntegerField(null=True)
    lasts_until = models.BigIntegerField(null=True)
    fit_points = models.IntegerField(default=0)
    fit_grade = models.CharField(max_length=1, blank=True)
    temperature = models.CharField(max_length=4, choices=Temperature.choices, default=Temperature.COLD)
    next_check_at = models.DateTimeField(null=True)
    search = models.TextField(blank=True)

    objects = LeadSet.as_manager()

    class Meta:
        db_table = "leads_lead"
        constraints = [
            UniqueConstraint(fields=["public_id"], name="lead_public_id_is_unique"),
            CheckConstraint(condition=_legal(), name="stage_and_work_status_go_together"),
            CheckConstraint(
                condition=~Q(lifecycle_stage="disqualified") | ~Q(exit_reason=""),
                name="disqualified_lead_has_a_reason",
            ),
        ]
        indexes = [
            Index(fields=["owner", "arrived_at", "id"], name="lead_of_owner"),
            Index(fields=["lifecycle_stage", "arrived_at", "id"], name="lead_by_stage"),
            Index(fields=["arrived_at", "id"], name="lead_by_arrival"),
            Index(fields=["lasts_until", "id"], name="lead_by_engagement"),
            Index(fields=["temperature", "lifecycle_stage"], name="lead_by_temperature"),
            Index(
                fields=["respond_by"], name="lead_by_clock", condition=Q(responded_at=None, respond_by__isnull=False)
            ),
            Index(fields=["next_check_at"], name="lead_to_check", condition=Q(next_check_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"lead {self.pk}"


@fact(53, subject="person", personal=SAYS, derived=["person"], part_of="lead")
class LeadValue(CustomValue):
    """What stands in one custom field of a lead. ``person`` is the lead's."""

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="custom_values", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    objects = OfLeadSet.as_manager()

    class Meta:
        db_table = "leads_lead_value"
        constraints = constraints_of("lead")
        indexes = indexes_of("lead")


@fact(51, personal=["external_id"], plain=["system"])
class LeadReference(models.Model):
    """The lead's number in another system. ``sender``: whose number it is, when they see only a part of the leads: what
    the same number names out of their sight must not be felt. None: the workspace's."""

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="references")
    system = models.CharField(max_length=40)
    external_id = models.CharField(max_length=120)
    sender = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    objects = OfLeadSet.as_manager()

    class Meta:
        db_table = "leads_lead_reference"
        constraints = [
            UniqueConstraint(
                fields=["system", "external_id"], condition=Q(sender=None), name="external_id_names_one_lead"
            ),
            UniqueConstraint(fields=["system", "external_id", "sender"], name="external_id_of_a_sender_names_one_lead"),
        ]

    def __str__(self) -> str:
        return f"{self.system}:{self.external_id}"


class BantKind(models.TextChoices):
    BUDGET = "budget", _("Budget")
    AUTHORITY = "authority", _("Authority")
    NEED = "need", _("Need")
    TIMING = "timing", _("Timing")


class TimingBand(models.TextChoices):
    NOW = "now", _("Now")
    THIS_QUARTER = "this_quarter", _("This quarter")
    THIS_YEAR = "this_year", _("This year")
    LATER = "later", _("Later")


class DealRole(models.TextChoices):
    DECISION_MAKER = "decision_maker", _("Decision maker")
    ECONOMIC_BUYER = "economic_buyer", _("Economic buyer")
    CHAMPION = "champion", _("Champion")
    INFLUENCER = "influencer", _("Influencer")
    BUSINESS_EVALUATOR = "business_evaluator", _("Business evaluator")
    TECHNICAL_EVALUATOR = "technical_evaluator", _("Technical evaluator")
    END_USER = "end_user", _("End user")
    GATEKEEPER = "gatekeeper", _("Gatekeeper")
    BLOCKER = "blocker", _("Blocker")
    EXECUTIVE_SPONSOR = "executive_sponsor", _("Executive sponsor")
    LEGAL_PROCUREMENT = "legal_procurement", _("Legal or procurement")
    OTHER = "other", _("Other")


@fact(
    52,
    subject="person",
    personal=["text", "impact", "cost_of_waiting", "evidence"],
    derived=["person"],
    plain=["currency"],
)
class BantFact(models.Model):
    """One thing learnt about budget, authority, need or timing. The latest of a kind holds. ``person`` is the lead's.

    ``amount``/``amount_to`` in minor units (a band when both are given); ``confidence`` 1 to 3.
    """

    occurred_field = "occurred_at"

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="bant")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=BantKind.choices)
    amount = models.BigIntegerField(null=True)
    amount_to = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    role = models.CharField(max_length=20, choices=DealRole.choices, blank=True)
    on_date = models.DateField(null=True)
    band = models.CharField(max_length=12, choices=TimingBand.choices, blank=True)
    text = models.TextField(blank=True)
    impact = models.TextField(blank=True)
    cost_of_waiting = models.TextField(blank=True)
    confidence = models.SmallIntegerField(default=2)
    evidence = models.CharField(max_length=200, blank=True)
    given_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    occurred_at = models.DateTimeField()

    objects = OfLeadSet.as_manager()

    class Meta:
        db_table = "leads_bant_fact"
        constraints = [
            CheckConstraint(condition=Q(confidence__gte=1, confidence__lte=3), name="confidence_is_one_to_three"),
        ]
        indexes = [Index(fields=["lead", "kind", "occurred_at"], name="bant_of_lead")]

    def __str__(self) -> str:
        return self.kind
