"""Who gets which lead: rules with shares, and each assignment with its reason."""

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from khoi.history.models import decision, fact
from khoi.leads.models import Lead, OfLeadSet
from khoi.team.models import StaffSet, User


@fact(90, plain=["name", "condition"])
class RoutingRule(models.Model):
    """Leads that meet ``condition`` go round among its shares. Rules are tried in order of ``position``."""

    name = models.CharField(max_length=120)
    position = models.IntegerField()
    condition = models.JSONField(default=dict)
    is_active = models.BooleanField(default=True)

    objects = StaffSet.as_manager()

    class Meta:
        db_table = "routing_rule"

    def __str__(self) -> str:
        return self.name


@fact(91, derived=["assigned"])
class Share(models.Model):
    """One rep's part in a rule. ``assigned``: how many leads the rule gave them so far (rebuilt).

    ``head_start``: counted as given when the share began, so that a newcomer joins the round instead of catching up.
    ``capacity``: open leads at most; NULL is no limit. ``away_until``: gets none before that day.
    """

    rule = models.ForeignKey(RoutingRule, on_delete=models.PROTECT, related_name="shares")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="shares")
    weight = models.IntegerField(default=1)
    capacity = models.IntegerField(null=True)
    away_until = models.DateField(null=True)
    head_start = models.IntegerField(default=0)
    assigned = models.IntegerField(default=0)

    objects = StaffSet.as_manager()

    class Meta:
        db_table = "routing_share"
        constraints = [
            UniqueConstraint(fields=["rule", "user"], name="user_has_one_share_of_a_rule"),
            CheckConstraint(condition=Q(weight__gte=0), name="weight_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} × {self.weight}"


class AssignmentBasis(models.TextChoices):
    ROUTED = "routed", _("shared out")
    KNOWN_PERSON = "known_person", _("their earlier owner")
    BY_HAND = "by_hand", _("by hand")
    IMPORTED = "imported", _("imported")
    NOBODY_FREE = "nobody_free", _("nobody free")


@decision(92, plain=["reason"])
class Assignment(models.Model):
    """A lead got its owner. ``reason``: the figures the choice was made on."""

    occurred_field = "occurred_at"

    lead = models.ForeignKey(Lead, on_delete=models.PROTECT, related_name="assignments")
    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    previous_owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    rule = models.ForeignKey(RoutingRule, null=True, on_delete=models.PROTECT, related_name="assignments")
    basis = models.CharField(max_length=12, choices=AssignmentBasis.choices)
    reason = models.JSONField(default=dict)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    objects = OfLeadSet.as_manager()

    class Meta:
        db_table = "routing_assignment"
        indexes = [
            Index(fields=["lead", "occurred_at", "id"], name="assignment_of_lead"),
            Index(fields=["rule", "owner"], name="assignment_of_rule"),
        ]

    def __str__(self) -> str:
        return f"{self.lead_id} to {self.owner_id}"
