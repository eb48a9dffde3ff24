"""``db shell``: SQL by hand. Everything typed belongs to one act, so even this is in the history."""

import sqlite3
import sys
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

from khoi.cli import installation
from khoi.cli.answering import DONE, FAILED, Stop, say, table, warn
from khoi.cli.language import gettext as _


def open_shell(options: Namespace) -> int:
    """Reads statements that end with ``;`` until the input ends, then keeps all of them or, after a fault, none."""
    installation.open_workspace()
    from django.db import DatabaseError

    from khoi.history import services as history
    from khoi.kit.db.full import is_full
    from khoi.team.rules import OWNER_OF_THE_MACHINE

    if sys.stdin.isatty():
        say(_("All you type is one act. End each statement with ;  Ctrl+D keeps all of it, a fault or Ctrl+C nothing."))
    try:
        with history.act("hand_made_sql", by=OWNER_OF_THE_MACHINE, now=installation.now()) as act:
            for statement in _statements():
                _run(statement)
    except DatabaseError as fault:
        if is_full(fault):
            raise
        raise Stop(_("%s. Nothing was kept.") % fault) from None
    except KeyboardInterrupt:
        warn(_("Nothing was kept."))
        return FAILED
    say(_("Kept as act %d.") % act.pk if act.position else _("Nothing was changed."))
    return DONE


def _statements() -> Iterator[str]:
    """Statements as they are completed; a ``;`` inside a text or a trigger ends nothing."""
    typed = ""
    for line in sys.stdin:
        typed += line
        if sqlite3.complete_statement(typed):
            yield typed
            typed = ""
    if typed.strip():
        yield typed


def _run(statement: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        if cursor.description is None:
            say(_("%d rows") % max(cursor.rowcount, 0))
            return
        head = [column[0] for column in cursor.description]
        say(*table(head, (_readable(row) for row in cursor.fetchmany(1_000))))


def _readable(row: Any) -> list[object]:
    return [value.hex() if isinstance(value, bytes) else value for value in row]
