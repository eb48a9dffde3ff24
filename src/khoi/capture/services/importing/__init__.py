"""Files of leads and deals: read through a mapping, taken in as one act, bad rows handed back."""

from khoi.capture.services.importing.opening import Opened, open_file
from khoi.capture.services.importing.refusing import ImportRefused
from khoi.capture.services.importing.results import ImportResult
from khoi.capture.services.importing.taking import folder, import_file

__all__ = ["ImportRefused", "ImportResult", "Opened", "folder", "import_file", "open_file"]
