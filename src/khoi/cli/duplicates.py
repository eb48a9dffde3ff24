"""``duplicates``: who may be one, looked for in bulk."""

import os
import secrets
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from typing import Any

from khoi.cli import installation
from khoi.cli.answering import MISUSED, Stop, show
from khoi.cli.language import gettext as _

#: Refused because what the line names is not there or cannot be read.
MISNAMED = frozenset({"unknown_column", "not_a_pattern", "nothing_to_compare"})


def evaluate(options: Namespace) -> int:
    """Of a file alone: no workspace is needed and none is made."""
    begun = monotonic()
    if installation.is_bare():
        os.environ.setdefault("KHOI_SECRET_KEY", secrets.token_urlsafe(50))
    installation.start_django()
    from khoi.duplicates import queries as duplicates
    from khoi.kit.refusals import Refusal

    columns = [name.strip() for name in (options.columns or "").split(",") if name.strip()]
    try:
        found = duplicates.evaluate(Path(options.file), truth=options.truth, regex=options.truth_regex, columns=columns)
    except Refusal as refusal:
        if refusal.code not in MISNAMED:
            raise
        raise Stop(str(refusal), code=MISUSED, error=refusal.code) from None
    answer = {**{name: round(value, 4) for name, value in asdict(found).items()}, "seconds": _since(begun)}
    return show(answer, as_json=options.json, lines=[_quality(answer)])


def _since(begun: float) -> float:
    return round(monotonic() - begun, 1)


def _quality(answer: dict[str, Any]) -> str:
    says = _("Precision %(precision)s, recall %(recall)s, F1 %(f1)s, in %(seconds)s seconds.")
    return says % answer
