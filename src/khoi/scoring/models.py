"""Scorecard: a published version of the rules that give points."""

from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from khoi.history.models import fact
from khoi.team.models import StaffSet


@fact(70, plain=["name", "rules", "grades"])
class Scorecard(models.Model):
    """One version; a change is a new version. ``rules`` and ``grades`` as scoring.rules reads them."""

    name = models.CharField(max_length=120)
    version = models.IntegerField()
    half_life_days = models.IntegerField(default=30)
    rules = models.JSONField(default=list)
    grades = models.JSONField(default=dict)
    published_at = models.DateTimeField(null=True)

    objects = StaffSet.as_manager()

    class Meta:
        db_table = "scoring_scorecard"
        constraints = [
            UniqueConstraint(fields=["name", "version"], name="scorecard_version_is_used_once"),
            CheckConstraint(condition=Q(half_life_days__gte=1), name="half_life_is_at_least_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"
