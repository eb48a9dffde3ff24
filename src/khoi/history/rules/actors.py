"""Who does something. The history knows a kind, an id and a name to show, never the user table."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts and through which door.

    ``kind``: ``user``, ``token`` (a program with a user's rights), ``visitor`` (a stranger at a public
    form) or ``system``. ``id`` is the user's id for users and tokens, else None. ``via`` is the door:
    ``web``, ``api``, ``cli``, ``form`` or ``job``.
    """

    kind: str
    id: int | None
    label: str
    via: str


SYSTEM = Actor(kind="system", id=None, label="Khơi", via="job")
VISITOR = Actor(kind="visitor", id=None, label="", via="form")
