"""The published scorecard, and what it says of a lead, line by line."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from khoi.kit.conditions import Field, parse
from khoi.leads.fields import FIELDS, Facts
from khoi.scoring import rules
from khoi.scoring.models import Scorecard
from khoi.touchpoints.models import Touchpoint

#: What an engagement rule may ask of the touch it counts.
TOUCH_FIELDS = {
    field.key: field
    for field in (
        Field("title", "text", _("Title")),
        Field("url", "text", _("Address of the page")),
        Field("channel", "code", _("Channel")),
        Field("campaign", "reference", _("Campaign")),
    )
}


def published() -> Scorecard | None:
    """The version in force: the one published last."""
    return Scorecard.objects.filter(published_at__isnull=False).order_by("-published_at", "-id").first()


def card_of(stored: Scorecard | None) -> rules.Scorecard:
    """The stored version as the rules read it; no scorecard gives no points."""
    if stored is None:
        return rules.Scorecard(version=0, half_life_days=30, rules=(), grades=())
    grades = sorted(stored.grades.items(), key=lambda pair: -int(pair[1]))
    return rules.Scorecard(
        version=stored.version,
        half_life_days=stored.half_life_days,
        rules=tuple(_rule(entry) for entry in stored.rules),
        grades=tuple((letter, int(least)) for letter, least in grades),
    )


def _rule(entry: dict[str, Any]) -> rules.Rule:
    fields = FIELDS if entry["axis"] == "fit" else TOUCH_FIELDS
    return rules.Rule(
        id=entry["id"],
        axis=entry["axis"],
        points=int(entry["points"]),
        touch_kind=entry.get("touch_kind"),
        condition=parse(entry["condition"], fields) if entry.get("condition") else None,
        cap=entry.get("cap"),
    )


def touches_of(person_ids: Iterable[int]) -> dict[int, list[rules.Touch]]:
    """Person id → what a human did; machines' clicks never count."""
    found: dict[int, list[rules.Touch]] = defaultdict(list)
    rows = Touchpoint.objects.filter(person__in=set(person_ids), is_human=True)
    columns = ("id", "person_id", "kind", "occurred_at", "title", "url", "channel", "campaign_id")
    for pk, person_id, kind, occurred_at, title, url, channel, campaign in rows.values_list(*columns):
        facts = {"title": title, "url": url, "channel": channel or None, "campaign": campaign}
        found[person_id].append(rules.Touch(pk, kind, rules.instant(occurred_at), facts))
    return found


def score_of(facts: Facts, *, now: datetime, zone: ZoneInfo, card: rules.Scorecard | None = None) -> rules.Score:
    """One lead's score with all its lines."""
    touches = touches_of([facts.lead.person_id])[facts.lead.person_id]
    return rules.score(touches, card or card_of(published()), facts.record(), now=now, zone=zone)
