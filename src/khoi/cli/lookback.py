"""``acts``, ``bin``, ``undo`` and ``dump``: what was done, taking it back, and all facts as of a day."""

import sys
from argparse import Namespace
from datetime import date, datetime, timedelta
from typing import Any, Final

from khoi.cli import installation
from khoi.cli.answering import DONE, REFUSED, Stop, show, table
from khoi.cli.language import gettext as _
from khoi.cli.language import ngettext


def acts(options: Namespace) -> int:
    installation.open_workspace()
    from khoi.history.models import Act
    from khoi.history.queries import counts_of
    from khoi.timemachine.queries.words import verb_words

    latest = Act.objects.filter(position__isnull=False, part_of=None).order_by("-position")[: options.limit]
    counts = counts_of(act.pk for act in latest)
    rows = [_described(act, counts.get(act.pk, 0)) for act in latest]
    head = [_("act"), _("when"), _("who"), _("what"), _("changes"), ""]
    told = ((r, r["by"] if r["by"] != "visitor" else _("A visitor"), verb_words(r["verb"])) for r in rows)
    lines = table(head, ([r["act"], r["recorded_at"], who, done, r["changes"], _fate(r)] for r, who, done in told))
    return show({"acts": rows}, as_json=options.json, lines=lines)


def _described(act: Any, changes: int) -> dict[str, Any]:
    return {
        "act": act.pk,
        "verb": act.verb,
        "by": act.actor_label or act.actor_kind,
        "via": act.via,
        "recorded_at": act.recorded_at,
        "occurred_at": act.occurred_at,
        "changes": changes,
        "is_undo": act.is_undo,
        "undone_by": act.undone_by_id,
    }


def _fate(act: dict[str, Any]) -> str:
    return _("taken back by %s") % act["undone_by"] if act["undone_by"] else ""


def deleted(options: Namespace) -> int:
    installation.open_workspace()
    from khoi.team.rules import OWNER_OF_THE_MACHINE
    from khoi.timemachine.queries.binned import binned_for
    from khoi.timemachine.queries.words import table_words

    found = binned_for(OWNER_OF_THE_MACHINE, q=" ".join(options.words), limit=min(options.limit, 500)).entries
    rows: list[dict[str, Any]] = [
        {
            "act": one.act.pk,
            "kind": one.kind,
            "names": list(one.names),
            "records": len(one.names) + one.others,
            "rows": one.rows,
            "by": one.act.actor_label or one.act.actor_kind,
            "deleted_at": one.act.recorded_at,
        }
        for one in found
    ]
    head = [_("act"), _("when"), _("who"), _("what"), _("name"), _("rows")]
    told = (
        [r["act"], r["deleted_at"], r["by"], table_words(r["kind"]), ", ".join(r["names"]), r["rows"]] for r in rows
    )
    return show({"bin": rows}, as_json=options.json, lines=table(head, told))


def undo(options: Namespace) -> int:
    installation.open_workspace()
    from khoi.history.models import Act
    from khoi.history.queries import how_many
    from khoi.history.services import Refused
    from khoi.team.rules import OWNER_OF_THE_MACHINE
    from khoi.timemachine import services as timemachine
    from khoi.timemachine.queries.words import left_words, staying_words

    target = Act.objects.filter(pk=options.act, position__isnull=False).first()
    if target is None:
        raise Stop(_("There is no act %d. Nothing was changed.") % options.act, error="no_act")
    try:
        undone = timemachine.undo(
            target,
            by=OWNER_OF_THE_MACHINE,
            now=installation.now(),
            with_dependents=options.with_dependents or options.agreed is not None,
            agreed=options.agreed,
            alone=options.alone,
        )
    except Refused as refused:
        raise _refusal(options.act, refused.reason, list(refused.dependents)) from None
    answer = {
        "act": undone.act.pk,
        "undone": list(undone.undone),
        "kept": undone.kept,
        "erased": undone.erased,
        "stays": list(undone.stays),
    }
    count = how_many(undone.undone)
    says = ngettext("%d act was taken back, by act %d.", "%d acts were taken back, by act %d.", count)
    lines = [says % (count, undone.act.pk)]
    if undone.erased:
        lines.append(left_words(undone.erased))
    if undone.stays:
        lines.append(f"{staying_words(len(undone.stays))} ({', '.join(map(str, undone.stays))})")
    return show(answer, as_json=options.json, lines=lines)


#: So many later acts are named in a sentence; the JSON names them all.
NAMED: Final = 40


def _refusal(act: int, reason: str, dependents: list[int]) -> Stop:
    says = {
        "dependents": _(
            "Act %(act)d was not taken back: later acts build on it. --agreed %(later)s takes those too."
        ),
        "many_dependents": _(
            "Act %(act)d was not taken back: %(count)d later acts build on it. --with-dependents takes those too."
        ),
        "already_undone": _("Act %(act)d was taken back before. Nothing was changed."),
        "in_use": _("Act %(act)d was not taken back: something that stays needs what it made. Nothing was changed."),
        "erased": _("Act %(act)d was not taken back: it changed only people erased since. Nothing was changed."),
        "clash": _("Act %(act)d was not taken back: what stood there before clashes with today. Nothing was changed."),
        "nothing_to_undo": _("Act %(act)d left nothing that could be taken back. Nothing was changed."),
    }  # fmt: skip
    words = {"act": act, "later": ",".join(map(str, dependents)), "count": len(dependents)}
    sentence = says["many_dependents" if len(dependents) > NAMED else reason] % words
    answer = {"refused": reason, "act": act, "dependents": dependents}
    return Stop(sentence, code=REFUSED, error=reason, answer=answer)


def dump(options: Namespace) -> int:
    installation.open_workspace()
    from khoi.timemachine.queries import dump as dumping

    at = end_of_day(options.as_of) if options.as_of else None
    for line in dumping.canonical(at, known=options.known):
        sys.stdout.write(line + "\n")
    sys.stdout.flush()
    return DONE


def end_of_day(day: date) -> datetime:
    """The last moment of the day in the workspace's zone."""
    from khoi.kit import periods
    from khoi.workspace import queries as workspace

    return periods.instants(periods.day(day), workspace.zone())[1] - timedelta(microseconds=1)
