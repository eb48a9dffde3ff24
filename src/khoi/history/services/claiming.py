"""Taking hold of a record before changing it, under the version the change was made against."""

from collections.abc import Mapping
from typing import Any

from django.db import models

from khoi.history.queries.stories import version_of
from khoi.history.queries.versions import base_of
from khoi.history.rules.versions import Clash, clashes


class Stale(Exception):
    """Somebody else changed the same fields since; nothing was written. ``version`` is the present one."""

    def __init__(self, clashing: Mapping[str, Clash], version: int) -> None:
        super().__init__(f"changed meanwhile: {', '.join(clashing) or 'unknown version'}")
        self.clashing = dict(clashing)
        self.version = version


def claim_version(record: models.Model, *, version: int, changes: Mapping[str, Any]) -> None:
    """Lock the record's row until the transaction ends, bring ``record`` up to date, and see that ``changes``
    (field → new value) touch nothing that somebody else changed since ``version``.

    Different fields go together, whoever is first. Raises ``Stale``. Call inside the transaction that writes.
    """
    type(record)._base_manager.select_for_update().get(pk=record.pk)
    record.refresh_from_db()
    present = version_of(record)
    if version > present:
        raise Stale({}, present)
    if version < present and (found := _clashing(record, version, changes)):
        raise Stale(found, present)


def _clashing(record: models.Model, version: int, changes: Mapping[str, Any]) -> dict[str, Clash]:
    named = {name: field for name in changes if isinstance(field := _field(record, name), models.Field)}
    changed_since = base_of(record, version)
    mine = {name: _plain(changes[name]) for name in named}
    theirs = {name: getattr(record, field.attname) for name, field in named.items()}
    base = {name: changed_since[str(f.column)] for name, f in named.items() if f.column in changed_since}
    return clashes(mine, theirs, base)


def _field(record: models.Model, name: str) -> Any:
    """The model's field of that name; None for names a service understands but the table does not hold."""
    return next((f for f in record._meta.concrete_fields if name in (f.name, f.attname)), None)


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value
