"""Pipeline, its stages with gates, opportunities and every move they made."""

from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from khoi.accounts.models import Account, Contact
from khoi.custom.models import SAYS, CustomValue, constraints_of, indexes_of
from khoi.history.models import decision, fact
from khoi.leads.models import Lead, Reason
from khoi.people.models import Person
from khoi.team.models import StaffSet, User, owned
from khoi.team.rules import PARTNER, Principal


class OpportunitySet(models.QuerySet["Opportunity"]):
    def visible_to(self, actor: Principal) -> "OpportunitySet":
        return self.none() if actor.role == PARTNER else self.filter(owned(actor))


class OfDealSet(models.QuerySet[Any]):
    """Rows that hang on a deal are seen with it."""

    def visible_to(self, actor: Principal) -> "OfDealSet":
        return self.filter(opportunity__in=Opportunity.objects.visible_to(actor))


@fact(100, plain=["code", "name", "name_vi"])
class Pipeline(models.Model):
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    name_vi = models.CharField(max_length=120, blank=True)

    objects = StaffSet.as_manager()

    class Meta:
        db_table = "pipeline_pipeline"
        constraints = [UniqueConstraint(fields=["code"], name="pipeline_code_is_used_once")]

    def __str__(self) -> str:
        return self.name


class StageKind(models.TextChoices):
    OPEN = "open", _("open")
    WON = "won", _("won")
    LOST = "lost", _("lost")


class MoveBasis(models.TextChoices):
    OPENED = "opened", pgettext_lazy("move of a deal", "opened")
    MOVED = "moved", pgettext_lazy("move of a deal", "moved")
    IMPORTED = "imported", pgettext_lazy("move of a deal", "imported")
    WON = "won", pgettext_lazy("move of a deal", "won")
    LOST = "lost", pgettext_lazy("move of a deal", "lost")
    REOPENED = "reopened", pgettext_lazy("move of a deal", "reopened")


class ForecastCategory(models.TextChoices):
    PIPELINE = "pipeline", pgettext_lazy("forecast", "Pipeline")
    BEST_CASE = "best_case", _("Best case")
    COMMIT = "commit", _("Commit")
    CLOSED = "closed", _("Closed")
    OMITTED = "omitted", _("Omitted")


@fact(101, plain=["code", "name", "name_vi", "gate"])
class PipelineStage(models.Model):
    """``gate``: condition over the opportunity's fields that must hold to enter. ``probability`` in percent.
    ``rot_days``: days in the stage after which a deal is said to stand still."""

    pipeline = models.ForeignKey(Pipeline, on_delete=models.PROTECT, related_name="stages")
    code = models.CharField(max_length=40)
    name = models.CharField(max_length=120)
    name_vi = models.CharField(max_length=120, blank=True)
    position = models.IntegerField()
    probability = models.SmallIntegerField()
    kind = models.CharField(max_length=4, choices=StageKind.choices, default=StageKind.OPEN)
    forecast_category = models.CharField(max_length=10, choices=ForecastCategory.choices)
    gate = models.JSONField(default=dict)
    rot_days = models.IntegerField(null=True)

    objects = StaffSet.as_manager()

    class Meta:
        db_table = "pipeline_stage"
        constraints = [
            UniqueConstraint(fields=["pipeline", "code"], name="stage_code_is_used_once_per_pipeline"),
            CheckConstraint(condition=Q(probability__gte=0, probability__lte=100), name="probability_is_percent"),
        ]

    def __str__(self) -> str:
        return self.name

    def label(self, language: str) -> str:
        return self.name_vi if language == "vi" and self.name_vi else self.name


@fact(
    102,
    subject="person",
    personal=["name", "need", "decision_maker", "lost_note"],
    derived=["search"],
    plain=["currency"],
)
class Opportunity(models.Model):
    """A deal under active consideration. ``amount`` in minor units; NULL when not stated."""

    occurred_field = "opened_at"
    asks_beyond = ("account", "person")

    public_id = models.UUIDField(default=uuid4, editable=False)
    name = models.CharField(max_length=200)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="opportunities")
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="opportunities")
    contact = models.ForeignKey(Contact, null=True, on_delete=models.PROTECT, related_name="opportunities")
    lead = models.OneToOneField(Lead, null=True, on_delete=models.PROTECT, related_name="opportunity")
    pipeline = models.ForeignKey(Pipeline, on_delete=models.PROTECT, related_name="opportunities")
    stage = models.ForeignKey(PipelineStage, on_delete=models.PROTECT, related_name="opportunities")
    need = models.TextField(blank=True)
    amount = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, default="VND")
    close_on = models.DateField(null=True)
    decision_maker = models.CharField(max_length=200, blank=True)
    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="opportunities")
    entered_stage_at = models.DateTimeField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    lost_reason = models.CharField(max_length=20, choices=Reason.choices, blank=True)
    lost_note = models.TextField(blank=True)
    created_at = models.DateTimeField()
    search = models.TextField(blank=True)

    objects = OpportunitySet.as_manager()

    class Meta:
        db_table = "pipeline_opportunity"
        constraints = [
            UniqueConstraint(fields=["public_id"], name="opportunity_public_id_is_unique"),
            CheckConstraint(condition=Q(amount=None) | Q(amount__gte=0), name="amount_is_not_negative"),
        ]
        indexes = [
            Index(fields=["stage", "close_on", "id"], name="opportunity_by_stage"),
            Index(fields=["owner", "id"], name="opportunity_of_owner"),
            Index(fields=["closed_at"], name="opportunity_by_end"),
        ]

    def __str__(self) -> str:
        return self.name


@fact(104, subject="person", personal=SAYS, derived=["person"], part_of="opportunity")
class OpportunityValue(CustomValue):
    """What stands in one custom field of a deal. ``person`` is the deal's."""

    opportunity = models.ForeignKey(Opportunity, on_delete=models.PROTECT, related_name="custom_values", db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    objects = OfDealSet.as_manager()

    class Meta:
        db_table = "pipeline_opportunity_value"
        constraints = constraints_of("opportunity")
        indexes = indexes_of("opportunity")


@decision(103, subject="person", personal=["note"], derived=["person"])
class StageMove(models.Model):
    """An opportunity entered a stage, because of ``basis``. ``person`` is the deal's."""

    occurred_field = "occurred_at"

    opportunity = models.ForeignKey(Opportunity, on_delete=models.PROTECT, related_name="moves")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    from_stage = models.ForeignKey(PipelineStage, null=True, on_delete=models.PROTECT, related_name="+")
    to_stage = models.ForeignKey(PipelineStage, on_delete=models.PROTECT, related_name="+")
    basis = models.CharField(max_length=10, choices=MoveBasis.choices)
    reason = models.CharField(max_length=20, choices=Reason.choices, blank=True)
    note = models.TextField(blank=True)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    objects = OfDealSet.as_manager()

    class Meta:
        db_table = "pipeline_stage_move"
        indexes = [Index(fields=["opportunity", "occurred_at", "id"], name="move_of_opportunity")]

    def __str__(self) -> str:
        return f"{self.from_stage_id} → {self.to_stage_id}"
