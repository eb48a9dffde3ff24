"""Changing the workspace, and keeping files."""

from khoi.workspace.services.editing import edit_workspace
from khoi.workspace.services.storing import open_file, store_file

__all__ = ["edit_workspace", "open_file", "store_file"]
