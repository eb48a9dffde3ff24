"""Which fields there are, what stands in them, and how they are found and shown."""

from khoi.custom.queries.asking import (
    askable,
    called,
    columns_for,
    field_asked,
    fields_for,
    fields_named,
    label_of,
    values_asked,
)
from khoi.custom.queries.changes import ValueChange, told_changes
from khoi.custom.queries.counting import counts_of, place_for
from khoi.custom.queries.listing import answering, every_by, joined, matching, one_by_one, part_by, sorts
from khoi.custom.queries.reading import field_named, own_fields, read_values, told_of, typed_back, value_in, values_of
from khoi.custom.queries.standing import (
    Standing,
    claimed_lines,
    plain_cells,
    plain_words,
    said_of,
    standing_in,
    standings,
    words_of,
)
from khoi.custom.queries.using import Use, uses_of
from khoi.custom.queries.versions import values_at

__all__ = [
    "Standing",
    "Use",
    "ValueChange",
    "answering",
    "askable",
    "called",
    "claimed_lines",
    "columns_for",
    "counts_of",
    "every_by",
    "field_asked",
    "field_named",
    "fields_for",
    "fields_named",
    "joined",
    "label_of",
    "matching",
    "one_by_one",
    "own_fields",
    "part_by",
    "place_for",
    "plain_cells",
    "plain_words",
    "read_values",
    "said_of",
    "sorts",
    "standing_in",
    "standings",
    "told_changes",
    "told_of",
    "typed_back",
    "uses_of",
    "value_in",
    "values_asked",
    "values_at",
    "values_of",
    "words_of",
]
