"""The command ``khoi``: reads the options, calls one handler, and ends with its code.

0 done, 1 failed, 2 used wrongly, 3 refused. Handlers are imported when they are called, so that
``khoi --version`` answers at once.
"""

from importlib import import_module

from khoi.cli import language
from khoi.cli.parser import build_parser


def main(argv: list[str] | None = None) -> int:
    """``argv`` without the program's name. Wrong options end with ``SystemExit(2)``, as argparse does."""
    language.speak(language.chosen())
    options = build_parser().parse_args(argv)
    module, _, function = options.handler.partition(":")

    from khoi.cli.refusals import guarded

    return guarded(lambda: getattr(import_module(f"khoi.cli.{module}"), function)(options), as_json=options.json)
