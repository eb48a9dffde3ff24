"""Joining, changing and leaving."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from khoi.history import services as history
from khoi.history.rules.actors import Actor
from khoi.kit.emails import normalise_email
from khoi.kit.refusals import Refusal
from khoi.outbox import services as outbox
from khoi.team.models import Role, Session, Team, Theme, Ticket, User, Visibility
from khoi.team.queries import mail_text
from khoi.team.rules import PARTNER, Principal
from khoi.team.services.passwords import check_strength
from khoi.team.services.tickets import LIFE, link_of, make_ticket

EDITABLE: Final = frozenset({"full_name", "role", "team", "visibility", "language", "theme"})
LANGUAGES: Final = ("vi", "en")


def add_user(
    *,
    email: str,
    full_name: str,
    role: str,
    team: Team | None = None,
    visibility: str = Visibility.TEAM,
    language: str = "vi",
    password: str | None = None,
    by: Actor,
    now: datetime,
) -> User:
    """Somebody new, without a mail. Without a password they come in by ``invitation_link`` only.

    Raises ``Refusal``: not_an_email, address_taken, required, unknown_choice, weak_password.
    """
    user = User(email=_free_address(email), created_at=now)
    values = {"full_name": full_name, "role": role, "team": team, "visibility": visibility, "language": language}
    _apply(user, values)
    if password is None:
        user.set_unusable_password()
    else:
        check_strength(password, user)
        user.set_password(password)
        user.password_set_at = now
    with history.act("add_user", by=by, now=now):
        user.save(force_insert=True)
    return user


def invite_user(
    *,
    email: str,
    full_name: str,
    role: str,
    team: Team | None = None,
    visibility: str = Visibility.TEAM,
    language: str = "vi",
    by: Actor,
    now: datetime,
) -> User:
    """Somebody new, and a mail with a link to set a password, good for seven days. Partners too."""
    with history.act("invite_user", by=by, now=now):
        user = add_user(
            email=email,
            full_name=full_name,
            role=role,
            team=team,
            visibility=visibility,
            language=language,
            by=by,
            now=now,
        )
        mail_invitation(user, inviter=by.label, now=now)
    return user


def send_invitation(user: User, *, by: Actor, now: datetime) -> None:
    """The invitation once more, with a new link; earlier links are void. Only until a password is set."""
    if user.password_set_at is not None or not user.is_active:
        raise Refusal("not_waiting")
    Ticket.objects.filter(user=user, used_at=None).delete()
    mail_invitation(user, inviter=by.label, now=now)


def mail_invitation(user: User, *, inviter: str, now: datetime) -> None:
    link = link_of(make_ticket(user, kind=Ticket.INVITATION, now=now))
    words = mail_text(user, "invitation", link=link, inviter=inviter, days=LIFE[Ticket.INVITATION].days)
    outbox.queue_mail(kind="invitation", to=user.email, subject=words.subject, text=words.text, now=now)


def change_user(user: User, *, changes: Mapping[str, Any], by: Actor, now: datetime) -> User:
    """Name, role, team, visibility, language or theme. Rights change with the next request.

    Raises ``Refusal("last_admin")`` rather than leave nobody who may administer.
    """
    if unknown := changes.keys() - EDITABLE:
        raise Refusal("unknown_field", sorted(unknown)[0], value=sorted(unknown)[0])
    with history.act("change_user", by=by, now=now, subject=user):
        if changes.get("role", Role.ADMIN) != Role.ADMIN:
            _keep_an_admin(user)
        _apply(user, changes)
        user.save(update_fields=[*changes, "visibility"])
    return user


def choose_language(actor: Principal, *, language: str, now: datetime) -> None:
    """The actor's own language, from the switch that stands on every page."""
    user = User.objects.filter(pk=actor.id or 0).first()
    if user is not None:
        change_user(user, changes={"language": language}, by=actor, now=now)


def deactivate_user(user: User, *, by: Actor, now: datetime) -> User:
    """Out at once: sessions, tokens and one-time links end in the same transaction. Records stay as they are."""
    with history.act("deactivate_user", by=by, now=now, subject=user):
        _keep_an_admin(user)
        user.is_active = False
        user.save(update_fields=["is_active"])
        for token in user.tokens.filter(revoked_at=None):
            token.revoked_at = now
            token.save(update_fields=["revoked_at"])
        Session.objects.filter(user_id=user.pk).delete()
        Ticket.objects.filter(user=user).delete()
    return user


def reactivate_user(user: User, *, by: Actor, now: datetime) -> User:
    """Back in, with the password of before. Tokens stay revoked."""
    with history.act("reactivate_user", by=by, now=now, subject=user):
        user.is_active = True
        user.save(update_fields=["is_active"])
    return user


def _free_address(email: str) -> str:
    address = normalise_email(email)
    if address is None or not address.isascii():
        raise Refusal("not_an_email", "email", value=email.strip())
    if User.objects.filter(email=address).exists():
        raise Refusal("address_taken", "email", value=address)
    return address


def _apply(user: User, values: Mapping[str, Any]) -> None:
    choices = {"role": Role.values, "visibility": Visibility.values, "language": LANGUAGES, "theme": Theme.values}
    for name, value in values.items():
        if name in choices and value not in choices[name]:
            raise Refusal("unknown_choice", name, value=value)
        if name == "full_name":
            value = _one_line(value)
        setattr(user, name, value)
    if user.role == PARTNER:
        user.visibility = Visibility.OWN


def _one_line(name: str) -> str:
    words = " ".join(name.split())
    if not words:
        raise Refusal("required", "full_name")
    if len(words) > 120:
        raise Refusal("too_long", "full_name", limit=120)
    return words


def _keep_an_admin(user: User) -> None:
    """Locks the administrators in the order of their ids, so that two cannot take each other out at once."""
    admins = User.objects.select_for_update().filter(role=Role.ADMIN, is_active=True).order_by("pk")
    ids = [admin.pk for admin in admins]
    if ids == [user.pk]:
        raise Refusal("last_admin", "role")
