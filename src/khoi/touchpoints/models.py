"""Touchpoint: one dated contact between us and a person."""

from django.db import models
from django.db.models import Index
from django.utils.translation import gettext_lazy as _

from khoi.campaigns.models import Campaign, Channel
from khoi.history.models import fact
from khoi.people.models import Person
from khoi.team.rules import Principal


class TouchKind(models.TextChoices):
    FORM = "form", _("Form sent")
    PRICE_REQUEST = "price_request", _("Asked for a price")
    DEMO_REQUEST = "demo_request", _("Asked for a demo")
    PAGE_VIEW = "page_view", _("Viewed a page")
    PRICING_VIEW = "pricing_view", _("Viewed pricing")
    DOWNLOAD = "download", _("Downloaded")
    WEBINAR = "webinar", _("Attended a webinar")
    EVENT = "event", _("Met at an event")
    EMAIL_OPEN = "email_open", _("Opened an email")
    EMAIL_CLICK = "email_click", _("Clicked in an email")
    EMAIL_REPLY = "email_reply", _("Replied to an email")
    CALL_IN = "call_in", _("Called us")
    CHAT = "chat", _("Wrote in chat")
    UNSUBSCRIBE = "unsubscribe", _("Unsubscribed")


class TouchpointSet(models.QuerySet["Touchpoint"]):
    def visible_to(self, actor: Principal) -> "TouchpointSet":
        return self.filter(person__in=Person.objects.visible_to(actor))


@fact(40, subject="person", personal=["title", "detail", "url"])
class Touchpoint(models.Model):
    """What a person did or met with. ``is_human`` False: a machine did it, it never counts."""

    occurred_field = "occurred_at"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="touchpoints")
    kind = models.CharField(max_length=20, choices=TouchKind.choices)
    channel = models.CharField(max_length=20, choices=Channel.choices, blank=True)
    campaign = models.ForeignKey(Campaign, null=True, on_delete=models.PROTECT, related_name="touchpoints")
    title = models.CharField(max_length=200, blank=True)
    detail = models.TextField(blank=True)
    url = models.CharField(max_length=500, blank=True)
    is_human = models.BooleanField(default=True)
    occurred_at = models.DateTimeField()

    objects = TouchpointSet.as_manager()

    class Meta:
        db_table = "touchpoints_touchpoint"
        indexes = [
            Index(fields=["person", "occurred_at"], name="touchpoint_of_person"),
            Index(fields=["kind", "occurred_at", "person"], name="touchpoint_by_kind"),
        ]

    def __str__(self) -> str:
        return self.kind
