"""Uploads: kept under a name of our own, and let go of once they have done their duty."""

import os
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.db import transaction

from khoi.capture.models import ImportRun
from khoi.capture.queries.import_files import read
from khoi.capture.queries.import_refusals import ImportRefused
from khoi.capture.queries.imports import imports_folder as folder
from khoi.capture.services.importing.course import forget_course
from khoi.history.rules.actors import Actor


def receive_file(pieces: Iterable[bytes], *, filename: str, by: Actor, now: datetime) -> ImportRun:
    """Keep an upload under a name of our own and see that it is a table. Raises ``ImportRefused``."""
    run = ImportRun(file_name=label_of(filename), by_id=by.id, created_at=now)
    run.stored_as = f"{run.public_id.hex}.upload"
    path = folder() / run.stored_as
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        run.size, run.digest = _store(pieces, path)
        read(path, filename=run.file_name).close()
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    run.save()
    return run


def _store(pieces: Iterable[bytes], path: Path) -> tuple[int, str]:
    """Size and digest of what was written."""
    size, digest = 0, sha256()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        for piece in pieces:
            size += len(piece)
            if size > settings.UPLOAD_LIMIT:
                raise ImportRefused("file_too_large", limit=settings.UPLOAD_LIMIT // 1_000_000)
            digest.update(piece)
            file.write(piece)
    return size, digest.hexdigest()


def label_of(filename: str) -> str:
    """What the user called it, to show; never a path."""
    name = filename.replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in name if sign.isprintable())[:255] or "file"


def let_go(run: ImportRun) -> None:
    """The upload has done its duty: it goes once it is certain that nobody needs it."""
    if run.stored_as:
        path = folder() / run.stored_as
        transaction.on_commit(lambda: path.unlink(missing_ok=True))
        ImportRun.objects.filter(pk=run.pk).update(stored_as="")
        run.stored_as = ""
    forget_course(run)
