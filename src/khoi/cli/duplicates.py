"""``duplicates``: who may be one, looked for in bulk."""

import os
import secrets
import sys
from argparse import Namespace
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from typing import Any

from khoi.cli import installation
from khoi.cli.answering import MISUSED, Stop, show
from khoi.cli.language import gettext as _
from khoi.cli.language import ngettext

#: Refused because what the line names is not there or cannot be read.
MISNAMED = frozenset({"unknown_column", "not_a_pattern", "nothing_to_compare"})


def scan(options: Namespace) -> int:
    installation.open_workspace()
    begun = monotonic()
    from khoi.duplicates import services as duplicates
    from khoi.team.rules import OWNER_OF_THE_MACHINE

    shown = _Progress(quiet=options.json)
    done = duplicates.scan_now(by=OWNER_OF_THE_MACHINE, clock=installation.now, progress=shown)
    shown.end()
    answer = {"scan": done.public_id, **done.counts, "seconds": _since(begun)}
    return show(answer, as_json=options.json, lines=_found(answer))


def _found(answer: dict[str, Any]) -> list[str]:
    says = ngettext(
        "%(people)d person looked through in %(seconds)s seconds; pairs found: %(pairs)d (%(new)d new).",
        "%(people)d people looked through in %(seconds)s seconds; pairs found: %(pairs)d (%(new)d new).",
        answer["people"],
    )
    return [says % answer, _("Nobody was merged. They wait for a look under People → Possible duplicates.")]


def merge(options: Namespace) -> int:
    installation.open_workspace()
    begun = monotonic()
    from khoi.duplicates import queries, services
    from khoi.team.rules import OWNER_OF_THE_MACHINE

    found = queries.certain_groups(OWNER_OF_THE_MACHINE)
    if options.dry_run:
        rows = [
            {"members": [one.public_id for one in group.members], "sure": group.sure, "reasons": list(group.reasons)}
            for group in found
        ]
        told = ngettext("%d group would be merged.", "%d groups would be merged.", len(found)) % len(found)
        names = [", ".join(one.full_name for one in group.members) for group in found]
        answer = {"dry_run": True, "groups": rows, "seconds": _since(begun)}
        return show(answer, as_json=options.json, lines=[*names, told, _("Dry run: nothing was changed.")])
    shown = _Progress(quiet=options.json)
    run = services.merge_now(
        [[one.pk for one in group.members] for group in found],
        by=OWNER_OF_THE_MACHINE,
        clock=installation.now,
        progress=lambda done, so_far: shown("merge", done, len(found)),
    )
    shown.end()
    left = [{"survivor": one, "other": other, "why": why} for one, other, why in run.left]
    answer = {"dry_run": False, **run.counts, "left": left, "act": run.act_id, "seconds": _since(begun)}
    return show(answer, as_json=options.json, lines=_merged(answer))


def _merged(answer: dict[str, Any]) -> list[str]:
    if not answer["merged"]:
        return [_("Nobody was merged.")]
    says = ngettext(
        "%(merged)d record was merged into another, by act %(act)s. khoi undo %(act)s takes it back.",
        "%(merged)d records were merged into others, by act %(act)s. khoi undo %(act)s takes all of it back.",
        answer["merged"],
    )
    left = ngettext("%d pair was left as it is.", "%d pairs were left as they are.", len(answer["left"]))
    return [says % answer] + ([left % len(answer["left"])] if answer["left"] else [])


class _Progress:
    """One line on a terminal that says how far it is, nothing elsewhere."""

    def __init__(self, *, quiet: bool) -> None:
        self.shown = not quiet and sys.stderr.isatty()
        self.steps = {
            "read": _("Reading everybody"),
            "compare": _("Looking for those who share something"),
            "weigh": _("Comparing pair by pair"),
            "keep": _("Keeping what was found"),
            "merge": _("Merging group by group"),
        }

    def __call__(self, step: str, done: int, total: int) -> None:
        if self.shown:
            far = f" {done * 100 // total}%" if done and total else f" ({total})" if total else ""
            print(f"\r\033[K{self.steps[step]}{far}", end="", file=sys.stderr, flush=True)

    def end(self) -> None:
        if self.shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


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
        found = duplicates.evaluate(
            Path(options.file),
            truth=options.truth,
            regex=options.truth_regex,
            columns=columns,
            certain=options.certain,
        )
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
