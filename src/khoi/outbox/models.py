"""One row per mail to one recipient. The row is the queue."""

from uuid import uuid4

from django.db import models
from django.db.models import Index, UniqueConstraint

from khoi.history.models import transient


class State(models.TextChoices):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"  # refused by the server, or given up
    HELD = "held"  # a crash fell between handing over and noting it: a person decides
    DROPPED = "dropped"  # a person decided not to send it


@transient
class Mail(models.Model):
    """A mail on its way out. Bodies carry one-time links: the table stays out of history, and what was
    sent or dropped loses its body. ``claim`` is drawn anew by every claim, so that only the claimer may mark."""

    public_id = models.UUIDField(default=uuid4, editable=False)
    message_id = models.CharField(max_length=120)
    kind = models.CharField(max_length=40)
    to = models.CharField(max_length=320)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempts = models.SmallIntegerField(default=0)
    queued_at = models.DateTimeField()
    not_before = models.DateTimeField()
    claim = models.UUIDField(null=True)
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        db_table = "outbox_mail"
        constraints = [
            UniqueConstraint(fields=["public_id"], name="mail_public_id_is_unique"),
            UniqueConstraint(fields=["message_id"], name="mail_has_its_own_message_id"),
        ]
        indexes = [Index(fields=["state", "not_before"], name="mail_to_send")]

    def __str__(self) -> str:
        return f"{self.kind} to {self.to}"
