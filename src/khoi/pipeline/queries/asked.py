"""What gates may ask of a deal, and the deal as they read it."""

from django.utils.translation import gettext_lazy as _

from khoi.kit.conditions import Field
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


def record_of(opportunity: Opportunity, *, next_task: bool) -> dict[str, object]:
    """The opportunity flat, as conditions read it."""
    return {
        "amount": opportunity.amount,
        "close_on": opportunity.close_on,
        "need": opportunity.need,
        "decision_maker": opportunity.decision_maker,
        "account": opportunity.account_id,
        "contact": opportunity.contact_id,
        "next_task": next_task,
    }
