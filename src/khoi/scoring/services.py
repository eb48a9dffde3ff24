"""Publishing a scorecard, and keeping every lead's score columns what the published one says."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Max

from khoi.history import services as history
from khoi.history.rules.actors import Actor
from khoi.kit.conditions import fields_of
from khoi.kit.refusals import Refusal
from khoi.leads.fields import Facts, every_field
from khoi.leads.models import SCORE_FIELDS, Lead
from khoi.scoring import rules
from khoi.scoring.models import Scorecard
from khoi.scoring.queries import TOUCH_FIELDS, Touches, published

_scored = attrgetter(*SCORE_FIELDS)
#: Two histories of the same touches differ by µs; closer than this is the same (see scoring.rules).
SAME = 1_000


def score_leads(
    facts: dict[int, Facts], *, touches: Touches, card: rules.Scorecard, now: datetime, zone: ZoneInfo
) -> tuple[dict[int, Facts], list[Lead]]:
    """Score the leads in memory. Returns the facts with today's engagement, and the leads whose columns changed."""
    scored, changed = {}, []
    score_of = _Scorer(card, now, zone)
    for pk, one in facts.items():
        score = score_of(touches.get(one.lead.person_id, ()), one)
        if _put(one.lead, score):
            changed.append(one.lead)
        scored[pk] = one if one.engagement == score.engagement else replace(one, engagement=score.engagement)
    return scored, changed


class _Scorer:
    """Scores each kind of untouched lead once: in a file of thousands most are alike in all that the card asks."""

    def __init__(self, card: rules.Scorecard, now: datetime, zone: ZoneInfo) -> None:
        self.card, self.now, self.zone = card, now, zone
        self.asked = sorted({name for rule in card.rules if rule.condition for name in fields_of(rule.condition)})
        self.scored: dict[tuple[object, ...], rules.Score] = {}

    def __call__(self, touches: Collection[rules.Touch], facts: Facts) -> rules.Score:
        if touches:
            return self._score(touches, facts)
        alike = tuple(facts.asked(name) for name in self.asked)
        if alike not in self.scored:
            self.scored[alike] = self._score((), facts)
        return self.scored[alike]

    def _score(self, touches: Collection[rules.Touch], facts: Facts) -> rules.Score:
        return rules.score(touches, self.card, facts.record(), now=self.now, zone=self.zone)


def _put(lead: Lead, score: rules.Score) -> bool:
    before = _scored(lead)
    after = (score.raised, score.lowered, score.lasts_until, score.fit_points, score.grade)
    if before == after or all(_same(a, b) for a, b in zip(before, after, strict=True)):
        return False
    for name, value in zip(SCORE_FIELDS, after, strict=True):
        setattr(lead, name, value)
    return True


def _same(a: object, b: object) -> bool:
    if isinstance(a, int) and isinstance(b, int):
        return abs(a - b) <= SAME if abs(a) > SAME else a == b
    return a == b


def publish_scorecard(
    *,
    half_life_days: int,
    entries: Sequence[Mapping[str, Any]],
    grades: Mapping[str, int],
    by: Actor,
    now: datetime,
) -> Scorecard:
    """A new version in force from now on; every lead is scored anew by it. The same again is no new version.

    ``entries`` and ``grades`` as ``rules.parse_card`` reads them. Raises ``Refusal`` for what it cannot read.
    """
    card, levels = [dict(entry) for entry in entries], dict(grades)
    try:
        rules.parse_card(1, half_life_days, card, levels, record_fields=every_field(), touch_fields=TOUCH_FIELDS)
    except rules.CardError as error:
        raise Refusal("card_unreadable", error.path, value=error.path or "half_life_days") from error
    with history.act("publish_scorecard", by=by, now=now):
        before = published()
        if before and (before.half_life_days, before.rules, before.grades) == (half_life_days, card, levels):
            return before
        last = Scorecard.objects.aggregate(last=Max("version"))["last"] or 0
        made: Scorecard = Scorecard.objects.create(
            name=before.name if before else "Default",
            version=last + 1,
            half_life_days=half_life_days,
            rules=card,
            grades=levels,
            published_at=now,
        )
    return made
