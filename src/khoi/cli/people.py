"""``people merge``: two people who turn out to be one."""

from argparse import Namespace
from typing import Any
from uuid import UUID

from khoi.cli import installation
from khoi.cli.answering import Stop, show
from khoi.cli.language import gettext as _


def merge(options: Namespace) -> int:
    installation.open_workspace()
    from khoi.people import services as people
    from khoi.team.rules import OWNER_OF_THE_MACHINE

    survivor, loser = _person(options.survivor), _person(options.loser)
    merged = people.merge_people(
        survivor, loser=loser, key=options.key, by=OWNER_OF_THE_MACHINE, now=installation.now()
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


def _person(text: str) -> Any:
    """By public id, or by the number that dumps and history show."""
    from khoi.people.models import Person

    lookup: dict[str, Any] = {"pk": int(text)} if text.isascii() and text.isdigit() and len(text) < 19 else {}
    if not lookup:
        try:
            lookup = {"public_id": UUID(text)}
        except ValueError:
            raise Stop(_("“%s” is no person’s id. Nothing was changed.") % text) from None
    person = Person.objects.filter(**lookup).first()
    if person is None:
        raise Stop(_("There is no person %s. Nothing was changed.") % text)
    return person
