"""Files of leads and deals: read through a mapping, taken in as one act, bad rows handed back."""

from khoi.capture.queries.import_files import Opened, open_file
from khoi.capture.queries.import_refusals import ImportRefused
from khoi.capture.services.importing.results import ImportResult
from khoi.capture.services.importing.running import (
    cancel_run,
    describe_run,
    forget_runs,
    import_next,
    import_now,
    receive_file,
    start_run,
)
from khoi.capture.services.importing.taking import import_file

__all__ = [
    "ImportRefused",
    "ImportResult",
    "Opened",
    "cancel_run",
    "describe_run",
    "forget_runs",
    "import_file",
    "import_next",
    "import_now",
    "open_file",
    "receive_file",
    "start_run",
]
