"""Scan, one look through everybody, and the pairs the last one found; MergeRun, many merged at once."""

from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from khoi.history.models import transient
from khoi.people.models import PairSet, Person
from khoi.team.models import User


class ScanState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class Run(models.Model):
    """Long work that waits until a job claims it, and ends done or failed.

    ``done`` and ``total`` say how far it is, ``seen_at`` when it was last seen at work, ``counts`` what came of it.
    ``error``: the code of what stopped it.
    """

    public_id = models.UUIDField(default=uuid4, editable=False)
    state = models.CharField(max_length=10, choices=ScanState.choices, default=ScanState.WAITING)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    counts = models.JSONField(default=dict)
    error = models.CharField(max_length=40, blank=True)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects: "models.Manager[Any]" = models.Manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.asked_at:%Y-%m-%d} {self.state}"


@transient
class Scan(Run):
    """Everybody looked through once. ``step``: what it is at. ``counts``: people, pairs, groups, new, gone."""

    step = models.CharField(max_length=20, blank=True)

    class Meta:
        db_table = "duplicates_scan"
        constraints = [UniqueConstraint(fields=["public_id"], name="scan_public_id_is_unique")]


@transient
class MergeRun(Run):
    """Groups that were asked to be merged: ``groups``, lists of ids of people. ``counts``: merged, groups. ``left``:
    who was not, as triples of two ids and why. ``act_id``: the first merge, to be undone with all others."""

    groups = models.JSONField(default=list)
    left = models.JSONField(default=list)
    act_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "duplicates_merge_run"
        constraints = [UniqueConstraint(fields=["public_id"], name="merge_run_public_id_is_unique")]


@transient
class FoundPair(models.Model):
    """Two people who may be one, found by the last scan; ``first`` is the longer known. ``sure`` in percent,
    ``reasons`` as of a PossibleDuplicate. ``cluster``: the same number for all who may be one person together, that
    of the longest known of them; None for a pair that is not sure enough to chain others."""

    first = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="found_after")
    second = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="found_before")
    reasons = models.JSONField(default=list)
    sure = models.SmallIntegerField()
    cluster = models.BigIntegerField(null=True)

    objects = PairSet.as_manager()

    class Meta:
        db_table = "duplicates_found_pair"
        constraints = [
            UniqueConstraint(fields=["first", "second"], name="found_pair_is_listed_once"),
            CheckConstraint(condition=Q(first__lt=F("second")), name="found_pair_begins_with_the_longer_known"),
        ]
        indexes = [
            Index(fields=["-sure", "id"], name="found_pair_by_sureness"),
            Index(fields=["cluster"], name="found_pair_by_cluster"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} ~ {self.second_id}"
