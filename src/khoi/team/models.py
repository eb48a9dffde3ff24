"""Users, teams, tokens and one-time tickets."""

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password
from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from khoi.history.models import fact, transient
from khoi.team.rules import ADMIN, PARTNER, Principal


class Role(models.TextChoices):
    ADMIN = "admin", _("Administrator")
    MANAGER = "manager", _("Manager")
    REP = "rep", _("Sales rep")
    MARKETER = "marketer", _("Marketer")
    PARTNER = "partner", _("Partner")
    READ_ONLY = "read_only", _("Read only")


def owned(actor: Principal, owner: str = "owner") -> Q:
    """Rows whose ``owner`` the actor may look over the shoulder of.

    Partners see their own. Staff see their own, their team's or all, as their visibility says; what has
    no owner yet is seen by those who see more than their own.
    """
    if actor.visibility == Visibility.ALL and actor.role != PARTNER:
        return Q()
    mine = Q(**{owner: actor.id})
    if actor.visibility == Visibility.OWN or actor.role == PARTNER:
        return mine
    team = Q(**{f"{owner}__team": actor.team_id}) if actor.team_id else Q(pk__in=[])
    return mine | team | Q(**{f"{owner}__isnull": True})


class Visibility(models.TextChoices):
    OWN = "own", _("Own records")
    TEAM = "team", _("The team’s records")
    ALL = "all", _("All records")


class StaffSet(models.QuerySet[Any]):
    """Teams, users: seen by all staff; a partner sees nobody."""

    def visible_to(self, actor: Principal) -> "StaffSet":
        return self.none() if actor.role == PARTNER else self.all()


@fact(3)
class Team(models.Model):
    name = models.CharField(max_length=120)
    created_at = models.DateTimeField()

    objects = StaffSet.as_manager()

    class Meta:
        db_table = "team_team"
        constraints = [UniqueConstraint(Lower("name"), name="team_name_is_used_once")]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def visible_to(self, actor: Principal) -> "models.QuerySet[User]":
        """All staff; a partner sees only themselves."""
        return self.filter(pk=actor.id) if actor.role == PARTNER else self.all()

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


@fact(4, secret=["password"], permanent=True)
class User(AbstractBaseUser):
    """Somebody who logs in. Never deleted, only deactivated; never changed by a log-in."""

    last_login: ClassVar[None] = None  # type: ignore[assignment]

    email = models.EmailField(max_length=254, unique=True)
    full_name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=Role.choices)
    visibility = models.CharField(max_length=5, choices=Visibility.choices, default=Visibility.TEAM)
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="members")
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="vi")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        db_table = "team_user"
        constraints = [CheckConstraint(condition=Q(email=Lower("email")), name="user_email_is_lower_case")]

    def __str__(self) -> str:
        return self.full_name or self.email

    def check_password(self, raw_password: str) -> bool:
        """Without Django's silent re-hash: a log-in writes nothing."""
        return check_password(raw_password, self.password)


class TokenSet(models.QuerySet["Token"]):
    def visible_to(self, actor: Principal) -> "TokenSet":
        """One's own; an administrator sees everybody's."""
        return self.all() if actor.role == ADMIN else self.filter(user=actor.id)


@fact(5, secret=["digest"], derived=["used_at"], permanent=True)
class Token(models.Model):
    """A program's key: the right of one user, cut down to scopes. Only the digest is kept."""

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
        constraints = [UniqueConstraint(fields=["digest"], name="token_digest_is_unique")]

    def __str__(self) -> str:
        return self.name


@transient
class Ticket(models.Model):
    """A one-time link: an invitation or a password reset. 256 random bits, hashed at rest, used once.

    ``password_mark`` binds a reset to the password it was asked under: once that has changed it is void.
    """

    INVITATION: ClassVar[str] = "invitation"
    RESET: ClassVar[str] = "reset"

    kind = models.CharField(max_length=12, choices=[(INVITATION, INVITATION), (RESET, RESET)])
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tickets")
    digest = models.CharField(max_length=64)
    password_mark = models.CharField(max_length=64, blank=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "team_ticket"
        constraints = [UniqueConstraint(fields=["digest"], name="ticket_digest_is_unique")]
        indexes = [Index(fields=["expires_at"], name="ticket_by_expiry")]

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id}"

    def __repr__(self) -> Any:
        return f"<Ticket {self.pk}>"
