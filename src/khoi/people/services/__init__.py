"""People: adding them, changing what we know of them, what they consent to, and finding that two are one."""

from khoi.people.rules.merging import MERGING
from khoi.people.services.claiming import claim_version
from khoi.people.services.consenting import record_consent
from khoi.people.services.distinguishing import tell_apart
from khoi.people.services.knowing import EDITABLE, add_person, edit_person
from khoi.people.services.merging import Merged, hold_merged, hold_roots, merge_people, move_to_survivors
from khoi.people.services.merging_many import Left, MergedMany, Progress, merge_many
from khoi.people.services.suppressing import SUPPRESSED, keep_suppressed, suppress, suppress_digests
from khoi.people.services.unmerging import Unmerged, gather_strays, merges_in_the_way, unmerge_people

__all__ = [
    "EDITABLE",
    "MERGING",
    "SUPPRESSED",
    "Left",
    "Merged",
    "MergedMany",
    "Progress",
    "Unmerged",
    "add_person",
    "claim_version",
    "edit_person",
    "gather_strays",
    "hold_merged",
    "hold_roots",
    "keep_suppressed",
    "merge_many",
    "merge_people",
    "merges_in_the_way",
    "move_to_survivors",
    "record_consent",
    "suppress",
    "suppress_digests",
    "tell_apart",
    "unmerge_people",
]
