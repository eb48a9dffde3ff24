"""What each verb of the product does to people, leads, accounts, deals and the values of fields of one's own, in plain
Python. Nothing of Khơi is imported here."""

from proof.oracle.acting import renamed
from proof.oracle.coming import FileRow
from proof.oracle.identity import MERGING
from proof.oracle.unmerging import Unmerging as Oracle

__all__ = ["MERGING", "FileRow", "Oracle", "renamed"]
