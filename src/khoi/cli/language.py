"""The language of the command line, from the same catalogue as the pages, without starting Django."""

import gettext as catalogue
import os
from pathlib import Path
from typing import Final

LOCALE: Final = Path(__file__).resolve().parents[1] / "locale"
#: First found wins, as everywhere on Unix; ours comes before them.
ASKED_BY: Final = ("KHOI_LANG", "LC_ALL", "LC_MESSAGES", "LANG")


def chosen() -> str:
    """``vi`` or ``en``."""
    asked = next((os.environ[name] for name in ASKED_BY if os.environ.get(name)), "")
    return "vi" if asked.lower().startswith("vi") else "en"


def speak(language: str) -> None:
    """From now on ``_`` and argparse, which asks the same catalogue, use the language."""
    os.environ["LANGUAGE"] = language
    catalogue.bindtextdomain("django", str(LOCALE))
    catalogue.textdomain("django")


def gettext(sentence: str) -> str:
    return catalogue.gettext(sentence) if sentence else ""


def ngettext(one: str, many: str, count: int) -> str:
    return catalogue.ngettext(one, many, count)
