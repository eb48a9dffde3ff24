"""The pages of the working day."""

from khoi.home.views.framing import frame

__all__ = ["frame"]
