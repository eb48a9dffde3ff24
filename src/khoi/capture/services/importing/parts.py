"""A long list comes in by parts: each is a transaction and an act, and goes on with the first one's."""

from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any, Final

from khoi.capture.models import ImportRun, RunState
from khoi.capture.queries.import_rows import Incoming, incoming
from khoi.capture.rules.importing import OUTCOMES
from khoi.capture.rules.mapping import RowReader
from khoi.capture.services.importing.context import Context
from khoi.capture.services.importing.course import Course, Said
from khoi.capture.services.importing.files import File
from khoi.capture.services.importing.placing import join_leads
from khoi.capture.services.importing.takers import Rows, taker_of
from khoi.history.models import Act

BATCH: Final = 2_000


class Superseded(Exception):
    """Another process has taken the run over; nothing was changed here."""


class Parts:
    """A file by itself, so many rows at a time. ``begin``: what its rows are read by, made in the first act because
    fields of one's own are made with it; ``take`` a batch; ``wished``: whether to stop."""

    def __init__(
        self,
        file: File,
        course: Course,
        *,
        begin: Callable[[Said], Context],
        take: Callable[[Rows, list[Incoming]], None],
        wished: Callable[[], str],
    ) -> None:
        self.file = file
        self.course = course
        self.begin = begin
        self.take_batch = take
        self.wished = wished
        self.context: Context | None = None

    def take(self, most: int) -> bool:
        """Take a batch at least and about ``most`` rows at most, inside an act. Whether these were the last."""
        if self.context is not None:
            self.context.people.are_known()
        context = self.context or self._begin()
        self.course.since, came, is_over = len(self.course.said.seen), 0, False
        while came < most and not is_over and not (came and self.wished()):
            batch = list(islice(self.rows, BATCH))
            self.take_batch(self.taker, batch)
            came += len(batch)
            is_over = len(batch) < BATCH
        join_with_deals(context)
        if is_over:
            self.file.tally.note_left_out(self.file.opened.table.left_out)
        self._tell(context, came)
        return is_over

    def _begin(self) -> Context:
        self.context = context = self.begin(self.course.said)
        self.taker = taker_of(context)
        for name, counts in self.course.listed.items():
            context.move.listed[name].update(counts)
        self.reader = RowReader(self.file.mapping, self.file.headings, context.own.kinds)
        self.reader.emptied.update(self.course.emptied)
        self.rows = incoming(islice(self.file.opened.rows, self.course.rows, None), reader=self.reader)
        return context

    def _tell(self, context: Context, came: int) -> None:
        self.course.rows += came
        self.course.emptied = self.reader.emptied
        self.course.rejected = self.file.rejected.mark()
        self.course.listed = {name: dict(counts.most_common()) for name, counts in context.move.listed.items()}
        self.file.emptied = dict(self.reader.emptied)


def join_with_deals(context: Context) -> None:
    """Leads that became a deal, by its number."""
    if "opportunity" in context.mapping.links:
        join_leads(context, context.mapping.links["opportunity"].system)


def note_part(run: ImportRun, course: Course, first: Act, *, of: int | None, is_over: bool) -> None:
    """Whoever goes on finds how far it came, in the transaction of the part itself and beside the upload."""
    name, _ = course.rejected
    note(
        run,
        parts=course.parts + 1,
        act_id=first.pk,
        counts={name: course.tally.outcomes[name] for name in OUTCOMES} | {"rows": course.rows, "of": of},
        rejected_file=str(Path(name).with_suffix(".partial")) if name else "",
        **({"state": RunState.DONE} if is_over else {}),
    )
    course.keep()


def note(run: ImportRun, **values: Any) -> None:
    """``started_at`` is the claim: whoever lost it in the meantime stops here."""
    held = ImportRun.objects.filter(pk=run.pk, state=RunState.RUNNING, started_at=run.started_at)
    if not held.update(**values):
        raise Superseded
