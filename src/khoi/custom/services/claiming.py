"""Changing a record and its custom fields under the version the change was made against."""

from collections.abc import Mapping
from typing import Any

from django.db import models

from khoi.custom.queries import values_at, values_of
from khoi.custom.rules import PREFIX, as_json
from khoi.history import services as history
from khoi.history.queries import version_of
from khoi.history.rules.versions import Clash, clashes
from khoi.history.services import Stale


def claim_version(
    record: models.Model, *, version: int, changes: Mapping[str, Any], whole: bool = False
) -> dict[str, Any]:
    """As ``history.claim_version``; ``changes["custom"]`` are typed values by key. Different fields go together, the
    same one clashes under its name ``custom.<key>`` with the values as JSON has them, and all that clashes is said at
    once."""
    own = {name: value for name, value in changes.items() if name != "custom"}
    custom = dict(changes.get("custom") or {})
    found: dict[str, Clash] = {}
    kept = dict(own)
    try:
        kept = history.claim_version(record, version=version, changes=own, whole=whole)
    except Stale as stale:
        if not stale.clashing:
            raise
        found = stale.clashing
    found |= _clashing(record, version, custom)
    if found:
        raise Stale(found, version_of(record))
    return {**kept, "custom": custom} if "custom" in changes else kept


def _clashing(record: models.Model, version: int, mine: Mapping[str, Any]) -> dict[str, Clash]:
    if not mine or not (base := values_at(record, version)):
        return {}
    present = values_of([record]).get(record.pk, {})
    theirs = {key: present.get(key) for key in mine}
    return {f"{PREFIX}{key}": _told(clash) for key, clash in clashes(mine, theirs, base).items()}


def _told(clash: Clash) -> Clash:
    return Clash(as_json(clash.mine), as_json(clash.theirs), as_json(clash.base))
