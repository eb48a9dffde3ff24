"""Opening deals, changing them, and moving them through the gates of their stages."""

from khoi.pipeline.services.moving import GateClosed, move_opportunity
from khoi.pipeline.services.opening import edit_opportunity, first_stage, open_opportunity

__all__ = ["GateClosed", "edit_opportunity", "first_stage", "move_opportunity", "open_opportunity"]
