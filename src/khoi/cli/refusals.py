"""What may go wrong, as one sentence that says what happened, what was kept and what to do. No tracebacks."""

import errno
import os
import sqlite3
import sys
from collections.abc import Callable

from khoi.cli.answering import FAILED, REFUSED, Stop, show_json, warn
from khoi.cli.language import gettext as _
from khoi.kit.db.full import is_full

INTERRUPTED = 130


def guarded(command: Callable[[], int], *, as_json: bool) -> int:
    """Run a command; what it raises becomes a sentence and a code. A fault of ours keeps its traceback."""
    try:
        return command()
    except BrokenPipeError:
        _hush()
        return FAILED
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as problem:
        stop = problem if isinstance(problem, Stop) else explained(problem)
        if stop is None:
            raise
        if as_json:
            try:
                show_json(stop.told())
            except BrokenPipeError:
                _hush()
        warn(stop.sentence)
        return stop.code


def _hush() -> None:
    """Whoever read us has read enough."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def explained(problem: Exception) -> Stop | None:
    """The sentence for what a person can cause or mend; None for the rest."""
    for explain in (_ours, _of_the_database, _of_the_disk):
        if (stop := explain(problem)) is not None:
            return stop
    return None


def _ours(problem: Exception) -> Stop | None:
    from django.apps import apps
    from django.core.exceptions import ImproperlyConfigured

    if isinstance(problem, ImproperlyConfigured):
        return Stop(_("The settings do not hold: %s") % _(str(problem)), error="bad_settings")
    if not apps.ready:
        return None
    from khoi.kit.refusals import Refusal
    from khoi.operations import services as operations

    if isinstance(problem, Refusal):
        answer = {"refused": problem.code, "field": problem.field, "message": str(problem)}
        return Stop(_("%s Nothing was changed.") % problem, code=REFUSED, error=problem.code, answer=answer)
    if isinstance(problem, operations.TooNew):
        return Stop(_("This workspace was last used by a newer Khơi. Nothing was changed; use that version."))
    if isinstance(problem, operations.ToolFailed):
        return Stop(_("PostgreSQL’s own tool refused: %s. The data is as it was.") % problem)
    return None


def _of_the_database(problem: Exception) -> Stop | None:
    if "django" not in sys.modules:
        return None
    from django.db import DatabaseError, OperationalError

    text = str(problem).strip()
    if not isinstance(problem, DatabaseError | sqlite3.Error):
        return None
    if is_full(problem):
        return _full()
    if "locked" in text or "lock timeout" in text:
        return Stop(_("The database is busy: another program holds it. Nothing was changed; try again."))
    if "readonly" in text or "unable to open" in text:
        return Stop(_("The database cannot be written or opened (%s). Nothing was changed.") % text)
    if "not a database" in text or "malformed" in text:
        return Stop(_("The database file is damaged (%s). Restore a backup: khoi restore FILE --replace") % text)
    if isinstance(problem, OperationalError) and os.environ.get("KHOI_DATABASE_URL"):
        return Stop(_("The database of KHOI_DATABASE_URL does not answer: %s") % text.splitlines()[0])
    return None


def _full() -> Stop:
    return Stop(_("The disk is full. Nothing was changed; make room and try again."))


def _of_the_disk(problem: Exception) -> Stop | None:
    if not isinstance(problem, OSError):
        return None
    if is_full(problem):
        return _full()
    if isinstance(problem, FileNotFoundError):
        return Stop(_("There is no file %s.") % problem.filename, error="no_file")
    return Stop(_("%(file)s: %(reason)s. Nothing was changed.") % {"file": problem.filename, "reason": reason(problem)})


def reason(problem: OSError) -> str:
    """Why the system did not open it, in the language of the command; rare reasons as the system says them."""
    says = {
        errno.ENOENT: _("there is no such file"),
        errno.EACCES: _("it may not be read or written by you"),
        errno.EPERM: _("it may not be read or written by you"),
        errno.EISDIR: _("it is a folder"),
        errno.ENOTDIR: _("a part of its path is no folder"),
        errno.EROFS: _("the disk can only be read"),
        errno.EADDRINUSE: _("another program uses it"),
        errno.EADDRNOTAVAIL: _("this machine has no such address"),
        errno.ENAMETOOLONG: _("its name is too long"),
    }
    return says.get(problem.errno or 0, problem.strerror or type(problem).__name__)
