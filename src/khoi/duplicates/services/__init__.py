"""Looking through everybody for who is there twice, and merging many at once."""

from khoi.duplicates.services.merging import FEW, merge_groups, merge_next, merge_now
from khoi.duplicates.services.scanning import scan_next, scan_now, start_scan

__all__ = ["FEW", "merge_groups", "merge_next", "merge_now", "scan_next", "scan_now", "start_scan"]
