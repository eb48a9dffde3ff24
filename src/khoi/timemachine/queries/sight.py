"""What of history somebody may see, and which acts they may take back. Today's rights, for all of the past."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any, Final

from django.db import models

from khoi.accounts.models import Account, AccountValue, Contact
from khoi.activities.models import Activity, Attachment, Task
from khoi.campaigns.models import Campaign, Cost, Source
from khoi.capture.models import Form
from khoi.custom.models import CustomField
from khoi.history.models import Act, Change, model_of
from khoi.history.queries import RowChange
from khoi.people.models import Consent, ContactPoint, NotTheSame, Person, PersonValue
from khoi.pipeline.models import Opportunity, OpportunityValue, Pipeline, PipelineStage, StageMove
from khoi.qualification.models import Policy
from khoi.routing.models import RoutingRule, Share
from khoi.scoring.models import Scorecard
from khoi.team.models import Team, Token, User
from khoi.team.queries import Forbidden, Hidden, visible
from khoi.team.rules import PARTNER, Principal
from khoi.timemachine.queries import gone as deleted
from khoi.touchpoints.models import Touchpoint
from khoi.workspace.models import File, Workspace

Model = type[models.Model]

#: Rows that are seen with another record: the lookup that leads there.
SEEN_WITH: Final[dict[Model, tuple[str, Model]]] = {
    ContactPoint: ("person__in", Person),
    Consent: ("person__in", Person),
    File: ("attachments__in", Attachment),
}

#: What an act changed of these needs its own right to be taken back, also by whoever did it.
GOVERNED: Final[dict[Model, str]] = {
    Workspace: "settings.edit",
    CustomField: "field.edit",
    Team: "team.edit",
    User: "team.edit",
    Token: "team.edit",
    Scorecard: "rules.edit",
    Policy: "rules.edit",
    Pipeline: "rules.edit",
    PipelineStage: "rules.edit",
    RoutingRule: "routing.edit",
    Share: "routing.edit",
    Form: "form.edit",
}

#: The right to change such records today, asked when somebody takes back what another did.
EVERYDAY: Final[dict[Model, str]] = {
    Person: "person.edit",
    PersonValue: "person.edit",
    ContactPoint: "person.edit",
    Consent: "person.edit",
    NotTheSame: "person.merge",
    Touchpoint: "person.edit",
    Account: "account.edit",
    AccountValue: "account.edit",
    Contact: "account.edit",
    Opportunity: "opportunity.edit",
    OpportunityValue: "opportunity.edit",
    StageMove: "opportunity.edit",
    Task: "task.edit",
    Activity: "activity.create",
    Attachment: "activity.create",
    File: "activity.create",
    Source: "campaign.edit",
    Campaign: "campaign.edit",
    Cost: "campaign.edit",
}


def seen(model: Model, actor: Principal) -> "models.QuerySet[Any]":
    """The rows of a recorded table that the actor may see today."""
    if model is Workspace:
        return Workspace.objects.all()
    if model is Person:
        return Person.objects.known_to(actor)
    if model is Contact:
        return Contact.every.visible_to(actor)
    if model in SEEN_WITH:
        lookup, parent = SEEN_WITH[model]
        return model._base_manager.filter(**{lookup: visible(parent, actor)})
    return visible(model, actor)


def did(actor: Principal, act: Act) -> bool:
    """Whether the act is the actor's own, at the keyboard or by a token."""
    return actor.id is not None and act.actor_kind in ("user", "token") and act.actor_id == actor.id


def sees_all(actor: Principal) -> bool:
    return actor.visibility == "all" and actor.role != PARTNER


def acts_seen(actor: Principal, acts: Collection[Act]) -> set[int]:
    """Ids of those acts the actor may know of: their own, and those that touched a row they see."""
    if sees_all(actor):
        return {act.pk for act in acts}
    found = {act.pk for act in acts if did(actor, act)}
    found |= deleted.looked_after(actor, [act for act in acts if act.pk not in found])
    changes = Change.objects.filter(act_id__in={act.pk for act in acts} - found)
    for code in list(changes.order_by().values_list("tbl", flat=True).distinct()):
        rows = seen(model_of(code), actor).order_by().values("pk")
        found |= set(changes.filter(tbl=code, row_id__in=rows).values_list("act_id", flat=True).distinct())
    gone = changes.filter(subject_id__in=seen(Person, actor).order_by().values("pk"))
    return found | set(gone.values_list("act_id", flat=True).distinct())


def find_act(actor: Principal, act_id: int) -> Act:
    """The act, if the actor may know of it; else ``Hidden``."""
    act = Act.objects.filter(pk=act_id, position__isnull=False).select_related("undone_by").first()
    if act is None or act.pk not in acts_seen(actor, [act]):
        raise Hidden
    return act


def known_of(actor: Principal, act_ids: Collection[int]) -> tuple[list[Act], int]:
    """Those of the acts the actor may know of, latest first, and how many more there are."""
    acts = list(Act.objects.filter(pk__in=act_ids).order_by("-position"))
    seen = acts_seen(actor, acts)
    known = [act for act in acts if act.pk in seen]
    return known, len(acts) - len(known)


def seen_changes(actor: Principal, changes: Iterable[RowChange]) -> list[RowChange]:
    """Those changes whose row the actor sees. A row that is gone is seen with its person; without one, by
    whoever took part in the act, looks after whom all deleted records belonged to, or sees everything."""
    told = list(changes)
    acts = {c.act.pk: c.act for c in told}
    mine = {pk for pk, act in acts.items() if did(actor, act)} | deleted.looked_after(actor, acts.values())
    rows: dict[Model, set[int]] = defaultdict(set)
    for change in told:
        rows[change.model].add(change.row_id)
    open_rows = {model: _open(model, ids, actor) for model, ids in rows.items()}
    gone = {model: ids - _present(model, ids) for model, ids in rows.items()}
    people = _open(Person, {c.subject_id for c in told if c.subject_id}, actor)
    return [
        c
        for c in told
        if c.row_id in open_rows[c.model]
        or (c.row_id in gone[c.model] and (c.act.pk in mine or sees_all(actor) or c.subject_id in people))
    ]


def _open(model: Model, ids: set[int], actor: Principal) -> set[int]:
    return set(seen(model, actor).filter(pk__in=ids).values_list("pk", flat=True))


def _present(model: Model, ids: set[int]) -> set[int]:
    return set(model._base_manager.filter(pk__in=ids).values_list("pk", flat=True))


def may_take_back(actor: Principal, act: Act) -> bool:
    """Whether asking makes sense; ``allow_undo`` looks at every row."""
    return actor.may("act.undo") and (did(actor, act) or actor.may("act.undo_others"))


def allow_undo(actor: Principal, acts: Collection[int]) -> None:
    """Raise ``Forbidden`` unless the actor may take all these acts back: their own, or as somebody who leads, with
    sight of every row and the right to change such rows."""
    for act in Act.objects.filter(pk__in=acts):
        if not may_take_back(actor, act):
            raise Forbidden("act.undo" if did(actor, act) else "act.undo_others")
        for code in list(Change.objects.filter(act=act).order_by().values_list("tbl", flat=True).distinct()):
            _allow_rows(actor, act, model_of(code), Change.objects.filter(act=act, tbl=code))


def _allow_rows(actor: Principal, act: Act, model: Model, changes: "models.QuerySet[Change]") -> None:
    mine = did(actor, act)
    rows = changes.order_by()
    if model is User and mine and not rows.exclude(row_id=actor.id or 0).exists():
        action = "profile.edit"
    else:
        action = GOVERNED.get(model) or ("act.undo" if mine else EVERYDAY.get(model, "lead.edit"))
    if not actor.may(action):
        raise Forbidden(action)
    if not sees_all(actor) and _unseen(actor, model, rows, mine=mine):
        raise Forbidden("act.undo")


def _unseen(actor: Principal, model: Model, rows: "models.QuerySet[Change]", *, mine: bool) -> bool:
    """Whether one of the rows is hidden from the actor."""
    beside = rows.exclude(row_id__in=seen(model, actor).order_by().values("pk"))
    gone = beside.exclude(row_id__in=model._base_manager.order_by().values("pk"))
    if beside.exclude(pk__in=gone.values("pk")).exists():
        return True
    if mine or deleted.looked_after(actor, Act.objects.filter(pk__in=rows.values("act"))):
        return False
    return gone.exclude(subject_id__in=seen(Person, actor).order_by().values("pk")).exists()
