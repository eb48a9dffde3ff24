"""Several files at hand, as one import where they belong together: a move from another system."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from khoi.capture.models import ImportRun, RunState
from khoi.capture.queries.import_files import open_file, read
from khoi.capture.queries.import_refusals import ImportRefused
from khoi.capture.rules.mapping import LEAD
from khoi.capture.services.importing.parts import Superseded
from khoi.capture.services.importing.receiving import label_of, let_go
from khoi.capture.services.importing.results import LeftOut, MoveResult
from khoi.capture.services.importing.running import Clock, finish_run, run_at_hand, write_failure
from khoi.capture.services.importing.sources import Source, Terms
from khoi.capture.services.importing.taking import Progress, import_files
from khoi.history.rules.actors import Actor


class NotTogether(Exception):
    """The files have nothing to do with each other, or only one of them can be taken: each is an import of its own."""


def move_in(
    paths: Sequence[Path],
    *,
    terms: Terms,
    dry_run: bool = False,
    by: Actor,
    clock: Clock,
    progress: Progress | None = None,
) -> MoveResult:
    """Take these files in, in this process, in one act. Raises ``NotTogether`` before anything was changed, and what
    ``import_files`` raises."""
    now = clock()
    sources, left_out = recognised_together(paths, by=by)
    run = run_at_hand(sources[0].filename, terms, dry_run=dry_run, by=by, now=now)
    if not dry_run:
        run.save()
    try:
        result = import_files(
            sources, terms=terms, dry_run=dry_run, run=run if run.pk else None, by=by, now=now, progress=progress
        )
    except Superseded:
        raise
    except BaseException as problem:
        write_failure(run, clock(), problem)
        raise
    if not dry_run:
        _list(run, result, paths, terms, by=by, clock=clock)
    return replace(result, left_out=tuple(left_out))


def recognised_together(paths: Sequence[Path], *, by: Actor) -> tuple[list[Source], list[LeftOut]]:
    """The files that come in together, and those that are left out. Lists of leads alone are not a move."""
    sources: list[Source] = []
    left_out: list[LeftOut] = []
    kinds: set[str] = set()
    for path in paths:
        try:
            if not path.is_file():
                raise ImportRefused("no_file", value=str(path))
            named = parts_of(path)
        except ImportRefused as refused:
            left_out.append(LeftOut(str(path), refused.code, str(refused)))
            continue
        for source in named:
            try:
                how = source.how
                with (opened := open_file(path, filename=source.filename, by=by, **how)).table:
                    kinds.add(opened.mapping.rows)
                sources.append(source)
            except ImportRefused as refused:
                said = f"{path}: {source.sheet}" if source.sheet else str(path)
                left_out.append(LeftOut(said, refused.code, str(refused)))
    if len(sources) < 2 or kinds == {LEAD}:
        raise NotTogether
    return sources, left_out


def parts_of(path: Path) -> list[Source]:
    """The tables of an archive, as a weekly export is one; any other file is itself."""
    if path.suffix.casefold() != ".zip":
        return [Source(path, path.name, any_size=True)]
    with read(path, filename=path.name, any_size=True) as table:
        names = table.sheets or (table.sheet,)
    return [Source(path, path.name, sheet=name, any_size=True) for name in names]


def _list(
    first: ImportRun, result: MoveResult, paths: Sequence[Path], terms: Terms, *, by: Actor, clock: Clock
) -> None:
    """Each file with what came of it; the first one's run has held the place of all."""
    sizes = {label_of(path.name): path.stat().st_size for path in paths if path.is_file()}
    for place, file in enumerate(result.files):
        run = first if place == 0 else run_at_hand(file.filename, terms, dry_run=False, by=by, now=first.created_at)
        run.file_name, run.size = label_of(file.filename), sizes.get(label_of(file.filename), 0)
        if place:
            run.move = first
            run.state = RunState.DONE
            run.save()
        finish_run(run, file, clock())
    let_go(first)
