"""The list of log-ins of a new workspace: a file that only its owner can read, so nothing secret is on the screen."""

import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from khoi.cli import installation
from khoi.cli.language import gettext as _

NAME: Final = "logins.txt"
#: No letter that is mistaken for another when read from paper.
LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"


def password() -> str:
    """``kx7m-p3qa-vd9t-eb2n``: 79 bits."""
    groups = ("".join(secrets.choice(LETTERS) for _place in range(4)) for _group in range(4))
    return "-".join(groups)


def path() -> Path:
    return installation.data_folder() / NAME


def keep(url: str, users: Sequence[Mapping[str, str]], token: str) -> Path:
    """Write the list, whole or not at all; one that is there already stays below."""
    lines = [url, "", *(f"{u['email']}  {u['password']}  {u['role']}" for u in users), ""]
    lines += [_("API token: %s") % token, "", _("Delete this file once you have changed the passwords."), ""]
    if path().exists():
        lines += [path().read_text("utf-8")]
    partial = path().with_suffix(".partial")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write("\n".join(lines))
    return partial.replace(path())
