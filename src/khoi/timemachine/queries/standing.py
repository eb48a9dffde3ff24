"""Which rows of a recorded table somebody may see today."""

from typing import Any, Final

from django.db import models

from khoi.accounts.models import Contact
from khoi.activities.models import Attachment
from khoi.people.models import Consent, ContactPoint, Person, Suppression
from khoi.team.queries import visible
from khoi.team.rules import PARTNER, Principal
from khoi.workspace.models import File, Workspace

Model = type[models.Model]

#: Rows that are seen with another record: the lookup that leads there.
SEEN_WITH: Final[dict[Model, tuple[str, Model]]] = {
    ContactPoint: ("person__in", Person),
    Consent: ("person__in", Person),
    File: ("attachments__in", Attachment),
}


def seen(model: Model, actor: Principal) -> "models.QuerySet[Any]":
    """The rows of a recorded table that the actor may see today."""
    if model is Workspace:
        return Workspace.objects.all()
    if model is Suppression:
        return Suppression.objects.all() if sees_all(actor) else Suppression.objects.none()
    if model is Person:
        return Person.objects.known_to(actor)
    if model is Contact:
        return Contact.every.visible_to(actor)
    if model in SEEN_WITH:
        lookup, parent = SEEN_WITH[model]
        return model._base_manager.filter(**{lookup: visible(parent, actor)})
    return visible(model, actor)


def sees_all(actor: Principal) -> bool:
    return actor.visibility == "all" and actor.role != PARTNER
