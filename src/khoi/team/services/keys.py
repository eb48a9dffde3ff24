"""Tokens for programs."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Final

from khoi.history import services as history
from khoi.history.rules.actors import Actor
from khoi.kit.refusals import Refusal
from khoi.team.models import Token, User

SCOPES: Final = ("read", "write")
PREFIX: Final = "khoi_"


def issue_token(
    user: User, *, name: str, scopes: Iterable[str], expires_at: datetime | None = None, by: Actor, now: datetime
) -> tuple[Token, str]:
    """A new token of the user and its plain text, which is shown once and kept nowhere."""
    wanted = sorted(set(scopes))
    words = " ".join(name.split())[:120]
    if not words:
        raise Refusal("required", "name")
    if not wanted:
        raise Refusal("scope_needed", "scopes")
    if unknown := set(wanted) - set(SCOPES):
        raise Refusal("unknown_choice", "scopes", value=sorted(unknown)[0])
    plain = PREFIX + secrets.token_urlsafe(32)
    with history.act("issue_token", by=by, now=now):
        token = Token.objects.create(
            user=user,
            name=words,
            digest=sha256(plain.encode()).hexdigest(),
            hint=plain[len(PREFIX) : len(PREFIX) + 4],
            scopes=wanted,
            created_at=now,
            expires_at=expires_at,
        )
    return token, plain


def revoke_token(token: Token, *, by: Actor, now: datetime) -> Token:
    """The token opens nothing from the next request on. Revoking twice changes nothing."""
    with history.act("revoke_token", by=by, now=now, subject=token):
        token = Token.objects.select_for_update().get(pk=token.pk)
        if token.revoked_at is None:
            token.revoked_at = now
            token.save(update_fields=["revoked_at"])
    return token
