"""Sources, campaigns and what they cost."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from khoi.campaigns.models import Campaign, Channel, Cost, Source
from khoi.history import services as history
from khoi.history.rules.actors import Actor
from khoi.kit.fold import fold
from khoi.kit.refusals import Refusal

SOURCE_FIELDS: Final = frozenset({"name", "name_vi"})
CAMPAIGN_FIELDS: Final = frozenset({"name", "channel", "starts_on", "ends_on", "budget", "currency"})
LARGEST: Final = 9_000_000_000_000_000  # minor units; far from what the column holds


def add_source(*, name: str, code: str = "", name_vi: str = "", by: Actor, now: datetime) -> Source:
    """``code`` is what files and programs name it by, for ever; made from the name when none is given."""
    words = _named(name)
    with history.act("add_source", by=by, now=now):
        made: Source = Source.objects.create(
            code=_free_code(Source, code or words, 60), name=words[:120], name_vi=_words(name_vi)[:120], created_at=now
        )
    return made


def edit_source(source: Source, *, changes: Mapping[str, Any], by: Actor, now: datetime) -> Source:
    _know(changes, SOURCE_FIELDS)
    values = {name: _words(value)[:120] for name, value in changes.items()}
    if "name" in values:
        _named(values["name"])
    with history.act("edit_source", by=by, now=now, subject=source):
        _put(source, values)
    return source


def add_campaign(
    *,
    name: str,
    code: str = "",
    channel: str = "",
    starts_on: date | None = None,
    ends_on: date | None = None,
    budget: int | None = None,
    currency: str = "VND",
    by: Actor,
    now: datetime,
) -> Campaign:
    """``ends_on`` is its last day. ``budget`` in minor units; None when nobody set one."""
    words = _named(name)
    values = {"channel": channel, "starts_on": starts_on, "ends_on": ends_on, "budget": budget, "currency": currency}
    _check_campaign(values)
    with history.act("add_campaign", by=by, now=now):
        made: Campaign = Campaign.objects.create(
            code=_free_code(Campaign, code or words, 60), name=words[:160], created_at=now, **values
        )
    return made


def edit_campaign(campaign: Campaign, *, changes: Mapping[str, Any], by: Actor, now: datetime) -> Campaign:
    _know(changes, CAMPAIGN_FIELDS)
    values = dict(changes)
    if "name" in values:
        values["name"] = _named(values["name"])[:160]
    present = {name: getattr(campaign, name) for name in CAMPAIGN_FIELDS}
    _check_campaign(present | values)
    with history.act("edit_campaign", by=by, now=now, subject=campaign):
        _put(campaign, values)
    return campaign


def add_cost(
    source: Source,
    *,
    amount: int,
    period_start: date,
    period_end: date,
    currency: str = "VND",
    campaign: Campaign | None = None,
    note: str = "",
    by: Actor,
    now: datetime,
) -> Cost:
    """Money spent on the source from ``period_start`` to the day before ``period_end``, in minor units."""
    if period_end <= period_start:
        raise Refusal("period_is_empty", "period_end")
    _check_money(amount, "amount")
    with history.act("add_cost", by=by, now=now, subject=source):
        made: Cost = Cost.objects.create(
            source=source,
            campaign=campaign,
            period_start=period_start,
            period_end=period_end,
            amount=amount,
            currency=currency,
            note=_words(note)[:200],
            created_at=now,
        )
    return made


def _know(changes: Mapping[str, Any], known: frozenset[str]) -> None:
    if unknown := changes.keys() - known:
        raise Refusal("unknown_field", sorted(unknown)[0], value=sorted(unknown)[0])


def _words(text: str) -> str:
    return " ".join(str(text).split())


def _named(text: str) -> str:
    if not (words := _words(text)):
        raise Refusal("required", "name")
    return words


def _check_campaign(values: Mapping[str, Any]) -> None:
    if values["channel"] and values["channel"] not in Channel.values:
        raise Refusal("unknown_choice", "channel", value=values["channel"])
    if values["starts_on"] and values["ends_on"] and values["ends_on"] < values["starts_on"]:
        raise Refusal("period_is_empty", "ends_on")
    if values["budget"] is not None:
        _check_money(values["budget"], "budget")


def _check_money(amount: int, field: str) -> None:
    if amount < 0:
        raise Refusal("negative", field)
    if amount > LARGEST:
        raise Refusal("not_money", field, value=amount)


def _free_code(model: Any, text: str, most: int) -> str:
    """lower_snake, and nobody else's yet."""
    code = re.sub(r"[^a-z0-9]+", "_", fold(text)).strip("_")[:most]
    if not code:
        raise Refusal("required", "code")
    if model.objects.filter(code=code).exists():
        raise Refusal("name_taken", "code", value=code)
    return code


def _put(record: Any, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(record, name, value)
    record.save(update_fields=list(values))
