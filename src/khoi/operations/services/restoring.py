"""Bringing a backup back: proven on the side first, then put in place in one step of the database's own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from khoi.history import services as history
from khoi.history.rules.actors import SYSTEM
from khoi.operations import rules
from khoi.operations.queries import schema
from khoi.operations.queries.contents import contents
from khoi.operations.rules import Manifest
from khoi.operations.services import archiving, backing_up, engines, upgrading
from khoi.operations.services.rows import read_rows
from khoi.privacy import services as privacy


class NotEmpty(Exception):
    """There is a workspace with data, and nobody said that it may be replaced."""


class NotHere(Exception):
    """This installation cannot take the backup; ``reason`` is a code of ``rules.why_not_here``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Unproven(Exception):
    """The backup's own history does not verify, or differs from its manifest. Nothing was touched.

    ``reason``: other_end, other_rows, or a code of ``history.Verified``.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Restored:
    """``kept``: where the data that stood here before was put, None when there was none. ``erased``: people whom the
    backup brought back and who were erased again."""

    made_at: str
    rows: int
    files: int
    acts: int
    kept: str | None
    erased: int = 0


def restore(source: Path, *, now: datetime, replace: bool = False) -> Restored:
    """Make this installation what it was when the backup was made.

    Everything that can be found wrong is found before anything is touched. Raises ``archiving.Damaged``,
    ``NotHere``, ``NotEmpty``, ``Unproven``; a full disk or a kill leaves the old data in place.
    """
    manifest = archiving.check(source)
    if reason := rules.why_not_here(manifest, engine=connection.vendor, known=schema.known()):
        raise NotHere(reason)
    sound = connection.vendor != "sqlite" or engines.is_sound()
    if not replace and (not sound or schema.has_workspace()):
        raise NotEmpty
    if sound and schema.has_workspace() and not schema.pending():
        privacy.note_erasures()
    settings.DATA_DIR.mkdir(parents=True, exist_ok=True)
    with archiving.workshop(settings.DATA_DIR / "restore") as shop:
        archiving.unpack(source, shop, manifest)
        put = _into_sqlite if connection.vendor == "sqlite" else _into_postgresql
        kept, again = put(shop, manifest, lambda: _keep(now) if sound else _put_aside(now), now)
    _sweep(manifest)
    if not history.is_in_shape():
        _note(manifest, now)
    found = history.verify()
    if not found.ok:
        raise Unproven(found.reason or "")
    return Restored(manifest.made_at, sum(manifest.counts.values()), len(_files(manifest)), found.acts, kept, again)


Keep = Callable[[], str | None]


def _into_sqlite(shop: Path, manifest: Manifest, keep: Keep, now: datetime) -> tuple[str | None, int]:
    """What was kept of the old data, and how many were erased again. All of it is done to a copy, which then takes
    the place of the live database: nobody erased is served for a moment, and a kill leaves a whole history."""
    staged = shop / "khoi.db"
    with engines.database_at(staged):
        if manifest.kind == rules.ROWS:
            upgrading.upgrade_tables()
            read_rows(shop, manifest.sequences, prove=lambda: _prove(manifest))
        else:
            upgrading.upgrade_tables()
            _prove(manifest)
    kept = keep()
    coming = history.shape_once_replaced()
    _put_files(shop, manifest)
    with engines.database_at(staged):
        again = privacy.replay_erasures(now=now)
        _note(manifest, now, coming)
    engines.make_one_file(staged)
    engines.put_sqlite(staged)
    return kept, again


def _note(manifest: Manifest, now: datetime, coming: str | None = None) -> None:
    history.note_shape("restore_backup", by=SYSTEM, now=now, why={"made_at": manifest.made_at}, coming=coming)


def _into_postgresql(shop: Path, manifest: Manifest, keep: Keep, now: datetime) -> tuple[str | None, int]:
    """The same, in place: rows in one transaction with the erasures, a dump of PostgreSQL's own with them behind it."""
    kept = keep()
    _put_files(shop, manifest)
    again: list[int] = []

    def prove() -> None:
        _prove(manifest)
        again.append(privacy.replay_erasures(now=now))

    if manifest.kind == rules.ROWS:
        upgrading.upgrade_tables()
        read_rows(shop, manifest.sequences, prove=prove)
    else:
        engines.put_postgresql(shop / "postgresql.dump", shop)
        upgrading.upgrade_tables()
        again.append(privacy.replay_erasures(now=now))
    return kept, sum(again)


def _prove(manifest: Manifest) -> None:
    """The chain holds and ends where the manifest says; the same rows, unless an upgrade reshaped them."""
    held = contents()
    same_shape = set(held.migrations) == set(manifest.migrations)
    if (held.position, held.chain) != (manifest.position, manifest.chain):
        raise Unproven("other_end")
    if same_shape and held.counts != dict(manifest.counts):
        raise Unproven("other_rows")
    if not (found := history.verify(moved=True)).ok:
        raise Unproven(found.reason or "")


def _keep(now: datetime) -> str | None:
    """The data that stands here, as a backup of its own."""
    return backing_up.keep_aside("restore", now=now) if schema.has_workspace() else None


def _put_aside(now: datetime) -> str:
    """A database that cannot be read cannot be backed up: its files are moved as they are."""
    live = Path(connection.settings_dict["NAME"])
    folder: Path = settings.DATA_DIR / rules.BACKUPS / f"unreadable-{now:%Y%m%d-%H%M%S}"
    folder.mkdir(parents=True, mode=0o700)
    connection.close()
    for path in (live.with_name(live.name + ending) for ending in ("-wal", "-shm", "")):
        if path.exists():
            path.replace(folder / path.name)
    return str(folder)


def _put_files(shop: Path, manifest: Manifest) -> None:
    """Before the database that speaks of them. A file is named by its content, so none is lost."""
    for name in _files(manifest):
        target: Path = settings.DATA_DIR / name
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        (shop / name).replace(target)


def _sweep(manifest: Manifest) -> None:
    """Files that the restored database does not speak of; the kept backup has them."""
    root: Path = settings.DATA_DIR
    wanted = _files(manifest)
    for path in (path for folder in rules.FOLDERS for path in (root / folder).rglob("*")):
        if path.is_file() and path.relative_to(root).as_posix() not in wanted:
            path.unlink()


def _files(manifest: Manifest) -> frozenset[str]:
    return frozenset(name for name in manifest.members if name.partition("/")[0] in rules.FOLDERS)
