"""Policy: the published criteria of each stage. StageChange: one decision under it."""

from django.db import models
from django.db.models import Index, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from khoi.history.models import decision, fact
from khoi.leads.models import Lead, OfLeadSet, Reason, Stage
from khoi.people.models import Person
from khoi.team.models import StaffSet, User


@fact(80, plain=["name", "criteria"])
class Policy(models.Model):
    """One version of the lifecycle policy. ``criteria``: stage code → condition (see kit.conditions)."""

    name = models.CharField(max_length=120)
    version = models.IntegerField()
    criteria = models.JSONField(default=dict)
    published_at = models.DateTimeField(null=True)

    objects = StaffSet.as_manager()

    class Meta:
        db_table = "qualification_policy"
        constraints = [UniqueConstraint(fields=["name", "version"], name="policy_version_is_used_once")]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class Basis(models.TextChoices):
    """What moved a lead to a stage."""

    POLICY = "policy", _("criteria met")
    PERSON = "person", _("set by hand")
    IMPORTED = "imported", _("imported")
    ACCEPTED = "accepted", _("accepted by sales")
    CONVERTED = "converted", _("converted")
    WON = "won", _("won")
    LOST = "lost", _("lost")
    REOPENED = "reopened", _("reopened")
    HAND_BACK = "hand_back", _("handed back")


@decision(81, subject="person", personal=["note", "met", "missing"], derived=["person"])
class StageChange(models.Model):
    """A lead entered a stage: what was met, what was missing, by which version, why. ``person`` is the lead's.

    ``occurred_at``: when it was true (imported ones lie in the past). ``met``/``missing``: lists of clause codes with
    the values seen.
    """

    occurred_field = "occurred_at"

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="stage_changes")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    from_stage = models.CharField(max_length=12, choices=Stage.choices, blank=True)
    to_stage = models.CharField(max_length=12, choices=Stage.choices)
    basis = models.CharField(max_length=10, choices=Basis.choices)
    policy = models.ForeignKey(Policy, null=True, on_delete=models.PROTECT, related_name="+")
    met = models.JSONField(default=list)
    missing = models.JSONField(default=list)
    reason = models.CharField(max_length=20, choices=Reason.choices, blank=True)
    note = models.TextField(blank=True)
    return_on = models.DateField(null=True)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    objects = OfLeadSet.as_manager()

    class Meta:
        db_table = "qualification_stage_change"
        indexes = [
            # The last two so that a funnel reads no row beside it.
            Index(fields=["lead", "occurred_at", "id", "to_stage", "from_stage"], name="stage_change_of_lead"),
            Index(fields=["to_stage", "occurred_at", "lead"], name="stage_change_by_stage"),
        ]

    def __str__(self) -> str:
        return f"{self.from_stage} → {self.to_stage}"
