"""Where leads come from and what that costs."""

from typing import Any

from django.db import models
from django.db.models import CheckConstraint, F, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from khoi.history.models import fact
from khoi.team.rules import PARTNER, Principal


class Channel(models.TextChoices):
    WEBSITE = "website", _("Website")
    EMAIL = "email", _("Email")
    PHONE = "phone", _("Phone")
    SMS = "sms", "SMS"
    ZALO = "zalo", "Zalo"
    FACEBOOK = "facebook", "Facebook"
    SOCIAL = "social", _("Social media")
    ADS = "ads", _("Ads")
    MEDIA = "media", _("Press and media")
    POST = "post", _("Post")
    SHOP = "shop", _("Shop")
    IN_PERSON = "in_person", _("In person")
    PARTNER = "partner", _("Partner")
    FILE = "file", _("File")


class CampaignSet(models.QuerySet[Any]):
    """Sources, campaigns and costs: seen by all staff, not by partners."""

    def visible_to(self, actor: Principal) -> "CampaignSet":
        return self.none() if actor.role == PARTNER else self.all()


@fact(30, plain=["code", "name", "name_vi"])
class Source(models.Model):
    """How leads come. ``name`` and ``name_vi`` are what people see; imported ones keep the file's wording."""

    code = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    name_vi = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()

    objects = CampaignSet.as_manager()

    class Meta:
        db_table = "campaigns_source"
        constraints = [UniqueConstraint(fields=["code"], name="source_code_is_used_once")]

    def __str__(self) -> str:
        return self.name

    def label(self, language: str) -> str:
        name = self.name_vi if language == "vi" and self.name_vi else self.name
        return name[:1].upper() + name[1:]


@fact(31, plain=["code", "name", "currency"])
class Campaign(models.Model):
    """A series of marketing activities with a goal. Budget in minor units."""

    code = models.CharField(max_length=60)
    name = models.CharField(max_length=160)
    channel = models.CharField(max_length=20, choices=Channel.choices, blank=True)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    budget = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, default="VND")
    created_at = models.DateTimeField()

    objects = CampaignSet.as_manager()

    class Meta:
        db_table = "campaigns_campaign"
        constraints = [UniqueConstraint(fields=["code"], name="campaign_code_is_used_once")]

    def __str__(self) -> str:
        return self.name


@fact(32, plain=["currency", "note"])
class Cost(models.Model):
    """Money spent on a source (perhaps for one campaign) within a half-open period."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="costs")
    campaign = models.ForeignKey(Campaign, null=True, on_delete=models.PROTECT, related_name="costs")
    period_start = models.DateField()
    period_end = models.DateField()
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3, default="VND")
    note = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()

    objects = CampaignSet.as_manager()

    class Meta:
        db_table = "campaigns_cost"
        constraints = [
            CheckConstraint(condition=Q(period_end__gt=F("period_start")), name="cost_period_is_not_empty"),
            CheckConstraint(condition=Q(amount__gte=0), name="cost_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"
