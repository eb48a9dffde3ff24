"""How far an import at work has come, and what somebody wants of it: files beside the upload, because the database may
be closed to others while rows are written."""

import contextlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from khoi.capture.models import ImportRun
from khoi.capture.queries.imports import imports_folder

PAUSE: Final = "pause"
CANCEL: Final = "cancel"


@dataclass(frozen=True, slots=True)
class Sign:
    """``rows`` read ``of`` so many; ``left``: seconds it will still take. None is not known yet."""

    rows: int = 0
    of: int | None = None
    left: int | None = None

    @property
    def minutes(self) -> int:
        """What is left, rounded."""
        return round((self.left or 0) / 60)


def sign_path(run: ImportRun) -> Path:
    return imports_folder() / f"{run.public_id.hex}.rows"


def wish_path(run: ImportRun) -> Path:
    return imports_folder() / f"{run.public_id.hex}.wish"


def course_path(run: ImportRun) -> Path:
    """What the file has said so far, while it comes in by parts."""
    return imports_folder() / f"{run.public_id.hex}.course"


def sign_of(run: ImportRun) -> Sign:
    """What the process at work said last; before it said anything, where the run stood."""
    with contextlib.suppress(OSError, ValueError, TypeError):
        return Sign(**json.loads(sign_path(run).read_text()))
    return Sign(run.counts.get("rows", 0), run.counts.get("of"))


def last_sign(run: ImportRun) -> datetime:
    """When the run was last seen at work."""
    began = run.started_at or run.created_at
    with contextlib.suppress(OSError):
        return max(began, datetime.fromtimestamp(sign_path(run).stat().st_mtime, tz=began.tzinfo))
    return began


def wish_for(run: ImportRun) -> str:
    """``PAUSE``, ``CANCEL`` or nothing."""
    with contextlib.suppress(OSError):
        said = wish_path(run).read_text()
        return said if said in (PAUSE, CANCEL) else ""
    return ""
