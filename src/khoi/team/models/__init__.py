"""Users, teams, and everything that lets somebody in: tokens, one-time tickets, sessions, counted attempts."""

from khoi.team.models.keys import Forgotten, Ticket, Token
from khoi.team.models.sessions import Attempts, Session
from khoi.team.models.users import Role, StaffSet, Team, Theme, User, Visibility, owned

__all__ = [
    "Attempts",
    "Forgotten",
    "Role",
    "Session",
    "StaffSet",
    "Team",
    "Theme",
    "Ticket",
    "Token",
    "User",
    "Visibility",
    "owned",
]
