"""Who may do what. One table of actions by role; everything else asks it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from khoi.history.rules.actors import Actor

ADMIN, MANAGER, REP = "admin", "manager", "rep"
MARKETER, PARTNER, READ_ONLY = "marketer", "partner", "read_only"

_STAFF = frozenset({ADMIN, MANAGER, REP, MARKETER, READ_ONLY})
_SELLERS = frozenset({ADMIN, MANAGER, REP})
_WORKERS = frozenset({ADMIN, MANAGER, REP, MARKETER})
_LEADERS = frozenset({ADMIN, MANAGER})
_MARKETING = frozenset({ADMIN, MANAGER, MARKETER})
_EVERYBODY = _STAFF | {PARTNER}

#: action → roles that may take it on a record they can see.
MAY: dict[str, frozenset[str]] = {
    "home.view": _EVERYBODY,
    "search.view": _EVERYBODY,
    "profile.view": _EVERYBODY,
    "profile.edit": _EVERYBODY,
    "lead.view": _EVERYBODY,
    "lead.create": _WORKERS | {PARTNER},
    "lead.edit": _WORKERS | {PARTNER},
    "lead.qualify": _WORKERS,
    "lead.assign": _LEADERS,
    "lead.convert": _SELLERS,
    "lead.export": _LEADERS | {MARKETER},
    "lead.delete": _WORKERS,
    "person.view": _EVERYBODY,
    "person.edit": _WORKERS,
    "person.merge": _WORKERS,
    "person.delete": _WORKERS,
    "person.erase": frozenset({ADMIN}),
    "account.view": _STAFF,
    "account.create": _SELLERS,
    "account.edit": _SELLERS,
    "account.delete": _SELLERS,
    "opportunity.view": _STAFF,
    "opportunity.create": _SELLERS,
    "opportunity.edit": _SELLERS,
    "opportunity.export": _LEADERS,
    "opportunity.delete": _SELLERS,
    "activity.view": _EVERYBODY,
    "activity.create": _WORKERS | {PARTNER},
    "activity.delete": _WORKERS,
    "activity.delete_others": _LEADERS,
    "task.view": _EVERYBODY,
    "task.create": _WORKERS | {PARTNER},
    "task.edit": _WORKERS | {PARTNER},
    "task.delete": _WORKERS,
    "report.view": _STAFF,
    "import.run": _MARKETING,
    "form.view": _MARKETING,
    "form.edit": frozenset({ADMIN, MARKETER}),
    "campaign.view": _STAFF,
    "campaign.edit": _MARKETING,
    "act.view": _STAFF,
    "act.undo": _WORKERS,
    "act.undo_others": _LEADERS,
    "rules.view": _STAFF,
    "rules.edit": frozenset({ADMIN}),
    "routing.edit": _LEADERS,
    "field.view": _STAFF,
    "field.edit": frozenset({ADMIN}),
    "settings.view": _STAFF,
    "settings.edit": frozenset({ADMIN}),
    "team.view": _STAFF,
    "team.edit": frozenset({ADMIN}),
    "token.view": _EVERYBODY,
    "token.edit": _EVERYBODY,
    "mail.view": frozenset({ADMIN}),
    "mail.edit": frozenset({ADMIN}),
    "health.view": frozenset({ADMIN}),
}


@dataclass(frozen=True, slots=True)
class Principal(Actor):
    """An actor with rights: a user, or a token that stands for one.

    ``scopes``: ``read``, ``write``; a user at the keyboard has both. ``visibility``: own, team or all. ``at``: the last
    moment of the past day they look at, None for now; then only their rows are there, and nothing can be written
    (``timemachine.services.looking_back``).
    """

    role: str
    team_id: int | None
    visibility: str
    scopes: frozenset[str]
    language: str = "vi"
    at: datetime | None = None

    @property
    def sees_all(self) -> bool:
        """Whether every row that is there is theirs to see."""
        return self.role != PARTNER and (self.visibility == "all" or self.at is not None)

    def may(self, action: str) -> bool:
        """Whether the role and the scopes allow the action at all; the record is asked separately."""
        if self.at is not None and not action.endswith((".view", ".export")):
            return False
        scope = "read" if action.endswith(".view") else "write"
        return scope in self.scopes and self.role in MAY[action]


def is_blinkered(by: Actor) -> bool:
    """Whether the sender must learn nothing of what they do not see: partners, and programs with narrow sight. Staff at
    the keyboard are told that somebody else has it."""
    return isinstance(by, Principal) and (by.role == PARTNER or (by.kind == "token" and by.visibility != "all"))


#: The workspace itself: jobs, the command line of whoever owns the machine.
OWNER_OF_THE_MACHINE = Principal(
    kind="system",
    id=None,
    label="Khơi",
    via="cli",
    role=ADMIN,
    team_id=None,
    visibility="all",
    scopes=frozenset({"read", "write"}),
)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many times within the window, then no more until it is over."""

    times: int
    window: timedelta


_QUARTER, _HOUR = timedelta(minutes=15), timedelta(hours=1)

#: door → how often it may be tried. Per address and sender the least; the wider ones stop a crowd of senders.
LIMITS: dict[str, Limit] = {
    "log_in": Limit(10, _QUARTER),
    "log_in_from": Limit(100, _QUARTER),
    "log_in_as": Limit(50, _QUARTER),
    "forgotten": Limit(3, _HOUR),
    "forgotten_from": Limit(30, _HOUR),
    "change_password": Limit(10, _QUARTER),
}
