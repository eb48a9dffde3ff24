"""One zip file: written whole or not at all, read only after every byte was checked."""

import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import IO, Final

from khoi.operations.rules import Manifest, Member, may_be_named, read_manifest

MANIFEST: Final = "manifest.json"
CHUNK: Final = 1 << 20


class Damaged(Exception):
    """The archive is not what it was when it was written, or never was one. ``member`` names the first bad part."""

    def __init__(self, member: str) -> None:
        super().__init__(member)
        self.member = member


class NotABackup(Exception):
    """There is a file of that name, and it is not a backup: it is not overwritten."""


class NoFolder(Exception):
    """The folder is not there. It is not made: a disk that is not mounted would go unnoticed."""


@contextmanager
def workshop(beside: Path) -> Iterator[Path]:
    """A private folder on the same disk as ``beside``, gone afterwards whatever happens. Raises ``NoFolder``."""
    if not beside.parent.is_dir():
        raise NoFolder(str(beside.parent))
    _clear_away(beside)
    folder = Path(tempfile.mkdtemp(prefix=f".{beside.name}-{os.getpid()}-", suffix=".partial", dir=beside.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _clear_away(beside: Path) -> None:
    """What a killed process left here."""
    for left in beside.parent.glob(f".{beside.name}-*.partial"):
        owner = left.name.removeprefix(f".{beside.name}-").partition("-")[0]
        if owner.isdigit() and not _lives(int(owner)):
            shutil.rmtree(left, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True


def write(target: Path, members: Mapping[str, Path], manifest: Manifest, *, shop: Path) -> Manifest:
    """Pack the members; ``target`` appears in one step when the archive is whole and on the disk."""
    if target.exists() and target.stat().st_size and not zipfile.is_zipfile(target):
        raise NotABackup(str(target))
    packed = shop / "archive.zip"
    found: dict[str, Member] = {}
    with _private(packed) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, path in members.items():
            if not path.exists():  # the table of an import that has just ended
                continue
            with path.open("rb") as source, archive.open(_entry(name), "w", force_zip64=True) as into:
                found[name] = _copy(source, into.write)
        manifest = replace(manifest, members=found)
        archive.writestr(MANIFEST, manifest.text())
    packed.replace(target)
    _settle(target.parent)
    return manifest


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


@contextmanager
def _private(path: Path) -> Iterator[IO[bytes]]:
    """Readable by its owner alone, and on the disk before it gets its name."""
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    """A new name survives the power only once its folder is on the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _copy(source: IO[bytes], write_: Callable[[bytes], object], limit: int | None = None) -> Member:
    """Copies in chunks; stops after ``limit`` bytes, so that a bomb does not unfold."""
    digest, size = hashlib.sha256(), 0
    while chunk := source.read(CHUNK):
        size += len(chunk)
        if limit is not None and size > limit:
            break
        digest.update(chunk)
        write_(chunk)
    return Member(digest.hexdigest(), size)


def check(path: Path) -> Manifest:
    """The manifest, after every member was read and compared with it. Raises ``Damaged``; writes nothing."""
    try:
        with zipfile.ZipFile(path) as archive:
            manifest = read_manifest(archive.read(MANIFEST).decode())
            names = archive.namelist()
            if sorted(names) != sorted([MANIFEST, *manifest.members]):
                raise Damaged(MANIFEST)
            for name, member in manifest.members.items():
                _check_member(archive, name, member)
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError) as broken:
        raise Damaged(path.name) from broken
    return manifest


def _check_member(archive: zipfile.ZipFile, name: str, member: Member) -> None:
    try:
        with archive.open(name) as source:
            found = _copy(source, lambda chunk: None, limit=member.size)
    except Exception as broken:
        raise Damaged(name) from broken
    if found != member or not may_be_named(name):
        raise Damaged(name)


def unpack(path: Path, folder: Path, manifest: Manifest) -> None:
    """Write the members below ``folder`` under their checked names."""
    with zipfile.ZipFile(path) as archive:
        for name, member in manifest.members.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(name) as source, _private(target) as into:
                if _copy(source, into.write, limit=member.size) != member:
                    raise Damaged(name)
