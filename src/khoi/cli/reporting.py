"""``report``: funnel, sources, pipeline, response."""

from argparse import Namespace
from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Final

from khoi.cli import installation
from khoi.cli.answering import MISUSED, Stop, show, table
from khoi.cli.language import gettext as _

#: By what each report counts. The first stands where nothing else is asked for; a funnel then is one whole.
GROUPINGS: Final = {
    "funnel": ("source", "owner", "channel", "campaign", "team", "period"),
    "sources": ("source",),
    "pipeline": ("stage",),
    "response": ("owner",),
}


def report(options: Namespace) -> int:
    _see_that_it_counts_so(options)
    installation.open_workspace()
    answer = _REPORTS[options.report](options)
    return show(answer, as_json=options.json, lines=_lines(answer["rows"] or answer.get("stages", [])))


def _see_that_it_counts_so(options: Namespace) -> None:
    possible = GROUPINGS[options.report]
    if options.by is not None and options.by not in possible:
        words = {"report": options.report, "by": options.by, "fields": ", ".join(possible)}
        says = _("khoi report %(report)s does not count by “%(by)s”. It counts by: %(fields)s.")
        raise Stop(says % words, code=MISUSED, error="unknown_field")
    if options.since and options.until and options.until < options.since:
        raise Stop(_("The last day lies before the first one."), code=MISUSED, error="ends_before_it_starts")


def _asked(options: Namespace) -> dict[str, Any]:
    from khoi.kit.periods import Period
    from khoi.reports.queries.asking import EVER
    from khoi.team.rules import OWNER_OF_THE_MACHINE

    period = None
    if options.since or options.until:
        start, last = options.since or EVER.start, options.until or EVER.end - timedelta(days=1)
        period = Period(start, min(last, EVER.end - timedelta(days=1)) + timedelta(days=1))
    return {"period": period, "as_of": options.as_of, "known": options.known, "actor": OWNER_OF_THE_MACHINE}


def _funnel(options: Namespace) -> dict[str, Any]:
    from khoi.reports.queries import answers, funnel

    return answers.funnel_answer(funnel.funnel(by=options.by, **_asked(options)))


def _sources(options: Namespace) -> dict[str, Any]:
    from khoi.reports.queries import answers, sources
    from khoi.workspace import queries as workspace

    today = workspace.today(installation.now())
    return answers.sources_answer(sources.sources(**_asked(options), today=today))


def _pipeline(options: Namespace) -> dict[str, Any]:
    """With ``--from``: also what changed from that day to ``--to``."""
    from khoi.reports.queries import answers, pipeline

    asked = _asked(options) | {"period": None}
    del asked["period"]
    answer = answers.pipeline_answer(pipeline.pipeline(**asked))
    if options.since:
        until = options.until or asked.pop("as_of")
        asked.pop("as_of", None)
        answer["changed"] = answers.changes_answer(pipeline.changes(since=options.since, until=until, **asked))
    return answer


def _response(options: Namespace) -> dict[str, Any]:
    from khoi.reports.queries import answers, response

    return answers.response_answer(response.response(**_asked(options), now=installation.now()))


_REPORTS = {"funnel": _funnel, "sources": _sources, "pipeline": _pipeline, "response": _response}


def _lines(rows: Sequence[dict[str, Any]]) -> Iterable[str]:
    if not rows:
        return [_("Nothing to count yet.")]
    head = [name for name, value in rows[0].items() if not isinstance(value, list)]
    return table(head, ([_shown(row[name]) for name in head] for row in rows))


def _shown(value: object) -> object:
    """Sums by currency as 1200000 VND."""
    if isinstance(value, dict):
        return ", ".join(f"{amount} {currency}" for currency, amount in value.items()) or "–"
    return value
