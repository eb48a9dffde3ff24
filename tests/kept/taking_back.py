"""Takes every act of a workspace back, from the last to the first, and does them all again.

``python -m tests.kept.taking_back`` works on the workspace the environment names and prints what it found as JSON.
After each undo everything is as it was before the act; with ``--at-the-ends`` that is asked only before the first act
and once all are done again, which takes a third of the time.
"""

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta

#: What a workspace begins with, and what says that it was brought back.
SETTING_UP = {"prepare_workspace", "prepare", "prepare_forms", "restore_backup"}
NOW = datetime(2027, 6, 1, tzinfo=UTC)


@dataclass
class Found:
    """``verbs``: of the acts that were taken back. ``off``: what was not as it had been, by the act's verb. ``whole``:
    the chain held before and after."""

    verbs: list[str] = field(default_factory=list)
    off: list[str] = field(default_factory=list)
    whole: bool = False
    drift: int = 0


def take_all_back(*, at_the_ends: bool) -> Found:
    from khoi.history import services as history
    from khoi.history.models import Act
    from khoi.lifecycle import services as lifecycle
    from khoi.team.rules import OWNER_OF_THE_MACHINE as BY
    from khoi.timemachine import services as timemachine
    from khoi.timemachine.queries.dump import canonical

    def facts(before: Act | None = None) -> list[str]:
        if before is None:
            return list(canonical())
        return list(canonical(as_of=before.recorded_at - timedelta(microseconds=1), known="then"))

    def undo(act: Act) -> Act:
        return timemachine.undo(act, by=BY, now=NOW, with_dependents=True).act

    found, full = Found(whole=history.verify().ok), facts()
    standing = Act.objects.filter(is_undo=False, undone_by=None).exclude(verb__in=SETTING_UP)
    acts = list(standing.order_by("-position"))
    stood = {act.pk: facts(act) for act in (acts[-1:] if at_the_ends else acts)}
    undos = []
    for act in acts:
        undos.append(undo(act))
        found.verbs.append(act.verb)
        if act.pk in stood:
            found.off += differences(act.verb, stood[act.pk], facts())
    for done in reversed(undos):
        undo(done)
    found.off += differences("all done again", full, facts())
    found.whole = found.whole and history.verify().ok
    found.drift = lifecycle.recompute(check=True, now=NOW).total
    return found


def differences(verb: str, wanted: Iterable[str], came: Iterable[str]) -> list[str]:
    return [f"{verb}: {line}" for line in sorted(set(wanted) ^ set(came))]


if __name__ == "__main__":
    import django

    django.setup()
    print(json.dumps(asdict(take_all_back(at_the_ends="--at-the-ends" in sys.argv)), ensure_ascii=False))
