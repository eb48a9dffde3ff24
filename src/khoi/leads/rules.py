"""The axes of a lead and which values go together."""

#: Lifecycle stages in order, then the two exits.
OPEN_STAGES = ("suspect", "lead", "prospect", "mql", "sal", "sql", "opportunity")
STAGES = (*OPEN_STAGES, "customer")
EXITS = ("recycled", "disqualified")
ENDED = ("customer", *EXITS)

WORK_STATUSES = ("new", "attempting", "contacted", "nurturing", "closed")

#: lifecycle stage → the work statuses it may stand with; a database constraint holds it.
LEGAL_PAIRS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(OPEN_STAGES, ("new", "attempting", "contacted", "nurturing")),
    "customer": ("closed",),
    "recycled": ("nurturing",),
    "disqualified": ("closed",),
}

REASONS = (
    "price",
    "competitor",
    "no_budget",
    "no_authority",
    "no_need",
    "timing",
    "missing_feature",
    "no_response",
    "poor_fit",
    "duplicate",
    "invalid_data",
    "other",
)


def work_status_for(stage: str, status: str) -> str:
    """The nearest legal work status when the stage moves under it."""
    legal = LEGAL_PAIRS[stage]
    if status in legal:
        return status
    return "contacted" if stage in OPEN_STAGES else legal[0]
