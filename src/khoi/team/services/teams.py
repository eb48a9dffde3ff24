"""Teams."""

from datetime import datetime

from khoi.history import services as history
from khoi.history.rules.actors import Actor
from khoi.kit.refusals import Refusal
from khoi.team.models import Team


def add_team(name: str, *, by: Actor, now: datetime) -> Team:
    with history.act("add_team", by=by, now=now):
        return Team.objects.create(name=_free_name(name), created_at=now)


def rename_team(team: Team, *, name: str, by: Actor, now: datetime) -> Team:
    with history.act("rename_team", by=by, now=now, subject=team):
        team.name = _free_name(name, beside=team)
        team.save(update_fields=["name"])
    return team


def _free_name(name: str, beside: Team | None = None) -> str:
    words = " ".join(name.split())
    if not words:
        raise Refusal("required", "name")
    if len(words) > 120:
        raise Refusal("too_long", "name", limit=120)
    others = Team.objects.exclude(pk=beside.pk if beside else 0)
    if any(other.casefold() == words.casefold() for other in others.values_list("name", flat=True)):
        raise Refusal("name_taken", "name", value=words)
    return words
