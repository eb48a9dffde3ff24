"""One archive of everything: the database at one moment, the files, and a manifest that says what is inside.

The secret key and the list of log-ins stay out; sessions of browsers too.
"""

import json
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection

from khoi import __version__
from khoi.operations import rules
from khoi.operations.queries.contents import Contents, contents
from khoi.operations.rules import Manifest
from khoi.operations.services import archiving, engines
from khoi.operations.services.rows import write_rows


@dataclass(frozen=True, slots=True)
class BackedUp:
    """``size`` in bytes; ``files``: how many uploaded files went along."""

    file: str
    size: int
    kind: str
    rows: int
    files: int
    made_at: str


def back_up(target: Path, *, now: datetime, portable: bool = False, note: bool = True) -> BackedUp:
    """Write ``target`` whole or not at all; others go on working meanwhile.

    ``portable`` keeps rows instead of the engine's own form, so the other engine can take them in.
    Raises ``archiving.NotABackup`` rather than overwrite something else, ``archiving.NoFolder`` rather than make one.
    """
    with archiving.workshop(target) as shop:
        kind, held, members = _database(shop, portable=portable)
        files = _files()
        manifest = _manifest(kind, held, now)
        manifest = archiving.write(target, members | files, manifest, shop=shop)
    rows = sum(manifest.counts.values())
    made = BackedUp(str(target), target.stat().st_size, kind, rows, len(files), manifest.made_at)
    if note:
        with suppress(OSError):  # the backup is made; that it was is only noted
            (settings.DATA_DIR / rules.LAST_BACKUP).write_text(json.dumps(asdict(made)), encoding="utf-8")
    return made


def keep_aside(why: str, *, now: datetime) -> str:
    """A backup for our own sake, before something that may go wrong; its path in the data folder."""
    folder: Path = settings.DATA_DIR / rules.BACKUPS
    folder.mkdir(parents=True, exist_ok=True)
    name = f"before-{why}-{now:%Y%m%d-%H%M%S}"
    taken = len(list(folder.glob(f"{name}*.khoi")))
    target = folder / (f"{name}-{taken + 1}.khoi" if taken else f"{name}.khoi")
    return back_up(target, now=now, note=False).file


def _database(shop: Path, *, portable: bool) -> tuple[str, Contents, dict[str, Path]]:
    if connection.vendor == "sqlite":
        return _from_sqlite(shop, portable=portable)
    with engines.standing_still():
        held = contents()
        if portable or not engines.can_dump():
            return rules.ROWS, held, write_rows(shop)
        engines.dump_postgresql(shop / "postgresql.dump")
        return rules.PG_DUMP, held, {"postgresql.dump": shop / "postgresql.dump"}


def _from_sqlite(shop: Path, *, portable: bool) -> tuple[str, Contents, dict[str, Path]]:
    copy = shop / "khoi.db"
    engines.copy_sqlite(copy)
    with engines.database_at(copy):
        held = contents()
        if portable:
            return rules.ROWS, held, write_rows(shop)
    engines.make_one_file(copy)
    return rules.SQLITE, held, {"khoi.db": copy}


def _files() -> dict[str, Path]:
    root: Path = settings.DATA_DIR
    paths = [path for folder in rules.FOLDERS for path in (root / folder).rglob("*") if path.is_file()]
    found = {path.relative_to(root).as_posix(): path for path in paths}
    return {name: path for name, path in sorted(found.items()) if rules.may_be_named(name)}


def _manifest(kind: str, held: Contents, now: datetime) -> Manifest:
    return Manifest(
        version=__version__,
        made_at=now.isoformat(timespec="seconds"),
        engine=connection.vendor,
        kind=kind,
        migrations=held.migrations,
        counts=held.counts,
        sequences=held.sequences,
        position=held.position,
        chain=held.chain,
        members={},
    )
