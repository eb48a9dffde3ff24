"""What opens the door besides a password: tokens of programs and one-time links."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Index, UniqueConstraint

from khoi.history.models import fact, transient
from khoi.team.models.users import User
from khoi.team.rules import ADMIN, Principal


class TokenSet(models.QuerySet["Token"]):
    def visible_to(self, actor: Principal) -> "TokenSet":
        """One's own; an administrator sees everybody's."""
        return self.all() if actor.role == ADMIN else self.filter(user=actor.id or 0)


@fact(5, secret=["digest"], derived=["used_at"], plain=["name", "hint", "scopes"], permanent=True)
class Token(models.Model):
    """A program's key: the right of one user, cut down to scopes. Only the digest is kept."""

    public_id = models.UUIDField(default=uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens")
    name = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    hint = models.CharField(max_length=8)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    used_at = models.DateTimeField(null=True)

    objects = TokenSet.as_manager()

    class Meta:
        db_table = "team_token"
        constraints = [
            UniqueConstraint(fields=["public_id"], name="token_public_id_is_unique"),
            UniqueConstraint(fields=["digest"], name="token_digest_is_unique"),
        ]

    def __str__(self) -> str:
        return self.name


@transient
class Ticket(models.Model):
    """A one-time link: an invitation or a password reset. 256 random bits, hashed at rest, used once.

    ``password_mark`` binds it to the password it was asked under: once that has changed it is void.
    """

    INVITATION: ClassVar[str] = "invitation"
    RESET: ClassVar[str] = "reset"

    kind = models.CharField(max_length=12, choices=[(INVITATION, INVITATION), (RESET, RESET)])
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tickets")
    digest = models.CharField(max_length=64)
    password_mark = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "team_ticket"
        constraints = [UniqueConstraint(fields=["digest"], name="ticket_digest_is_unique")]
        indexes = [Index(fields=["expires_at"], name="ticket_by_expiry")]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id}"


@transient
class Forgotten(models.Model):
    """Somebody asked to set a new password. Written alike for known and unknown addresses, so that the
    answer takes the same work; a job finds out afterwards whether there is anybody to write to."""

    email = models.CharField(max_length=320)
    asked_at = models.DateTimeField()

    class Meta:
        db_table = "team_forgotten"

    def __str__(self) -> str:
        return self.email
