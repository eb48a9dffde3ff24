"""Files uploaded together: each has a run, and the first one starts and ends for all of them."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from khoi.capture.models import ImportRun
from khoi.capture.queries.import_files import open_file, read
from khoi.capture.queries.import_refusals import ImportRefused
from khoi.capture.queries.imports import imports_folder
from khoi.capture.services.importing.receiving import let_go, receive_file
from khoi.history.rules.actors import Actor

#: How much of a file is passed on at once is the upload's affair.
ARCHIVE: Final = ".zip"


def receive_files(uploads: Iterable[Any], *, whole: bool = True, by: Actor, now: datetime) -> ImportRun:
    """Keep the uploads; of several, and of an archive of several tables, the run returned stands for all. Raises
    ``ImportRefused`` and keeps none when one of them is no table. ``whole`` False: of an archive one table is meant."""
    runs: list[ImportRun] = []
    for upload in uploads:
        try:
            run = receive_file(upload.chunks(), filename=upload.name, by=by, now=now)
        except ImportRefused:
            for earlier in runs:
                let_go(earlier)
                earlier.delete()
            raise
        runs += [run, *(_others_inside(run) if whole else ())]
    first = min(runs, key=lambda run: (not _is_known(run, by), run.pk))
    for run in runs:
        if run is not first:
            run.move = first
            run.save(update_fields=["move"])
    return first


def _others_inside(run: ImportRun) -> list[ImportRun]:
    """The other tables of an archive, each with a run of its own on the same upload."""
    path = imports_folder() / run.stored_as
    if Path(run.file_name).suffix.casefold() != ARCHIVE:
        return []
    with read(path, filename=run.file_name) as table:
        names = table.sheets
    if len(names) < 2:
        return []
    run.sheet = names[0][:120]
    run.save(update_fields=["sheet"])
    kept = ("file_name", "size", "digest", "stored_as", "by_id", "created_at")
    others = [ImportRun(sheet=name[:120], **{field: getattr(run, field) for field in kept}) for name in names[1:]]
    for other in others:
        other.save()
    return others


def _is_known(run: ImportRun, by: Actor) -> bool:
    try:
        open_file(imports_folder() / run.stored_as, filename=run.file_name, sheet=run.sheet, by=by).table.close()
    except ImportRefused:
        return False
    return True
