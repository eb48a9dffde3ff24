"""What gates may ask of a deal, and the deal as they read it."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from khoi.custom.queries import fields_for, fields_named
from khoi.custom.queries import label_of as own_label_of
from khoi.custom.rules import Value, readable
from khoi.kit.conditions import Condition, Field, parse
from khoi.pipeline.models import Opportunity

FIELDS = {
    field.key: field
    for field in (
        Field("amount", "money", _("Amount")),
        Field("close_on", "date", _("Close date")),
        Field("need", "text", _("Need")),
        Field("decision_maker", "text", _("Decision maker")),
        Field("account", "reference", _("Account")),
        Field("contact", "reference", _("Contact")),
        Field("next_task", "boolean", _("Next step")),
    )
}


def every_field() -> dict[str, Field]:
    """Ours and the workspace's own that are in use, for whoever makes a gate."""
    return {**FIELDS, **fields_for(Opportunity)}


def fields_in(gate: object) -> dict[str, Field]:
    """Ours, and those of the workspace's own that this gate names."""
    return {**FIELDS, **fields_named(Opportunity, gate)}


def label_of(name: str) -> str:
    """What people call a field of a deal, in the language of the page."""
    return str(FIELDS[name].label) if name in FIELDS else own_label_of(Opportunity, name)


def condition_of(gate: object) -> tuple[Condition, dict[str, Field]]:
    """A stored gate as it is judged, and the fields it may name."""
    fields = fields_in(gate)
    return parse(readable(gate, fields), fields), fields


def record_of(opportunity: Opportunity, *, next_task: bool, own: Mapping[str, Value]) -> dict[str, object]:
    """The opportunity flat, as conditions read it; ``own``: ``custom.<key>`` → value."""
    return {
        "amount": opportunity.amount,
        "close_on": opportunity.close_on,
        "need": opportunity.need,
        "decision_maker": opportunity.decision_maker,
        "account": opportunity.account_id,
        "contact": opportunity.contact_id,
        "next_task": next_task,
        **own,
    }
