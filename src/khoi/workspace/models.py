"""The one workspace of an installation, and the files kept in it."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint

from khoi.history.models import fact


def monday_to_friday() -> list[int]:
    return [0, 1, 2, 3, 4]


@fact(1, plain=["name", "time_zone", "currency", "work_days", "work_starts", "work_ends"])
class Workspace(models.Model):
    """Name, language, zone, currency and working hours: one row.

    ``work_days``: weekdays 0 (Monday) to 6; ``work_starts``/``work_ends``: wall clock in ``time_zone``.
    ``response_minutes``: working minutes within which a new lead is promised a first contact.
    """

    name = models.CharField(max_length=120)
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="vi")
    time_zone = models.CharField(max_length=60, default="Asia/Ho_Chi_Minh")
    currency = models.CharField(max_length=3, default="VND")
    is_demo = models.BooleanField(default=False)
    work_days = models.JSONField(default=monday_to_friday)
    work_starts = models.CharField(max_length=5, default="08:00")
    work_ends = models.CharField(max_length=5, default="17:30")
    response_minutes = models.IntegerField(default=30)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "workspace_workspace"
        constraints = [CheckConstraint(condition=Q(pk=1), name="there_is_one_workspace")]

    def __str__(self) -> str:
        return self.name


@fact(2, personal=["name"], plain=["digest", "media_type"])
class File(models.Model):
    """A stored file. On disk it is named by its content; the user's name for it is only data."""

    public_id = models.UUIDField(default=uuid4, editable=False)
    digest = models.CharField(max_length=64)
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=120)
    size = models.BigIntegerField()
    created_at = models.DateTimeField()

    class Meta:
        db_table = "workspace_file"
        constraints = [
            UniqueConstraint(fields=["public_id"], name="file_public_id_is_unique"),
            UniqueConstraint(fields=["digest", "name"], name="file_is_kept_once_per_name"),
            CheckConstraint(condition=Q(size__gte=0), name="file_size_is_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name
