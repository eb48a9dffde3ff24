"""Finding those who may be one, with Splink on DuckDB. Both are an extra and imported where they are needed, late."""

from khoi.duplicates.queries.certain import certain_groups
from khoi.duplicates.queries.engine import is_installed
from khoi.duplicates.queries.evaluating import evaluate
from khoi.duplicates.queries.everybody import Progress, find_pairs
from khoi.duplicates.queries.groups import Group, groups, latest_merging, latest_scan

__all__ = [
    "Group",
    "Progress",
    "certain_groups",
    "evaluate",
    "find_pairs",
    "groups",
    "is_installed",
    "latest_merging",
    "latest_scan",
]
