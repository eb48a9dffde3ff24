"""What speaks of a person beside the recorded tables: files of imports, mails, raw submissions, kept answers."""

import codecs
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal

from django.db import models

from khoi.capture.models import ImportRun, RunState, Submission
from khoi.capture.queries.import_signs import course_path
from khoi.capture.queries.imports import imports_folder
from khoi.history.models import Answer, Change
from khoi.kit.refusals import Refusal
from khoi.kit.tabular import TableRefused
from khoi.kit.tabular.encodings import detect_encoding
from khoi.outbox.models import Mail
from khoi.privacy.rules.traces import Traces
from khoi.workspace import services as workspace
from khoi.workspace.models import File

_PIECE: Final = 1 << 20
_UNDER_WAY: Final = (RunState.WAITING, RunState.RUNNING)


@dataclass(frozen=True, slots=True)
class Gone:
    """Something on the disk that goes once the erasure is committed: a stored file by its digest, or a file of
    imports by its name."""

    kind: Literal["file", "import"]
    name: str


def unlink(gone: Iterable[Gone]) -> None:
    for one in gone:
        if one.kind == "import":
            (imports_folder() / one.name).unlink(missing_ok=True)
        elif not File.objects.filter(digest=one.name).exists():
            workspace.delete_content(one.name)


def let_files_go(people: Iterable[int], traces: Traces) -> list[Gone]:
    """Uploads and rejected rows of imports that hold them are let go as a whole: a table cannot be trusted to hold
    them in one row alone. The runs stay listed, with their counts."""
    touching = Change.objects.filter(subject_id__in=list(people)).values_list("act_id", "act__part_of").distinct()
    acts = {act for pair in touching for act in pair if act is not None}
    gone: list[Gone] = []
    for run in ImportRun.objects.order_by("pk"):
        names = [name for name in (run.stored_as, run.rejected_file) if name]
        if names and (run.act_id in acts or any(_holds(imports_folder() / name, traces) for name in names)):
            if run.state in _UNDER_WAY:
                raise Refusal("import_under_way")
            course = course_path(run)
            gone += [Gone("import", name) for name in (*names, *([course.name] if course.is_file() else ()))]
            run.stored_as = run.rejected_file = ""
            if run.state in (RunState.DRAFT, RunState.PAUSED):
                run.state = RunState.CANCELLED
        _clean(run, traces)
        run.save(update_fields=["stored_as", "rejected_file", "state", "problems", "error", "file_name"])
    return gone


def _clean(run: ImportRun, traces: Traces) -> None:
    """The counts of what was wrong stay; the values that show it go."""
    run.problems = [
        {key: "" if isinstance(value, str) and traces.are_in(value) else value for key, value in problem.items()}
        for problem in run.problems
    ]
    run.error = {} if traces.are_in(str(run.error)) else run.error
    run.file_name = "—" if traces.are_in(run.file_name) else run.file_name


def _holds(path: Path, traces: Traces) -> bool:
    return path.is_file() and any(traces.are_in_bytes(pieces, encoding) for pieces, encoding in _contents(path))


def _contents(path: Path) -> Iterator[tuple[Iterator[bytes], str]]:
    """A spreadsheet is a zip of texts; everything else is one, in an encoding of its own."""
    if not zipfile.is_zipfile(path):
        with path.open("rb") as file:
            encoding = _encoding_of(file)
            yield iter(lambda: file.read(_PIECE), b""), encoding
        return
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            with archive.open(name) as member:
                yield iter(lambda member=member: member.read(_PIECE), b""), "utf-8"  # type: ignore[misc]


def _encoding_of(file: BinaryIO) -> str:
    try:
        return codecs.lookup(detect_encoding(file).name).name
    except (TableRefused, LookupError):
        file.seek(0)
        return "utf-8"


def delete_loose(traces: Traces) -> int:
    """Mails to them or about them, submissions that became no lead, and answers kept for a second sending."""
    mails = (one for one in Mail.objects.iterator() if traces.are_in("\n".join(_texts(one))))
    found = _delete(Mail, (one.pk for one in mails))
    raw = Submission.objects.filter(lead=None).values_list("pk", "payload").iterator()
    found += _delete(Submission, (pk for pk, payload in raw if traces.are_in(_said(payload))))
    kept = (one.pk for one in Answer.objects.iterator() if traces.are_in("\n".join(_told(one))))
    return found + _delete(Answer, kept)


def _texts(mail: Mail) -> tuple[str, ...]:
    return mail.to, mail.subject, mail.text, mail.html, mail.error


def _said(payload: Mapping[str, Any]) -> str:
    """Each value on a line, and all of them on one: a name may fill two fields."""
    values = [str(value) for value in payload.values()]
    return "\n".join([*values, " ".join(values)])


def _told(answer: Answer) -> list[str]:
    """The refusal of an edit names the person by the address it was sent to alone."""
    return [answer.scope, answer.key, *(str(value) for value in answer.headers.values()), answer.body]


def _delete(model: type[models.Model], ids: Iterable[int]) -> int:
    return model._base_manager.filter(pk__in=list(ids)).delete()[0]
