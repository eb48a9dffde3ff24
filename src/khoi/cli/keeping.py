"""``backup`` and ``restore``."""

from argparse import Namespace
from dataclasses import asdict
from pathlib import Path

from khoi.cli import installation
from khoi.cli.answering import DONE, MISUSED, REFUSED, Stop, show
from khoi.cli.language import gettext as _
from khoi.cli.language import ngettext


def backup(options: Namespace) -> int:
    installation.open_workspace()
    from khoi.operations import services as operations

    target = Path(options.file).resolve()
    try:
        made = operations.back_up(target, now=installation.now(), portable=options.portable)
    except operations.NoFolder:
        says = _("There is no folder %s. Nothing was written; is the disk there?")
        raise Stop(says % target.parent, error="no_folder") from None
    except operations.NotABackup:
        raise Stop(_("%s exists and is no backup; it was left alone.") % target, code=REFUSED) from None
    says = ngettext(
        "Backed up %(rows)s rows and %(files)d file to %(file)s (%(size).1f MB).",
        "Backed up %(rows)s rows and %(files)d files to %(file)s (%(size).1f MB).",
        made.files,
    )
    words = {"rows": made.rows, "files": made.files, "file": made.file, "size": made.size / 1e6}
    return show(asdict(made), as_json=options.json, lines=[says % words])


def restore(options: Namespace) -> int:
    source = Path(options.file).resolve()
    if not source.is_file():
        raise Stop(_("There is no file %s.") % source, code=MISUSED, error="no_file")
    installation.start_django()
    from khoi.operations import services as operations

    try:
        restored = operations.restore(source, now=installation.now(), replace=options.replace)
    except operations.Damaged as damaged:
        raise Stop(_("%(file)s is damaged or no backup (%(part)s). Nothing was touched.") % {
            "file": source, "part": damaged.member}) from None  # fmt: skip
    except operations.Unproven as unproven:
        words = {"file": source, "reason": unproven.reason}
        raise Stop(_("The history inside %(file)s does not hold (%(reason)s). Nothing was touched.") % words) from None
    except operations.NotHere as other:
        raise Stop(_not_here(other.reason), code=REFUSED) from None
    except operations.NotEmpty:
        says = _("There is a workspace in %s already. Nothing was touched; --replace backs it up and replaces it.")
        raise Stop(says % installation.data_folder(), code=REFUSED) from None
    show(asdict(restored) | {"ok": True}, as_json=options.json, lines=_sentences(restored))
    return DONE


def _sentences(restored: "object") -> list[str]:
    made = asdict(restored)  # type: ignore[call-overload]
    lines = [_("Restored the workspace of %(made_at)s: %(rows)s rows, %(files)s files; the history holds.") % made]
    if made["erased"]:
        again = ngettext(
            "%s person in it had been erased and was erased again.",
            "%s people in it had been erased and were erased again.",
            made["erased"],
        )
        lines.append(again % made["erased"])
    return lines + ([_("What stood here before is kept in %s.") % made["kept"]] if made["kept"] else [])


def _not_here(reason: str) -> str:
    return {
        "too_new": _("The backup was made by a newer Khơi. Nothing was touched; use that version."),
        "too_old": _("This portable backup was made by an older Khơi. Restore it with that version, then upgrade."),
        "other_engine": _("The backup holds another kind of database. Make one with khoi backup --portable there."),
    }[reason]
