"""What we know of leads at one moment, flat, for rules and screens; and finding the leads somebody means."""

from khoi.leads.queries.bant import latest_bant
from khoi.leads.queries.listing import (
    SORTS,
    VIEWS,
    LeadFilter,
    Part,
    every_by_own,
    every_of,
    leads_matching,
    leads_of_view,
    neighbours_of,
    part_by_own,
    part_of,
)
from khoi.leads.queries.referring import numbering_of, referred_to

__all__ = [
    "SORTS",
    "VIEWS",
    "LeadFilter",
    "Part",
    "every_by_own",
    "every_of",
    "latest_bant",
    "leads_matching",
    "leads_of_view",
    "neighbours_of",
    "numbering_of",
    "part_by_own",
    "part_of",
    "referred_to",
]
