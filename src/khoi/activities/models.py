"""Task: work to do by someone by a date. Activity: something that was done."""

from uuid import uuid4

from django.db import models
from django.db.models import Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from khoi.history.models import fact
from khoi.leads.models import Lead
from khoi.people.models import Person
from khoi.team.models import User, owned
from khoi.team.rules import PARTNER, Principal
from khoi.workspace.models import File


class ActivityKind(models.TextChoices):
    CALL = "call", _("Call")
    MEETING = "meeting", _("Meeting")
    VISIT = "visit", _("Visit")
    EMAIL = "email", _("Email")
    SMS = "sms", "SMS"
    ZALO = "zalo", "Zalo"
    TASK = "task", _("Task")
    NOTE = "note", _("Note")


class Outcome(models.TextChoices):
    CONNECTED = "connected", _("Connected")
    NO_ANSWER = "no_answer", _("No answer")
    BUSY = "busy", _("Busy")
    WRONG_NUMBER = "wrong_number", _("Wrong number")
    LEFT_MESSAGE = "left_message", _("Left a message")
    HELD = "held", _("Held")
    NO_SHOW = "no_show", _("No show")
    DONE = "done", _("Done")
    CANCELLED = "cancelled", _("Cancelled")


#: Kinds of activity by which we reached out: the first one stops the response clock.
TOUCHES = frozenset({"call", "meeting", "visit", "email", "sms", "zalo"})
#: Outcomes that mean we spoke with each other.
SPOKE = frozenset({"connected", "held", "done"})


class TaskSet(models.QuerySet["Task"]):
    def visible_to(self, actor: Principal) -> "TaskSet":
        return self.filter(owned(actor))


class ActivitySet(models.QuerySet["Activity"]):
    def visible_to(self, actor: Principal) -> "ActivitySet":
        """Staff see what happened with the people they see; a partner sees their own leads and doings."""
        if actor.role == PARTNER:
            return self.filter(Q(by=actor.id) | Q(lead__owner=actor.id))
        return self.filter(Q(by=actor.id) | Q(person__in=Person.objects.visible_to(actor)))


class AttachmentSet(models.QuerySet["Attachment"]):
    def visible_to(self, actor: Principal) -> "AttachmentSet":
        return self.filter(activity__in=Activity.objects.visible_to(actor))


@fact(60, subject="person", personal=["title", "note"])
class Task(models.Model):
    occurred_field = "created_at"

    public_id = models.UUIDField(default=uuid4, editable=False)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="tasks")
    lead = models.ForeignKey(Lead, null=True, on_delete=models.PROTECT, related_name="tasks")
    kind = models.CharField(max_length=10, choices=ActivityKind.choices, default=ActivityKind.TASK)
    title = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    due_at = models.DateTimeField(null=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tasks")
    done_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    objects = TaskSet.as_manager()

    class Meta:
        db_table = "activities_task"
        constraints = [UniqueConstraint(fields=["public_id"], name="task_public_id_is_unique")]
        indexes = [
            Index(fields=["owner", "due_at"], name="task_to_do", condition=Q(done_at=None)),
            Index(fields=["person", "created_at"], name="task_of_person"),
        ]

    def __str__(self) -> str:
        return self.title


@fact(61, subject="person", personal=["body"], plain=["direction"])
class Activity(models.Model):
    """A call, meeting, email, message or note. ``direction``: in (they), out (we), or empty."""

    occurred_field = "occurred_at"

    public_id = models.UUIDField(default=uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="activities")
    lead = models.ForeignKey(Lead, null=True, on_delete=models.PROTECT, related_name="activities")
    kind = models.CharField(max_length=10, choices=ActivityKind.choices)
    direction = models.CharField(max_length=3, blank=True)
    outcome = models.CharField(max_length=15, choices=Outcome.choices, blank=True)
    body = models.TextField(blank=True)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="activities")
    occurred_at = models.DateTimeField()
    created_at = models.DateTimeField()

    objects = ActivitySet.as_manager()

    class Meta:
        db_table = "activities_activity"
        constraints = [UniqueConstraint(fields=["public_id"], name="activity_public_id_is_unique")]
        indexes = [
            Index(fields=["person", "occurred_at"], name="activity_of_person"),
            Index(fields=["by", "occurred_at"], name="activity_of_user"),
        ]

    def __str__(self) -> str:
        return self.kind


@fact(62)
class Attachment(models.Model):
    activity = models.ForeignKey(Activity, on_delete=models.PROTECT, related_name="attachments")
    file = models.ForeignKey(File, on_delete=models.PROTECT, related_name="attachments")

    objects = AttachmentSet.as_manager()

    class Meta:
        db_table = "activities_attachment"
        constraints = [UniqueConstraint(fields=["activity", "file"], name="file_is_attached_once")]

    def __str__(self) -> str:
        return f"{self.file_id} on {self.activity_id}"
