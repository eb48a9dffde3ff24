"""Moving leads through the lifecycle: by the published criteria, by acceptance, by hand, back and out."""

from khoi.qualification.services.entering import enter_stage
from khoi.qualification.services.handing import accept_lead, disqualify, hand_back, override_stage, reopen_lead
from khoi.qualification.services.publishing import publish_policy

__all__ = ["accept_lead", "disqualify", "enter_stage", "hand_back", "override_stage", "publish_policy", "reopen_lead"]
