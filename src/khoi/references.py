"""What merging, un-merging, erasing and a person's own file do with every row that points at a person.

The setting ``KHOI_REFERENCES`` names this list. A foreign key to a person that is not here fails the build, and so
does a unique constraint that holds one without saying what a merge does when both people have such a row. Of two
people who are one the survivor keeps everything; an erasure takes the survivor and all merged into them.
"""

from typing import Final

from khoi.people.rules.references import Bare, Beyond, Reference, References

REFERENCES: Final = References(
    keys=(
        Reference("people.Person", "merged_into", "flatten", "keep", in_file=False),
        Reference(
            "people.ContactPoint",
            "person",
            "move",
            "delete",
            unique={"contact_point_is_listed_once_per_person": "fold", "one_primary_of_each_kind": "demote"},
        ),
        Reference("people.PersonValue", "person", "move", "delete", unique={"person_has_one_value_per_field": "fold"}),
        Reference("people.MatchKey", "person", "rebuild", "delete", in_file=False),
        Reference("people.PossibleDuplicate", "first", "rebuild", "delete", in_file=False),
        Reference("people.PossibleDuplicate", "second", "rebuild", "delete", in_file=False),
        # Said of two rows; whoever they were merged into is read through them.
        Reference("people.NotTheSame", "first", "stay", "delete", in_file=False),
        Reference("people.NotTheSame", "second", "stay", "delete", in_file=False),
        # The last scan says so; whoever is merged is not shown, and the next scan finds the survivor.
        Reference("duplicates.FoundPair", "first", "stay", "delete", in_file=False),
        Reference("duplicates.FoundPair", "second", "stay", "delete", in_file=False),
        # The ledger proves what was agreed in which words; the address and the sender's number go.
        Reference("people.Consent", "person", "follow", "empty", follows="person_ref", keeps=("wording",)),
        Reference(
            "accounts.Contact", "person", "move", "empty", unique={"person_is_one_contact_of_an_account": "fold"}
        ),
        Reference("touchpoints.Touchpoint", "person", "move", "empty"),
        Reference("leads.Lead", "person", "move", "empty"),
        Reference("leads.LeadValue", "person", "follow", "delete", follows="lead.person"),
        Reference("leads.BantFact", "person", "follow", "empty", follows="lead.person"),
        Reference("activities.Task", "person", "move", "empty"),
        Reference("activities.Activity", "person", "move", "empty"),
        Reference("qualification.StageChange", "person", "follow", "empty", follows="lead.person"),
        Reference("pipeline.Opportunity", "person", "move", "empty"),
        Reference("pipeline.OpportunityValue", "person", "follow", "delete", follows="opportunity.person"),
        Reference("pipeline.StageMove", "person", "follow", "empty", follows="opportunity.person"),
        Reference("capture.RecordReference", "person", "move", "delete"),
    ),
    bare=(
        Bare("people.Consent", "person_ref", "keep"),
        # History: earlier values go with their salt, ids and the fact that something changed stay.
        Bare("history.Change", "subject_id", "empty"),
        Bare("history.Act", "subject_id", "keep"),
    ),
    beyond=(
        Beyond("leads.LeadReference", "lead.person", "delete"),
        Beyond("capture.RecordReference", "opportunity.person", "delete"),
        Beyond("capture.Submission", "lead.person", "delete"),
        Beyond("activities.Attachment", "activity.person", "delete"),
        # A file that is attached elsewhere too stays there.
        Beyond("workspace.File", "attachments.activity.person", "delete"),
    ),
    of_others=("accounts.Account", "accounts.AccountValue", "team.User"),
)
