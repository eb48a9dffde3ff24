"""``people merge``: two people who turn out to be one. ``people erase``: nothing is known of somebody any more."""

import sys
from argparse import Namespace
from typing import Any
from uuid import UUID

from khoi.cli import installation
from khoi.cli.answering import MISUSED, REFUSED, Stop, say, show
from khoi.cli.language import gettext as _
from khoi.cli.language import ngettext


def merge(options: Namespace) -> int:
    installation.open_workspace()
    from khoi.people import services as people
    from khoi.team.rules import OWNER_OF_THE_MACHINE

    survivor, loser = _person(options.survivor), _person(options.loser)
    merged = people.merge_people(
        survivor,
        loser=loser,
        choices=dict.fromkeys(options.take, "loser"),
        key=options.key,
        by=OWNER_OF_THE_MACHINE,
        now=installation.now(),
    )
    answer = {
        "act": merged.act.pk if merged.act else None,
        "survivor": survivor.public_id,
        "loser": loser.public_id,
        "already": merged.already,
    }
    names = {"loser": loser.full_name or loser.public_id, "survivor": survivor.full_name or survivor.public_id}
    says = _("%(loser)s was merged into %(survivor)s, by act %(act)s. khoi undo %(act)s takes it back.")
    if merged.already:
        says = _("%(loser)s and %(survivor)s are one already. Nothing was changed.")
    return show(answer, as_json=options.json, lines=[says % {**answer, **names}])


def erase(options: Namespace) -> int:
    installation.open_workspace()
    from khoi.kit.refusals import Refusal
    from khoi.privacy import services as privacy
    from khoi.team.rules import OWNER_OF_THE_MACHINE

    person = _person(options.person, gone_too=True)
    _ask(person, options)
    try:
        erased = privacy.erase_person(person, reason=options.reason, by=OWNER_OF_THE_MACHINE, now=installation.now())
    except Refusal as refusal:
        raise Stop(str(refusal), code=REFUSED, error=refusal.code) from None
    answer = {"act": erased.act.pk, "rows": erased.rows, "files": erased.files, "unswept": list(erased.unswept)}
    return show(answer, as_json=options.json, lines=_sentences(answer))


def _ask(person: Any, options: Namespace) -> None:
    """Only of somebody who sits there; a program has said what it wants."""
    if options.yes or options.json or not sys.stdin.isatty():
        return
    say(_("%s will be erased everywhere. This cannot be undone.") % (person.full_name or person.public_id))
    if input(_("Type ERASE to go on: ")).strip() != "ERASE":
        raise Stop(_("Nothing was erased."), code=REFUSED)


def _sentences(answer: dict[str, Any]) -> list[str]:
    says = ngettext(
        "Erased by act %(act)s: %(rows)s rows and %(files)s file. Backups made before still hold the person.",
        "Erased by act %(act)s: %(rows)s rows and %(files)s files. Backups made before still hold the person.",
        answer["files"],
    )
    waits = _("PostgreSQL still has old pages of %s; khoi jobs writes these tables anew between 1 and 5 at night.")
    return [says % answer] + ([waits % ", ".join(answer["unswept"])] if answer["unswept"] else [])


def _person(text: str, *, gone_too: bool = False) -> Any:
    """By public id, or by the number that dumps and history show. ``gone_too``: also somebody in the bin."""
    from khoi.people.models import Person
    from khoi.privacy.queries import find_gone

    lookup: dict[str, Any] = {"pk": int(text)} if text.isascii() and text.isdigit() and len(text) < 19 else {}
    if not lookup:
        try:
            lookup = {"public_id": UUID(text)}
        except ValueError:
            says = _("“%s” is no person’s id. Nothing was changed.") % text
            raise Stop(says, code=MISUSED, error="not_an_id") from None
    person = Person.objects.filter(**lookup).first() or (find_gone(**lookup) if gone_too else None)
    if person is None:
        raise Stop(_("There is no person %s. Nothing was changed.") % text, error="unknown_person")
    return person
