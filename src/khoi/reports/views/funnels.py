"""The funnel as the page shows it: the stream, the sentence, the table behind both."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import ngettext

from khoi.campaigns.models import Source
from khoi.design.rules import StreamStep
from khoi.design.templatetags import formats
from khoi.reports.forms import Asked
from khoi.reports.queries.behind import Behind, leads_behind
from khoi.reports.queries.funnel import answer
from khoi.reports.rules.funnel import STAGES, Funnel, Step
from khoi.reports.views import words

#: What a narrow page leaves out first; never the bottleneck, and never the two ends.
_LESS: tuple[str, ...] = ("prospect", "opportunity", "mql", "sal", "sql")


@dataclass(frozen=True, slots=True)
class Line:
    """One stage in the table: this period, and the one before where it is compared."""

    step: Step
    label: str
    earlier: Step | None
    reached_url: str
    stopped_url: str
    is_leak: bool


@dataclass(frozen=True, slots=True)
class Leak:
    """Where it narrows, in figures; ``silent``: of those that stopped, how many nobody asked or touched."""

    here: Step
    onward: str
    label: str
    earlier: Step | None
    silent: int
    stopped_url: str
    silent_url: str


def context(asked: Asked, now: datetime, sources: Mapping[str, Source]) -> dict[str, Any]:
    found = answer(asked.question, asked.by)
    earlier = answer(asked.earlier) if asked.earlier else None
    shown = _shown(found)
    narrow = _fewer(shown, found.bottleneck)
    return {
        "funnel": found,
        "earlier": earlier,
        "stream": _stream(found, shown, asked),
        "stream_pinch": _place(found, shown),
        "narrow": _stream(found, narrow, asked),
        "narrow_pinch": _place(found, narrow),
        "lines": [_line(found, stage, earlier, asked) for stage in shown],
        "leak": _leak(found, shown, earlier, asked, now),
        "backwards_url": figure_url(asked, Behind("backwards")),
        "groups": _groups(found, shown, asked, sources) if asked.by else None,
        "shown_stages": [words.stage(stage) for stage in shown],
    }


def figure_url(asked: Asked, behind: Behind) -> str:
    """The page with the leads behind a figure. ``key`` is the code of a group here, "-" for those without one."""
    key = None if behind.key is None else behind.key or "-"
    address = asked.address(part=behind.part, stage=behind.stage, by=behind.by or None, key=key)
    return reverse("reports:leads") + address


def _shown(found: Funnel) -> list[str]:
    """Without a stage that everybody skipped."""
    return [
        step.stage
        for step in found.steps
        if step.stage in ("lead", "customer") or step.span.passages or step.stopped or not found.leads
    ]


def _fewer(shown: list[str], leak: str | None) -> list[str]:
    kept = list(shown)
    for stage in _LESS:
        if len(kept) > 5 and stage in kept and stage != leak:
            kept.remove(stage)
    return kept


def _place(found: Funnel, shown: list[str]) -> int | None:
    return shown.index(found.bottleneck) if found.bottleneck in shown else None


def _stream(found: Funnel, shown: list[str], asked: Asked) -> list[StreamStep]:
    steps = []
    for place, stage in enumerate(shown):
        step = found.step(stage)
        onward = found.step(shown[place + 1]) if place + 1 < len(shown) else None
        neighbours = onward is not None and _is_next(found, step, onward)
        rate = onward.reached / step.reached if onward is not None and step.reached else None
        steps.append(
            StreamStep(
                label=words.stage(stage),
                count=step.reached,
                shown=formats.number(step.reached),
                rate=formats.percent(rate) if rate is not None else "",
                wait=formats.days(step.span.median) if neighbours and step.span.median is not None else "",
                url=figure_url(asked, Behind("reached", stage)),
            )
        )
    return steps


def _is_next(found: Funnel, step: Step, onward: Step) -> bool:
    """Only stages that everybody skipped lie between."""
    between = STAGES[STAGES.index(step.stage) + 1 : STAGES.index(onward.stage)]
    return all(not found.step(stage).span.passages and not found.step(stage).stopped for stage in between)


def _line(found: Funnel, stage: str, earlier: Funnel | None, asked: Asked) -> Line:
    return Line(
        found.step(stage),
        words.stage(stage),
        earlier.step(stage) if earlier else None,
        figure_url(asked, Behind("reached", stage)),
        figure_url(asked, Behind("stopped", stage)),
        stage == found.bottleneck,
    )


def _leak(found: Funnel, shown: list[str], earlier: Funnel | None, asked: Asked, now: datetime) -> Leak | None:
    if found.bottleneck is None or found.bottleneck not in shown:
        return None
    here = found.step(found.bottleneck)
    silent = Behind("silent", here.stage)
    count = leads_behind(asked.question, silent, now=now).count() if here.stage not in ("sql", "opportunity") else 0
    return Leak(
        here=here,
        onward=words.stage(shown[shown.index(here.stage) + 1]),
        label=words.stage(here.stage),
        earlier=earlier.step(here.stage) if earlier else None,
        silent=count,
        stopped_url=figure_url(asked, Behind("stopped", here.stage)),
        silent_url=figure_url(asked, silent),
    )


def _groups(found: Funnel, shown: list[str], asked: Asked, sources: Mapping[str, Source]) -> list[dict[str, Any]]:
    rows = sorted(found.rows, key=lambda row: row.code) if found.by == "period" else found.rows
    return [
        {
            "name": words.group(found.by, row.code, row.name, sources),
            "row": row,
            "figures": [
                (row.reached[STAGES.index(stage)], figure_url(asked, Behind("reached", stage, found.by, row.code)))
                for stage in shown
            ],
            "share": row.won / row.leads if row.leads else None,
        }
        for row in rows
    ]


def silent_words(leak: Leak) -> str:
    """What is said of the silent ones."""
    figures = {"count": formats.number(leak.silent)}
    if leak.here.stage == "sal":
        return (
            ngettext("%(count)s was never asked for a budget", "%(count)s were never asked for a budget", leak.silent)
            % figures
        )
    return ngettext("%(count)s never heard from us", "%(count)s never heard from us", leak.silent) % figures
