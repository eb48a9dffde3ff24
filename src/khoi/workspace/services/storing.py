"""Files on disk are named by their content: nothing a user types reaches a path."""

import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import IO

from django.conf import settings

from khoi.history import services as history
from khoi.history.rules.actors import Actor
from khoi.kit.refusals import Refusal
from khoi.workspace.models import File
from khoi.workspace.rules import media_type, shown_name


def store_file(chunks: Iterable[bytes], *, name: str, limit: int | None = None, by: Actor, now: datetime) -> File:
    """Keep a file, given in pieces (``upload.chunks()``); the same content under the same name is kept once.

    ``limit``: bytes it may have, ``settings.UPLOAD_LIMIT`` by default; raises ``Refusal("too_large")``. The
    content is safely on disk before the row that names it is written.
    """
    digest, head, size = _keep(chunks, settings.UPLOAD_LIMIT if limit is None else limit)
    with history.act("store_file", by=by, now=now):
        known = File.objects.filter(digest=digest, name=(shown := shown_name(name))).first()
        return known or File.objects.create(
            digest=digest, name=shown, media_type=media_type(head), size=size, created_at=now
        )


def open_file(file: File) -> IO[bytes]:
    """The content, for reading. Raises FileNotFoundError when the data folder has lost it."""
    return _place(file.digest).open("rb")


def delete_content(digest: str) -> None:
    """Take the content off the disk. Only for one that no row names any more."""
    _place(digest).unlink(missing_ok=True)


def _keep(chunks: Iterable[bytes], limit: int) -> tuple[str, bytes, int]:
    """Digest, first bytes and size. Written beside its place, synced, and moved there in one step."""
    folder: Path = settings.FILES_DIR
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, temporary = tempfile.mkstemp(dir=folder, prefix=".coming-")
    digest, head, size = sha256(), b"", 0
    try:
        with os.fdopen(handle, "wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > limit:
                    raise Refusal("too_large", "file", limit=max(1, limit // 1_000_000))
                if len(head) < 512:
                    head += chunk[:512]
                digest.update(chunk)
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        place = _place(digest.hexdigest())
        place.parent.mkdir(exist_ok=True, mode=0o700)
        Path(temporary).replace(place)
    except BaseException:
        with suppress(FileNotFoundError):
            Path(temporary).unlink()
        raise
    return digest.hexdigest(), head, size


def _place(digest: str) -> Path:
    folder: Path = settings.FILES_DIR
    return folder / digest[:2] / digest
