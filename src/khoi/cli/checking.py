"""``verify`` and ``recompute``: proving that the history is whole, and that what is computed is right."""

import os
from argparse import Namespace
from dataclasses import asdict
from typing import Any

from khoi.cli import installation
from khoi.cli.answering import DONE, FAILED, show
from khoi.cli.language import gettext as _
from khoi.cli.language import ngettext


def verify(options: Namespace) -> int:
    installation.open_workspace()
    from khoi.history import services as history
    from khoi.operations import services as operations
    from khoi.team.rules import OWNER_OF_THE_MACHINE

    if options.accept_shape and not history.is_in_shape():
        history.note_shape("accept_shape", by=OWNER_OF_THE_MACHINE, now=installation.now())
    found = history.verify(workers=os.cpu_count() or 1 if hasattr(os, "fork") else 1)
    operations.note_check("operations.jobs.verify_history", asdict(found), now=installation.now())
    whole = ngettext("The history is whole: %d act.", "The history is whole: %d acts.", found.acts) % found.acts
    line = whole if found.ok else _broken(found)
    show(asdict(found), as_json=options.json, lines=[line])
    return DONE if found.ok else FAILED


def _broken(found: Any) -> str:
    """What is wrong where: the first bad act, a row, or a trigger of the record."""
    if found.reason == "trigger":
        return str(_("The record of changes was tampered with: %s is missing or was changed.") % found.first_bad)
    if found.reason == "reshaped":
        return str(
            _(
                "Somebody changed tables or triggers beside Khơi, so rows may have been rewritten unseen. "
                "If that was you, say khoi verify --accept-shape."
            )
        )
    if found.reason == "unrecorded":
        return str(_("The history is not whole: the row %s came or went beside the record.") % found.first_bad)
    broken = _("The history was altered (%(reason)s); the first bad one is act %(act)s.")
    return broken % {"reason": found.reason, "act": found.first_bad}


def recompute(options: Namespace) -> int:
    installation.open_workspace()
    from khoi.lifecycle import services as lifecycle

    drift = lifecycle.recompute(check=options.check, now=installation.now())
    by_table = {name: count for name, count in asdict(drift).items() if count}
    answer = {"ok": not drift.total, "checked": options.check, "drift": drift.total, "by_table": by_table}
    show(answer, as_json=options.json, lines=_sentences(drift.total, by_table, checked=options.check))
    return FAILED if options.check and drift.total else DONE


def _sentences(total: int, by_table: dict[str, int], *, checked: bool) -> list[str]:
    if not total:
        return [_("Everything that is computed is right.")]
    says = (
        ngettext("%d row differs from what the facts say:", "%d rows differ from what the facts say:", total)
        if checked
        else ngettext("%d row was put right:", "%d rows were put right:", total)
    )
    return [says % total, *(f"  {name}: {count}" for name, count in by_table.items())]
