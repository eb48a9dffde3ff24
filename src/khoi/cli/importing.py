"""``import``: records from files. Files that belong together are one act, others an act each."""

import json
import sys
from argparse import Namespace
from pathlib import Path
from time import monotonic
from typing import Any, Final

from khoi.cli import installation
from khoi.cli.answering import DONE, MISUSED, REFUSED, Stop, say, show_json, warn
from khoi.cli.language import gettext as _
from khoi.cli.language import ngettext
from khoi.cli.refusals import reason

#: Seconds before which nobody can say how long it will take.
EARLY: Final = 2.0
#: Refused because what the line names is not there.
MISNAMED: Final = frozenset({"no_file", "unknown_layout"})


def import_files(options: Namespace) -> int:
    """With several files the others go on when one is refused; the code is then that of the refused ones."""
    installation.open_workspace()
    mapping = _mapping(options.mapping)
    if _may_be_a_move(options):
        moved = _move_in(options)
        if moved is not None:
            return moved
    ended = DONE
    for name in options.files:
        ended = max(ended, _import(Path(name), options, mapping))
    return ended


def _mapping(name: str | None) -> str | None:
    if name is None:
        return None
    path = Path(name)
    try:
        return path.read_text("utf-8-sig")
    except OSError as fault:
        says = _("%(file)s: %(reason)s. Nothing was changed.") % {"file": name, "reason": reason(fault)}
        raise Stop(says, code=MISUSED, error="no_mapping") from None
    except UnicodeDecodeError:
        says = _("%s is not a text in UTF-8. Nothing was changed.") % name
        raise Stop(says, code=MISUSED, error="no_mapping") from None


def _may_be_a_move(options: Namespace) -> bool:
    """Several files, or an archive of some, of which nobody has said how to read them."""
    said = (options.mapping, options.layout, options.sheet, options.encoding, options.delimiter, options.heading_row)
    archive = options.files[0].casefold().endswith(".zip")
    return (len(options.files) > 1 or archive) and all(word is None for word in said)


def _terms(options: Namespace) -> Any:
    from khoi.capture.services import importing

    return importing.Terms(source=options.source.strip(), cost=options.cost.strip(), consent=_basis(options.basis))


def _basis(said: str) -> str:
    """ "none" is no basis."""
    text = said.strip()
    return "" if text.casefold() in {"none", "no", "không"} else text


def _move_in(options: Namespace) -> int | None:
    """All of the files at once; None when each is an import of its own. A file that tells of nothing we keep is left
    out; one that cannot be read is refused, as it would be alone."""
    from khoi.capture.services import importing
    from khoi.team.rules import OWNER_OF_THE_MACHINE

    paths = [Path(name) for name in options.files]
    try:
        result = importing.move_in(
            paths,
            terms=_terms(options),
            dry_run=options.dry_run,
            by=OWNER_OF_THE_MACHINE,
            clock=installation.now,
            progress=_Progress(_("%d files") % len(paths), quiet=options.json),
        )
    except importing.NotTogether:
        return None
    except importing.ImportRefused as refused:
        return _refused(paths[0], refused, options)
    if options.json:
        show_json(_whole(result))
    else:
        say(*_of_all(result))
    refused_ones = [file for file in result.left_out if file.code not in importing.NOTHING_OF_OURS]
    for file in refused_ones:
        warn(_("%(file)s: %(reason)s Nothing of it was taken.") % {"file": file.filename, "reason": file.says})
    return max((MISUSED if file.code in MISNAMED else REFUSED for file in refused_ones), default=DONE)


def _whole(result: Any) -> dict[str, Any]:
    files = [{**_answer(Path(file.filename), file), "rows_are": file.rows_are} for file in result.files]
    return {
        "act": result.act_id,
        "dry_run": result.dry_run,
        **result.counts,
        "rejected_file": next((file["rejected_file"] for file in files if file["rejected_file"]), None),
        "rows_per_s": result.rows_per_s,
        "files": files,
        "left_out": [{"file": file.filename, "code": file.code, "says": file.says} for file in result.left_out],
        "listed": result.listed,
        "people": result.people,
    }


def _of_all(result: Any) -> list[str]:
    lines: list[str] = []
    for file in result.files:
        lines += [line for line in _sentences(Path(file.filename), file, undo=False) if line]
    for file in result.left_out:
        lines.append(_("%(file)s: left out. %(reason)s") % {"file": file.filename, "reason": file.says})
    for name, says in (("owners", _("Nobody’s name here, kept as a text: %s")), ("stages", _("New stages: %s"))):
        if named := list(result.listed.get(name, {})):
            lines.append(says % (", ".join(named[:12]) + (" …" if len(named) > 12 else "")))
    if result.act_id is not None:
        lines.append(_("To take it all back: khoi undo %d") % result.act_id)
    return lines


def _import(path: Path, options: Namespace, mapping: str | None) -> int:
    from khoi.capture.services import importing
    from khoi.team.rules import OWNER_OF_THE_MACHINE

    try:
        result = importing.import_now(
            path,
            mapping=mapping,
            layout=options.layout or "",
            sheet=options.sheet or "",
            encoding=options.encoding or "",
            delimiter=options.delimiter or "",
            heading_row=options.heading_row,
            terms=_terms(options),
            dry_run=options.dry_run,
            by=OWNER_OF_THE_MACHINE,
            clock=installation.now,
            progress=_Progress(path.name, quiet=options.json),
        )
    except importing.ImportRefused as refused:
        return _refused(path, refused, options)
    answer = _answer(path, result)
    if options.json:
        _show(answer, several=len(options.files) > 1)
    else:
        say(*_sentences(path, result))
    return DONE


def _refused(path: Path, refused: Any, options: Namespace) -> int:
    answer = {"ok": False, "error": refused.code, "file": str(path), "refused": refused.code}
    answer |= {"field": refused.field, "message": str(refused), "act": None}
    if options.json:
        _show(answer, several=len(options.files) > 1)
    warn(_("%(file)s: %(reason)s Nothing was changed.") % {"file": path, "reason": refused})
    return MISUSED if refused.code in MISNAMED else REFUSED


def _show(answer: dict[str, Any], *, several: bool) -> None:
    """One object; of several files one per line."""
    if several:
        say(json.dumps(answer, ensure_ascii=False))
    else:
        show_json(answer)


def _answer(path: Path, result: Any) -> dict[str, Any]:
    from khoi.capture.queries.import_words import explained

    told = {"problems": explained(result.problems), "warnings": explained(result.warnings)}
    return {
        "file": str(path),
        "act": result.act_id,
        "dry_run": result.dry_run,
        **result.counts,
        "rejected_file": str(_folder() / result.rejected_file) if result.rejected_file else None,
        "rows_per_s": result.rows_per_s,
        "layout": result.layout or None,
        "sheet": result.sheet or None,
        "other_sheets": list(result.other_sheets),
        "read_as_empty": result.emptied,
        **told,
    }


def _folder() -> Path:
    from khoi.capture.queries.imports import imports_folder

    return imports_folder()


def _sentences(path: Path, result: Any, *, undo: bool = True) -> list[str]:
    from khoi.capture.queries.import_words import explained

    lines = [_headline(path, result)]
    if not result.rows:
        lines.append(_("The file has headings and no rows below them."))
    for kind in explained([*result.problems, *result.warnings]):
        at = ", ".join(map(str, kind["lines"])) + (" …" if kind["more"] else "")
        lines.append("  " + _("%(count)d × %(says)s (line %(lines)s)") % {**kind, "lines": at})
    if result.other_sheets:
        names = ", ".join(f"“{name}”" for name in result.other_sheets)
        lines.append(_("Also in the file, not read: %s. Choose one with --sheet.") % names)
    if result.rejected_file:
        lines.append(
            _("The rejected rows are in %s; mend them there and import that file.") % (_folder() / result.rejected_file)
        )
    for text, count in result.emptied.items():
        lines.append("  " + _("%(count)d cells with “%(text)s” were read as empty") % {"count": count, "text": text})
    if undo and result.act_id is not None:
        lines.append(_("To take it all back: khoi undo %d") % result.act_id)
    return lines


def _headline(path: Path, result: Any) -> str:
    says = ngettext("%(rows)d row", "%(rows)d rows", result.rows) % {"rows": result.rows}
    words = [
        (result.created, _("%d new")),
        (result.updated, _("%d updated")),
        (result.unchanged, _("%d unchanged")),
        (result.skipped, _("%d repeated")),
        (result.rejected, _("%d rejected")),
    ]
    counts = ", ".join(text % count for count, text in words if count)
    line = f"{path}: {says}" + (f" ({counts})" if counts else "")
    return f"{line}. " + _("Dry run: nothing was changed.") if result.dry_run else f"{line}."


class _Progress:
    """A counting line on a terminal, nothing elsewhere."""

    def __init__(self, name: str, *, quiet: bool) -> None:
        self.name = name
        self.shown = not quiet and sys.stderr.isatty()
        self.began = monotonic()

    def __call__(self, rows: int, of: int | None) -> None:
        if self.shown:
            print(f"\r{self.name}: {rows}{self._ahead(rows, of)}\033[K", end="\r", file=sys.stderr, flush=True)

    def _ahead(self, rows: int, of: int | None) -> str:
        """Of how many, and how many seconds the others will take."""
        if not of:
            return ""
        since = monotonic() - self.began
        left = _("%d s left") % round(since / rows * (of - rows)) if rows and since > EARLY else ""
        return f" / {of}" + (f" ({left})" if left else "")
