"""What the machinery notes about itself."""

from django.db import models
from django.db.models import UniqueConstraint

from khoi.history.models import transient


@transient
class JobRun(models.Model):
    """A recurring job: when it is due, and how its last run went.

    ``due_at`` is the claim: who moves it forward by a conditional UPDATE runs the job. ``problem`` is empty
    when the last run went well. ``detail``: what a check found, by code.
    """

    name = models.CharField(max_length=120)
    due_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)
    detail = models.JSONField(default=dict)

    class Meta:
        db_table = "operations_job_run"
        constraints = [UniqueConstraint(fields=["name"], name="job_run_is_kept_once_per_job")]

    def __str__(self) -> str:
        return self.name
