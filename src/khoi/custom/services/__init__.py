"""Making fields, and writing what stands in them."""

from khoi.custom.services.claiming import claim_version
from khoi.custom.services.defining import add_field, archive_field, edit_field, move_field, restore_field
from khoi.custom.services.filling import COLUMNS, fill_many, set_values
from khoi.custom.services.parting import Parted, part_values, parted_by, without_parted

__all__ = [
    "COLUMNS",
    "Parted",
    "add_field",
    "archive_field",
    "claim_version",
    "edit_field",
    "fill_many",
    "move_field",
    "part_values",
    "parted_by",
    "restore_field",
    "set_values",
    "without_parted",
]
