"""Sessions that know whose they are, and how often somebody knocked.

The setting ``SESSION_ENGINE`` names this module; Django looks for ``SessionStore`` in it.
"""

from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Index, UniqueConstraint

from khoi.history.models import transient


@transient
class Session(AbstractBaseSession):
    """A browser that is logged in. ``user_id`` lets a deactivation or a new password end all of one user's."""

    user_id = models.BigIntegerField(null=True)

    class Meta(AbstractBaseSession.Meta):
        abstract = False
        db_table = "team_session"
        indexes = [Index(fields=["user_id"], name="session_of_user")]

    @classmethod
    def get_session_store_class(cls) -> type[DatabaseStore]:
        return SessionStore


class SessionStore(DatabaseStore):
    @classmethod
    def get_model_class(cls) -> Any:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        session: Any = super().create_model_instance(data)
        session.user_id = int(data[SESSION_KEY]) if data.get(SESSION_KEY) else None
        return session


@transient
class Attempts(models.Model):
    """How often somebody tried one door since ``since``. ``door`` is a digest: no address is kept here."""

    door = models.CharField(max_length=64)
    count = models.IntegerField(default=0)
    since = models.DateTimeField()

    class Meta:
        db_table = "team_attempts"
        constraints = [UniqueConstraint(fields=["door"], name="attempts_are_counted_once_per_door")]
        indexes = [Index(fields=["since"], name="attempts_by_age")]

    def __str__(self) -> str:
        return f"{self.count} since {self.since}"
