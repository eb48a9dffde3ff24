"""``export``: all leads, people, accounts or deals as a table, or as JSON Lines for programs."""

import json
import sys
from argparse import Namespace
from pathlib import Path
from typing import BinaryIO

from khoi.cli import installation
from khoi.cli.answering import DONE, MISUSED, Stop
from khoi.cli.language import gettext as _
from khoi.cli.refusals import reason


def export(options: Namespace) -> int:
    """To the file named, else to where the command's answer goes."""
    if options.format == "xlsx" and options.output is None and sys.stdout.isatty():
        raise Stop(_("A spreadsheet is nothing to look at here: name a file with --output."), code=MISUSED)
    installation.open_workspace()
    if options.output is None:
        _write(sys.stdout.buffer, options)
        return DONE
    try:
        with Path(options.output).open("wb") as file:
            _write(file, options)
    except OSError as fault:
        says = _("%(file)s: %(reason)s.") % {"file": options.output, "reason": reason(fault)}
        raise Stop(says, code=MISUSED, error="no_output") from None
    return DONE


def _write(out: BinaryIO, options: Namespace) -> None:
    from khoi.capture.queries import exporting
    from khoi.kit.tabular import write_csv_roundtrip, write_csv_safe, write_xlsx
    from khoi.team.rules import OWNER_OF_THE_MACHINE

    exported = exporting.export(options.what, OWNER_OF_THE_MACHINE)
    if options.format == "jsonl":
        out.writelines(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in exporting.objects_of(exported))
        return
    cells = exporting.cells_of(exported)
    if options.format == "xlsx":
        write_xlsx(out, exported.columns, cells)
    elif options.round_trip:
        write_csv_roundtrip(out, exported.columns, cells)
    else:
        write_csv_safe(out, exported.columns, cells)
