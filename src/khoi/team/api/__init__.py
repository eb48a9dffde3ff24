"""What every room's API leans on, and the routes of users, teams and tokens.

A room's ``api.py`` says ``router = Router()`` and lets ``khoi.api`` mount it. Its functions take ``request``,
read the actor with ``who(request)``, ask the gateway, and make one service call. Bodies are ``Body``; writes on a
record call ``named_version(request)`` and ``history.claim_version``; answers about one record are ``versioned``.
"""

from khoi.team.api.asking import (
    Body,
    Custom,
    Day,
    Id,
    Moment,
    Page,
    PastOut,
    looks_back,
    named_version,
    page_of,
    past_of,
    version_if_named,
    versioned,
    who,
)
from khoi.team.api.bearer import BearerAuth
from khoi.team.api.problems import Problem, problem
from khoi.team.api.routes import router

__all__ = [
    "BearerAuth",
    "Body",
    "Custom",
    "Day",
    "Id",
    "Moment",
    "Page",
    "PastOut",
    "Problem",
    "looks_back",
    "named_version",
    "page_of",
    "past_of",
    "problem",
    "router",
    "version_if_named",
    "versioned",
    "who",
]
