"""From a user or a presented key to a principal."""

from datetime import datetime
from hashlib import sha256

from django.db.models import Q

from khoi.team.models import Token, User
from khoi.team.rules import Principal

BOTH = frozenset({"read", "write"})


def principal_of(user: User, *, via: str, kind: str = "user", scopes: frozenset[str] = BOTH) -> Principal:
    return Principal(
        kind=kind,
        id=user.pk,
        label=user.full_name or user.email,
        via=via,
        role=user.role,
        team_id=user.team_id,
        visibility=user.visibility,
        scopes=scopes,
        language=user.language,
    )


def token_principal(presented: str, *, now: datetime) -> Principal | None:
    """The principal behind a bearer token; None when unknown, expired, revoked or its user deactivated."""
    digest = sha256(presented.encode()).hexdigest()
    live = Q(expires_at=None) | Q(expires_at__gt=now)
    token = (
        Token.objects.filter(live, digest=digest, revoked_at=None, user__is_active=True).select_related("user").first()
    )
    if token is None:
        return None
    return principal_of(token.user, via="api", kind="token", scopes=frozenset(token.scopes))
