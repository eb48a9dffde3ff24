"""The published scorecard, and what it says of a lead, line by line."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy as _

from khoi.custom.queries import fields_named
from khoi.custom.rules import readable
from khoi.history.queries.lives import chunks
from khoi.kit.conditions import Field
from khoi.kit.db.asking import ask, moment, records
from khoi.leads.fields import FIELDS, Facts, with_own
from khoi.leads.models import Lead
from khoi.scoring import rules
from khoi.scoring.models import Scorecard

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

Touches = Mapping[int, list[rules.Touch]]


#: Every act asks for it.
_PUBLISHED = (
    "select * from scoring_scorecard where published_at is not null order by published_at desc, id desc limit 1"
)
_TOUCHES = (
    "select id, person_id, kind, occurred_at, title, url, channel, campaign_id from touchpoints_touchpoint "
    "where person_id in ({ids}) and is_human = %s"
)


def published() -> Scorecard | None:
    """The version in force: the one published last."""
    return next(iter(records(Scorecard, _PUBLISHED)), None)


def card_of(stored: Scorecard | None) -> rules.Scorecard:
    """The stored version as the rules read it; no scorecard gives no points."""
    if stored is None:
        return rules.Scorecard(version=0, half_life_days=30, rules=(), grades=())
    own = tuple(fields_named(Lead, stored.rules).values())
    return _card(stored.version, stored.half_life_days, json.dumps(stored.rules), json.dumps(stored.grades), own)


@lru_cache(maxsize=16)
def _card(version: int, half_life_days: int, card: str, grades: str, own: tuple[Field, ...]) -> rules.Scorecard:
    """Read once per text: every act scores, and the card hardly ever changes."""
    fields = {**FIELDS, **{field.key: field for field in own}}
    read = readable(json.loads(card), fields)
    return rules.parse_card(
        version, half_life_days, read, json.loads(grades), record_fields=fields, touch_fields=TOUCH_FIELDS
    )


def touches_of(person_ids: Iterable[int]) -> Touches:
    """Person id → what a human did; machines' clicks never count."""
    found: dict[int, list[rules.Touch]] = defaultdict(list)
    for part in chunks(set(person_ids)):
        for pk, person_id, kind, occurred_at, title, url, channel, campaign in ask(_TOUCHES, part, True):
            facts = {"title": title, "url": url, "channel": channel or None, "campaign": campaign}
            found[person_id].append(rules.Touch(pk, kind, rules.instant(moment(occurred_at)), facts))
    return found


def score_of(facts: Facts, *, now: datetime, zone: ZoneInfo, card: rules.Scorecard | None = None) -> rules.Score:
    """One lead's score with all its lines."""
    touches = touches_of([facts.lead.person_id])[facts.lead.person_id]
    card = card or card_of(published())
    facts = with_own({facts.lead.pk: facts}, card.conditions)[facts.lead.pk]
    return rules.score(touches, card, facts.record(), now=now, zone=zone)
