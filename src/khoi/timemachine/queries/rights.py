"""What it takes to write the rows of each table, and to do again or take back what each verb does."""

from collections.abc import Iterable
from typing import Final

from khoi.accounts.models import Account, AccountValue, Contact
from khoi.activities.models import Activity, Attachment, Task
from khoi.campaigns.models import Campaign, Cost, Source
from khoi.capture.models import Form, RecordReference
from khoi.custom.models import CustomField
from khoi.history.models import Act
from khoi.leads.models import BantFact, Lead, LeadReference, LeadValue
from khoi.lifecycle.queries.going import RIGHTS, VERBS
from khoi.people.models import Consent, ContactPoint, NotTheSame, Person, PersonValue, Suppression
from khoi.pipeline.models import Opportunity, OpportunityValue, Pipeline, PipelineStage, StageMove
from khoi.qualification.models import Policy, StageChange
from khoi.routing.models import Assignment, RoutingRule, Share
from khoi.scoring.models import Scorecard
from khoi.team.models import Team, Token, User
from khoi.timemachine.queries.standing import Model
from khoi.touchpoints.models import Touchpoint
from khoi.workspace.models import File, Workspace

#: Every recorded table → the action that writing its rows takes.
WRITES: Final[dict[Model, str]] = {
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
    RecordReference: "account.edit",
    Person: "person.edit",
    PersonValue: "person.edit",
    ContactPoint: "person.edit",
    Consent: "person.edit",
    NotTheSame: "person.merge",
    Suppression: "person.erase",
    Touchpoint: "person.edit",
    Lead: "lead.edit",
    LeadValue: "lead.edit",
    LeadReference: "lead.edit",
    BantFact: "lead.edit",
    StageChange: "lead.edit",
    Assignment: "lead.edit",
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
#: The verb of a deletion → what it deleted.
DELETED: Final[dict[str, Model]] = {verb: model for model, verbs in VERBS.items() for verb in verbs}
#: Verbs that take a right of their own beside those of the tables.
BESIDES: Final[dict[str, str]] = {
    "assign_lead": "lead.assign",
    "assign_leads": "lead.assign",
    "convert_lead": "lead.convert",
    "accept_lead": "lead.qualify",
    "hand_back": "lead.qualify",
    "disqualify": "lead.qualify",
    "disqualify_leads": "lead.qualify",
    "reopen_lead": "lead.qualify",
    "override_stage": "lead.qualify",
}
#: Verbs whose one right opens every table they write.
INSTEAD: Final[dict[str, str]] = {
    "import_file": "import.run",
    "merge_people": "person.merge",
    **{verb: RIGHTS[model] for verb, model in DELETED.items()},
}


def rights_of(verbs: Iterable[str]) -> set[str]:
    """What the verbs take beside the rights of the tables they wrote."""
    return {table[verb] for verb in verbs for table in (BESIDES, INSTEAD) if verb in table}


def rights_to_write(model: Model, ops: Iterable[str], verbs: Iterable[str]) -> set[str]:
    """What it takes to put back rows of the table that came (i), changed (u) or went (d) by these verbs."""
    verbs, ops = set(verbs), set(ops)
    if verbs and verbs <= DELETED.keys():
        return {RIGHTS[model]} if model in RIGHTS else set()
    if verbs and verbs <= INSTEAD.keys():
        return set()
    return {WRITES[model]} | ({RIGHTS[model]} if "i" in ops and model in RIGHTS else set())


def verbs_of(act: Act) -> set[str]:
    """The act's verb; of an undo, the verbs of what it took back, because its reverse does them again."""
    return set(Act.objects.filter(undone_by=act).values_list("verb", flat=True)) if act.is_undo else {act.verb}
