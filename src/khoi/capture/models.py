"""Form, what came in through it, each run of an import, and the numbers other systems have for what it brought."""

from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from khoi.accounts.models import Account
from khoi.campaigns.models import Campaign, Channel, Source
from khoi.history.models import fact, transient
from khoi.leads.models import Lead
from khoi.people.models import Person
from khoi.pipeline.models import Opportunity
from khoi.team.models import StaffSet, User
from khoi.team.rules import PARTNER, Principal


@fact(110, plain=["slug", "name", "fields", "texts", "touch_kind", "embed_on"])
class Form(models.Model):
    """A public hosted form. ``fields``: list of ``{"code", "required"}`` in order (see rules.asking).

    ``texts``: language → title, intro, steps (pairs), button, thanks, consent, marketing. The consent wordings
    carry a version, raised whenever one of them changes. ``embed_on``: addresses of sites that may show the
    form in a frame; every other site may only link to it.
    """

    slug = models.SlugField(max_length=60)
    name = models.CharField(max_length=120)
    fields = models.JSONField(default=list)
    texts = models.JSONField(default=dict)
    consent_version = models.IntegerField(default=1)
    consent_changed_at = models.DateTimeField()
    embed_on = models.JSONField(default=list)
    source = models.ForeignKey(Source, null=True, on_delete=models.PROTECT, related_name="forms")
    channel = models.CharField(max_length=20, choices=Channel.choices, default=Channel.WEBSITE)
    campaign = models.ForeignKey(Campaign, null=True, on_delete=models.PROTECT, related_name="forms")
    touch_kind = models.CharField(max_length=20, default="form")
    is_live = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    objects = StaffSet.as_manager()

    class Meta:
        db_table = "capture_form"
        constraints = [UniqueConstraint(fields=["slug"], name="form_slug_is_used_once")]

    def __str__(self) -> str:
        return self.name


@transient
class Submission(models.Model):
    """A form as it came in, word for word, spam included. Raw payloads stay out of history."""

    form = models.ForeignKey(Form, on_delete=models.PROTECT, related_name="submissions")
    lead = models.ForeignKey(Lead, null=True, on_delete=models.SET_NULL, related_name="submissions")
    key = models.CharField(max_length=64)
    payload = models.JSONField()
    language = models.CharField(max_length=5)
    ip = models.CharField(max_length=45, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    verdict = models.CharField(max_length=10)
    received_at = models.DateTimeField()

    class Meta:
        db_table = "capture_submission"
        constraints = [UniqueConstraint(fields=["form", "key"], name="submission_is_taken_once")]
        indexes = [Index(fields=["ip", "received_at"], name="submission_by_sender")]

    def __str__(self) -> str:
        return f"{self.form_id} {self.received_at:%Y-%m-%d}"


class ReferenceSet(models.QuerySet[Any]):
    """Rows that are seen with the record they name."""

    def visible_to(self, actor: Principal) -> "ReferenceSet":
        return self.filter(
            Q(account__in=Account.objects.visible_to(actor).values("pk"))
            | Q(person__in=Person.objects.visible_to(actor).values("pk"))
            | Q(opportunity__in=Opportunity.objects.visible_to(actor).values("pk"))
        )


@fact(112, subject="person", personal=["external_id"], plain=["system", "object"])
class RecordReference(models.Model):
    """The number of an account, a person or a deal in another system; a lead's is a ``LeadReference``.

    ``sender``: whose number it is, when they see only a part of the records, as with those of leads.
    """

    object = models.CharField(max_length=12)
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="references")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="references")
    opportunity = models.ForeignKey(Opportunity, null=True, on_delete=models.PROTECT, related_name="references")
    system = models.CharField(max_length=40)
    external_id = models.CharField(max_length=120)
    sender = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    objects = ReferenceSet.as_manager()

    class Meta:
        db_table = "capture_record_reference"
        constraints = [
            UniqueConstraint(
                fields=["object", "system", "external_id"],
                condition=Q(sender=None),
                name="external_id_names_one_record",
            ),
            UniqueConstraint(
                fields=["object", "system", "external_id", "sender"], name="external_id_of_a_sender_names_one_record"
            ),
            CheckConstraint(
                condition=Q(object="account", account__isnull=False, person=None, opportunity=None)
                | Q(object="person", account=None, person__isnull=False, opportunity=None)
                | Q(object="opportunity", account=None, person=None, opportunity__isnull=False),
                name="reference_names_one_record",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.object} {self.system}:{self.external_id}"


class ImportRunSet(models.QuerySet[Any]):
    """A run shows rows of other people: seen by whoever started it, and by those who see all records anyway."""

    def visible_to(self, actor: Principal) -> "ImportRunSet":
        if actor.visibility == "all" and actor.role != PARTNER:
            return self.all()
        return self.filter(by=actor.id)


class RunState(models.TextChoices):
    DRAFT = "draft", _("Not started")
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


@transient
class ImportRun(models.Model):
    """One file on its way in: what its columns mean, and afterwards its counts, problems and rejected rows.

    A run is a draft until somebody starts it, waits until a job claims it, and ends done, failed or cancelled; a
    ``dry_run`` that is done may be started again in earnest. A long list comes in by ``parts``; so many are in, with
    the rows that ``counts`` tells, when it was paused or has failed, and it goes on behind them. ``stored_as`` and
    ``rejected_file`` are names inside the folder of imports, empty once the file is let go. ``sheet``, ``encoding``,
    ``delimiter`` and ``heading_row`` (a line, 0 for a table without headings) are how somebody wants the file read;
    what is left open is found out. ``columns_key`` is a digest of the headings, so that the next file with the same
    ones is read the same way. ``source``, ``cost`` and ``consent``: where the list comes from, what it cost, and on
    what basis its people may be written to. ``move``: the run of the first of several files that come in together;
    that one starts and ends for all of them. ``mapping`` is TOML. ``error``: ``{"code", "data"}`` of what stopped it.
    ``act_id``: the act to undo, if it changed anything.
    """

    public_id = models.UUIDField(default=uuid4, editable=False)
    file_name = models.CharField(max_length=255)
    size = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    stored_as = models.CharField(max_length=120, blank=True)
    sheet = models.CharField(max_length=120, blank=True)
    encoding = models.CharField(max_length=40, blank=True)
    delimiter = models.CharField(max_length=10, blank=True)
    heading_row = models.IntegerField(null=True)
    layout = models.CharField(max_length=120, blank=True)
    columns_key = models.CharField(max_length=64, blank=True)
    source = models.CharField(max_length=120, blank=True)
    cost = models.CharField(max_length=40, blank=True)
    move = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="files")
    mapping = models.TextField(blank=True)
    consent = models.TextField(blank=True)
    dry_run = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.DRAFT)
    counts = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    rejected_file = models.CharField(max_length=120, blank=True)
    parts = models.IntegerField(default=0)
    act_id = models.BigIntegerField(null=True)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    error = models.JSONField(default=dict)

    objects = ImportRunSet.as_manager()

    class Meta:
        db_table = "capture_import_run"
        constraints = [UniqueConstraint(fields=["public_id"], name="import_run_public_id_is_unique")]
        indexes = [
            Index(fields=["created_at"], name="import_run_by_age"),
            Index(fields=["columns_key"], name="import_run_by_columns"),
        ]

    def __str__(self) -> str:
        return self.file_name
