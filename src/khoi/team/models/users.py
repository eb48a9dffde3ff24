"""Users, teams, and what of other people's records somebody sees."""

from typing import Any, ClassVar
from uuid import uuid4

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password
from django.db import models
from django.db.models import CheckConstraint, Q, UniqueConstraint
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from khoi.history.models import fact
from khoi.team.rules import PARTNER, Principal


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
    if actor.sees_all:
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


class Theme(models.TextChoices):
    SYSTEM = "", _("As the device says")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class StaffSet(models.QuerySet[Any]):
    """Teams, users: seen by all staff; a partner sees nobody."""

    def visible_to(self, actor: Principal) -> "StaffSet":
        return self.none() if actor.role == PARTNER else self.all()


@fact(3, plain=["name"])
class Team(models.Model):
    public_id = models.UUIDField(default=uuid4, editable=False)
    name = models.CharField(max_length=120)
    created_at = models.DateTimeField()

    objects = StaffSet.as_manager()

    class Meta:
        db_table = "team_team"
        constraints = [
            UniqueConstraint(fields=["public_id"], name="team_public_id_is_unique"),
            UniqueConstraint(Lower("name"), name="team_name_is_used_once"),
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def visible_to(self, actor: Principal) -> "models.QuerySet[User]":
        """All staff; a partner sees only themselves."""
        return self.filter(pk=actor.id or 0) if actor.role == PARTNER else self.all()

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").lower())


@fact(4, personal=["email", "full_name"], secret=["password"], permanent=True)
class User(AbstractBaseUser):
    """Somebody who logs in. Never deleted, only deactivated; never changed by a log-in.

    ``password_set_at`` is NULL until an invitation is accepted, and the recorded trace of a new password:
    the password itself never enters history.
    """

    last_login = None

    public_id = models.UUIDField(default=uuid4, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    full_name = models.CharField(max_length=120)
    role = models.CharField(max_length=20, choices=Role.choices)
    visibility = models.CharField(max_length=5, choices=Visibility.choices, default=Visibility.TEAM)
    team = models.ForeignKey(Team, null=True, on_delete=models.PROTECT, related_name="members")
    language = models.CharField(max_length=5, choices=settings.LANGUAGES, default="vi")
    theme = models.CharField(max_length=5, choices=Theme.choices, blank=True, default=Theme.SYSTEM)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField()
    password_set_at = models.DateTimeField(null=True)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        db_table = "team_user"
        constraints = [
            UniqueConstraint(fields=["public_id"], name="user_public_id_is_unique"),
            CheckConstraint(condition=Q(email=Lower("email")), name="user_email_is_lower_case"),
        ]

    def __str__(self) -> str:
        return self.full_name or self.email

    def check_password(self, raw_password: str | None) -> bool:
        """Without Django's silent re-hash: a log-in writes nothing."""
        return check_password(raw_password, self.password)
