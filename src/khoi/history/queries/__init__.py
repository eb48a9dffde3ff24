"""Reading the past: one record's life, whole tables as of a moment, and what an act did."""

from khoi.history.queries.lives import Differing, TooManyDiffer, recorded_models, rows_that_differ, table_as_of
from khoi.history.queries.parts import counts_of, how_many, parts_of, together, wholes_of
from khoi.history.queries.stories import (
    FieldChange,
    Place,
    RowChange,
    acts_of,
    changes_after,
    changes_of,
    history_of,
    version_of,
    versions_of,
)
from khoi.history.queries.versions import rows_at

__all__ = [
    "Differing",
    "FieldChange",
    "Place",
    "RowChange",
    "TooManyDiffer",
    "acts_of",
    "changes_after",
    "changes_of",
    "counts_of",
    "history_of",
    "how_many",
    "parts_of",
    "recorded_models",
    "rows_at",
    "rows_that_differ",
    "table_as_of",
    "together",
    "version_of",
    "versions_of",
    "wholes_of",
]
