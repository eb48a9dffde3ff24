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


def gettext_noop(sentence: str) -> str:
    """Marks a text for the catalogue."""
    return sentence


#: What argparse says by itself; it looks these up in the catalogue that ``speak`` names.
OF_ARGPARSE: Final = (
    gettext_noop("usage: "),
    gettext_noop("options"),
    gettext_noop("positional arguments"),
    gettext_noop("show this help message and exit"),
    gettext_noop("%(prog)s: error: %(message)s\n"),
    gettext_noop("argument %(argument_name)s: %(message)s"),
    gettext_noop("the following arguments are required: %s"),
    gettext_noop("unrecognized arguments: %s"),
    gettext_noop("invalid choice: %(value)r (choose from %(choices)s)"),
    gettext_noop("expected one argument"),
    gettext_noop("expected at least one argument"),
    gettext_noop("not allowed with argument %s"),
    gettext_noop("ambiguous option: %(option)s could match %(matches)s"),
)


def gettext(sentence: str) -> str:
    return catalogue.gettext(sentence) if sentence else ""


def ngettext(one: str, many: str, count: int) -> str:
    return catalogue.ngettext(one, many, count)
