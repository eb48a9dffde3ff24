"""The journey's verbs that cross rooms, and the one hook that settles what every act leaves behind."""

from khoi.lifecycle.services.capturing import Captured, ConsentGiven, Enquiry, capture_lead
from khoi.lifecycle.services.converting import Converted, convert_lead
from khoi.lifecycle.services.deleting import GoesAlong, delete_records, names_of
from khoi.lifecycle.services.entering import Arrivals, enter_leads
from khoi.lifecycle.services.preparing import prepare_workspace
from khoi.lifecycle.services.rebuilding import rebuilt
from khoi.lifecycle.services.recomputing import Drift, recompute
from khoi.lifecycle.services.settling import settle
from khoi.lifecycle.services.upserting import lead_referred_to, put_lead

__all__ = [
    "Arrivals",
    "Captured",
    "ConsentGiven",
    "Converted",
    "Drift",
    "Enquiry",
    "GoesAlong",
    "capture_lead",
    "convert_lead",
    "delete_records",
    "enter_leads",
    "lead_referred_to",
    "names_of",
    "prepare_workspace",
    "put_lead",
    "rebuilt",
    "recompute",
    "settle",
]
