"""Files of leads and deals: read through a mapping, taken in as one act, bad rows handed back."""

from khoi.capture.queries.import_files import Opened, open_file
from khoi.capture.queries.import_refusals import ImportRefused
from khoi.capture.services.importing.gathering import receive_files
from khoi.capture.services.importing.moving import NotTogether, move_in
from khoi.capture.services.importing.receiving import receive_file
from khoi.capture.services.importing.results import ImportResult, LeftOut, MoveResult
from khoi.capture.services.importing.running import (
    NOTHING_OF_OURS,
    cancel_run,
    describe_run,
    forget_runs,
    import_next,
    import_now,
    pause_run,
    start_run,
)
from khoi.capture.services.importing.sources import Source, Terms
from khoi.capture.services.importing.taking import Stopped, import_file, import_files

__all__ = [
    "NOTHING_OF_OURS",
    "ImportRefused",
    "ImportResult",
    "LeftOut",
    "MoveResult",
    "NotTogether",
    "Opened",
    "Source",
    "Stopped",
    "Terms",
    "cancel_run",
    "describe_run",
    "forget_runs",
    "import_file",
    "import_files",
    "import_next",
    "import_now",
    "move_in",
    "open_file",
    "pause_run",
    "receive_file",
    "receive_files",
    "start_run",
]
