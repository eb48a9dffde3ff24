"""``fields add``, ``fields list``, ``fields archive``: fields of the workspace's own."""

from argparse import Namespace
from typing import Any

from khoi.cli import installation
from khoi.cli.answering import Stop, show, table
from khoi.cli.language import gettext as _


def add(options: Namespace) -> int:
    installation.open_workspace()
    from khoi.custom import services as custom
    from khoi.team.rules import OWNER_OF_THE_MACHINE

    field = custom.add_field(
        options.object,
        type=options.type,
        label=options.label_en or options.name,
        label_vi=options.label_vi or (options.name if options.label_en else ""),
        key=options.key,
        choices=[part.strip() for part in options.choices.split(",") if part.strip()],
        currency=options.currency,
        asked=options.asked,
        in_lists=options.in_lists,
        by=OWNER_OF_THE_MACHINE,
        now=installation.now(),
    )
    says = _("Field %(key)s of %(object)s is added.") % {"key": field.key, "object": field.object}
    return show(_told(field), as_json=options.json, lines=[says])


def list_fields(options: Namespace) -> int:
    installation.open_workspace()
    from khoi.custom.models import CustomField

    fields = CustomField.objects.order_by("object", "position", "id")
    if options.object:
        fields = fields.filter(object=options.object)
    if not options.archived:
        fields = fields.filter(archived_at=None)
    told = [_told(field) for field in fields]
    names = ("object", "key", "type", "label", "label_vi", "asked", "in_lists", "archived_at")
    head = [_("of"), _("key"), _("type"), _("name"), _("in Vietnamese"), _("asked"), _("in lists"), _("archived")]
    lines = table(head, [[str(one[name] or "") for name in names] for one in told])
    return show({"fields": told}, as_json=options.json, lines=lines if told else [_("No field of your own yet.")])


def archive(options: Namespace) -> int:
    installation.open_workspace()
    from khoi.custom import services as custom
    from khoi.custom.models import CustomField
    from khoi.team.rules import OWNER_OF_THE_MACHINE

    field = CustomField.objects.filter(object=options.object, key=options.key).first()
    if field is None:
        says = _("There is no field %(key)s of %(object)s. Nothing was changed.") % vars(options)
        raise Stop(says, error="unknown_field")
    verb = custom.restore_field if options.restore else custom.archive_field
    verb(field, by=OWNER_OF_THE_MACHINE, now=installation.now())
    says = (
        _("%s is back in use, with every value it had.")
        if options.restore
        else _("%s is archived; all its values are kept.")
    )
    return show(_told(field), as_json=options.json, lines=[says % field.key])


def _told(field: Any) -> dict[str, Any]:
    names = "object key type label label_vi choices currency asked in_lists position archived_at".split()
    return {name: getattr(field, name) for name in names}
