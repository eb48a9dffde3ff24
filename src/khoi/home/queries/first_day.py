"""How far a new company has come."""

from khoi.history.models import Act
from khoi.team.models import User


def is_named() -> bool:
    """Whether somebody has gone through what the workspace is called and when it works."""
    return Act.objects.filter(verb="edit_workspace").exists()


def has_company() -> bool:
    """Whether there is anybody beside whoever began."""
    return User.objects.filter(is_active=True).count() > 1
