"""What a backup says of itself, and whether it may be restored here."""

import json
import re
from collections.abc import Mapping, Set
from dataclasses import asdict, dataclass
from typing import Any, Final

FORMAT: Final = 1
#: In the data folder: when the last backup was made, and where. A file, because a restore brings back old rows.
LAST_BACKUP: Final = "last-backup.json"
#: In the data folder: what we keep by ourselves, before an upgrade or a restore.
BACKUPS: Final = "backups"
#: Folders of the data folder that go along: what was uploaded, and the tables of imports.
FOLDERS: Final = ("files", "imports")
#: How the database is kept inside: SQLite's own file, pg_dump's archive, or one JSON line per row.
SQLITE, PG_DUMP, ROWS = "sqlite", "pg_dump", "rows"
#: Which kinds an engine can take in.
READS: Final = {"sqlite": {SQLITE, ROWS}, "postgresql": {PG_DUMP, ROWS}}
#: No other name inside an archive is ever written to disk: no way up, no hidden file, no drive.
_NAMES: Final = re.compile(r"khoi\.db|postgresql\.dump|rows/\w+\.jsonl|(files|imports)(/[\w-][\w.-]*)+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the archive; ``size`` in bytes, unpacked."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the archive holds. ``position`` and ``chain`` (hex) are the end of the history's chain;
    ``counts``: rows per table; ``sequences``: the last id ever given per table."""

    version: str
    made_at: str
    engine: str
    kind: str
    migrations: tuple[str, ...]
    counts: Mapping[str, int]
    sequences: Mapping[str, int]
    position: int
    chain: str
    members: Mapping[str, Member]
    format: int = FORMAT

    def text(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True)


def read_manifest(text: str) -> Manifest:
    """Raises ``ValueError`` for anything that is not a manifest of ours."""
    try:
        values: dict[str, Any] = json.loads(text)
        members = {str(name): Member(**member) for name, member in values.pop("members").items()}
        return Manifest(**{**values, "members": members, "migrations": tuple(values["migrations"])})
    except (AttributeError, KeyError, TypeError, json.JSONDecodeError) as broken:
        raise ValueError("no manifest") from broken


def may_be_named(name: str) -> bool:
    """Whether a member of that name may be unpacked."""
    return _NAMES.fullmatch(name) is not None


def why_not_here(manifest: Manifest, *, engine: str, known: Set[str]) -> str | None:
    """A code for why this installation cannot take the backup, or None.

    ``too_new``: made by a Khơi that knows tables this one does not. ``other_engine``: only a portable
    backup moves between databases. ``too_old``: a portable one needs the tables it was made of.
    """
    migrations = set(manifest.migrations)
    if manifest.format > FORMAT or migrations - known:
        return "too_new"
    if manifest.kind not in READS.get(engine, set()):
        return "other_engine"
    if manifest.kind == ROWS and migrations != known:
        return "too_old"
    return None
