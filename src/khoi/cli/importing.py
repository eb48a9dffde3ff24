"""``import``: leads from files."""

from argparse import Namespace

from khoi.cli import installation
from khoi.cli.answering import Stop
from khoi.cli.language import gettext as _


def import_files(options: Namespace) -> int:
    installation.open_workspace()
    raise Stop(_("Not there yet."))
