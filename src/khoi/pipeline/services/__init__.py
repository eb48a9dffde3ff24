"""Opening deals, changing them, and moving them through the gates of their stages."""

from khoi.pipeline.services.moving import GateClosed, move_opportunity
from khoi.pipeline.services.opening import edit_opportunity, first_stage, open_opportunity
from khoi.pipeline.services.staging import edit_stage, gate_of

__all__ = [
    "GateClosed",
    "edit_opportunity",
    "edit_stage",
    "first_stage",
    "gate_of",
    "move_opportunity",
    "open_opportunity",
]
