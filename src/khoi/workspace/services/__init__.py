"""Changing the workspace, and keeping files."""

from khoi.workspace.services.editing import edit_workspace
from khoi.workspace.services.storing import delete_content, open_file, store_file

__all__ = ["delete_content", "edit_workspace", "open_file", "store_file"]
