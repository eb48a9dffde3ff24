"""Taking hold of a record before changing it, under the version the change was made against."""

from collections.abc import Mapping
from typing import Any

from django.db import models

from khoi.history.queries.stories import version_of
from khoi.history.queries.versions import base_of
from khoi.history.rules.versions import Clash, clashes, really_mine


class Stale(Exception):
    """Somebody else changed the same fields since; nothing was written. ``version`` is the present one."""

    def __init__(self, clashing: Mapping[str, Clash], version: int) -> None:
        super().__init__(f"changed meanwhile: {', '.join(clashing) or 'unknown version'}")
        self.clashing = dict(clashing)
        self.version = version


def claim_version(
    record: models.Model, *, version: int, changes: Mapping[str, Any], whole: bool = False
) -> dict[str, Any]:
    """Lock the record's row until the transaction ends, bring ``record`` up to date, and see that ``changes``
    (field → new value) touch nothing that somebody else changed since ``version``.

    Different fields go together, whoever is first. Raises ``Stale``. Call inside the transaction that writes.
    ``whole``: the changes are all that a form showed, so one that only repeats what stood there at ``version``
    is none; the changes that remain are returned, and only they may be written.
    """
    type(record)._base_manager.select_for_update().get(pk=record.pk)
    record.refresh_from_db()
    present = version_of(record)
    if version > present:
        raise Stale({}, present)
    return dict(changes) if version == present else _merged(record, version, present, changes, whole)


def claim_whole(record: models.Model, *, version: int) -> None:
    """Lock the record's row until the transaction ends. Raises ``Stale`` when anything of it changed since."""
    type(record)._base_manager.select_for_update().get(pk=record.pk)
    if (present := version_of(record)) != version:
        raise Stale({}, present)


def _merged(
    record: models.Model, version: int, present: int, changes: Mapping[str, Any], whole: bool
) -> dict[str, Any]:
    named = {name: field for name in changes if isinstance(field := _field(record, name), models.Field)}
    changed_since = base_of(record, version)
    mine = {name: _plain(value) for name, value in changes.items()}
    theirs = {name: getattr(record, field.attname) for name, field in named.items()}
    base = {name: changed_since[str(f.column)] for name, f in named.items() if f.column in changed_since}
    meant = really_mine(mine, base) if whole else mine.keys()
    if found := clashes({name: mine[name] for name in meant}, theirs, base):
        raise Stale(found, present)
    return {name: changes[name] for name in changes if name in meant}


def _field(record: models.Model, name: str) -> Any:
    """The model's field of that name; None for names a service understands but the table does not hold."""
    return next((f for f in record._meta.concrete_fields if name in (f.name, f.attname)), None)


def _plain(value: Any) -> Any:
    return value.pk if isinstance(value, models.Model) else value
