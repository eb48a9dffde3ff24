"""What an erasure has left to do."""

from django.db import models
from django.db.models import UniqueConstraint

from khoi.history.models import transient


@transient
class Unswept(models.Model):
    """A table whose emptied rows may still lie in the database's file, until it is written anew (PostgreSQL), or
    ``wal``: the log beside SQLite's file."""

    name = models.CharField(max_length=63)
    since = models.DateTimeField()

    class Meta:
        db_table = "privacy_unswept"
        constraints = [UniqueConstraint(fields=["name"], name="table_is_swept_once")]

    def __str__(self) -> str:
        return self.name
