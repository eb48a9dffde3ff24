"""Users, teams and tokens for programs."""

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema, Status

from khoi.history import services as history
from khoi.team import services as team
from khoi.team.api.asking import Body, Id, Moment, Page, named_version, page_of, versioned, who
from khoi.team.api.problems import Problem
from khoi.team.models import Team, Token, User
from khoi.team.queries import authorize, find
from khoi.team.rules import Principal

router = Router()

RoleName = Literal["admin", "manager", "rep", "marketer", "partner", "read_only"]
VisibilityName = Literal["own", "team", "all"]
LanguageName = Literal["vi", "en"]
Scope = Literal["read", "write"]


class TeamOut(Schema):
    id: Id
    name: str


class UserOut(Schema):
    id: Id
    email: str
    full_name: str
    role: RoleName
    visibility: VisibilityName
    team: TeamOut | None
    language: LanguageName
    is_active: bool
    created_at: Moment


class MeOut(Schema):
    user: UserOut
    scopes: list[Scope]


class UserIn(Body):
    email: str
    full_name: str
    role: RoleName
    team: Id | None = None
    visibility: VisibilityName = "team"
    language: LanguageName = "vi"


class UserChanges(Body):
    full_name: str = ""
    role: RoleName = "rep"
    team: Id | None = None
    visibility: VisibilityName = "team"
    language: LanguageName = "vi"


class TeamIn(Body):
    name: str


class TokenOut(Schema):
    id: Id
    user: Id
    name: str
    hint: str
    scopes: list[Scope]
    created_at: Moment
    expires_at: Moment | None
    revoked_at: Moment | None


class TokenIn(Body):
    name: str
    scopes: list[Scope]
    expires_at: Moment | None = None


class IssuedOut(TokenOut):
    """``token`` is shown this once and kept nowhere."""

    token: str


def shown_team(one: Team) -> dict[str, Any]:
    return {"id": one.public_id, "name": one.name}


def shown_user(user: User) -> dict[str, Any]:
    return {
        "id": user.public_id,
        "email": user.email,
        "full_name": user.full_name,
        "role": user.role,
        "visibility": user.visibility,
        "team": shown_team(user.team) if user.team else None,
        "language": user.language,
        "is_active": user.is_active,
        "created_at": user.created_at,
    }


def shown_token(token: Token) -> dict[str, Any]:
    names = ("name", "hint", "scopes", "created_at", "expires_at", "revoked_at")
    return {"id": token.public_id, "user": token.user.public_id, **{name: getattr(token, name) for name in names}}


@router.get("/me", response=MeOut, tags=["team"])
def me(request: HttpRequest) -> dict[str, Any]:
    """Who the token stands for, and what it may do."""
    actor = who(request)
    user = find(actor, "profile.view", User, pk=actor.id)
    return {"user": shown_user(user), "scopes": sorted(actor.scopes)}


@router.get("/users", response=Page[UserOut], tags=["team"])
def list_users(request: HttpRequest, after: str | None = None, limit: int = 100) -> dict[str, Any]:
    actor = who(request)
    authorize(actor, "team.view")
    return page_of(User.objects.visible_to(actor).select_related("team"), shown_user, after=after, limit=limit)


@router.post("/users", response={201: UserOut}, tags=["team"])
def invite_user(request: HttpRequest, response: HttpResponse, body: UserIn) -> Status[dict[str, Any]]:
    """Invites somebody: they get a mail with a link to set a password."""
    actor = who(request)
    authorize(actor, "team.edit")
    values = _with_team(actor, body.model_dump())
    user = team.invite_user(**values, by=actor, now=timezone.now())
    versioned(response, user)
    return Status(201, shown_user(user))


@router.get("/users/{uuid:user_id}", response=UserOut, tags=["team"])
def show_user(request: HttpRequest, response: HttpResponse, user_id: Id) -> dict[str, Any]:
    user = find(who(request), "team.view", User, public_id=user_id)
    versioned(response, user)
    return shown_user(user)


@router.patch("/users/{uuid:user_id}", response=UserOut, tags=["team"])
def change_user(request: HttpRequest, response: HttpResponse, user_id: Id, body: UserChanges) -> dict[str, Any]:
    actor = who(request)
    user = find(actor, "team.edit", User, public_id=user_id)
    changes = _with_team(actor, body.given())
    history.claim_version(user, version=named_version(request), changes=changes)
    user = team.change_user(user, changes=changes, by=actor, now=timezone.now())
    versioned(response, user)
    return shown_user(user)


@router.post("/users/{uuid:user_id}/deactivate", response=UserOut, tags=["team"])
def deactivate_user(request: HttpRequest, response: HttpResponse, user_id: Id) -> dict[str, Any]:
    """Ends the user's sessions, tokens and links at once."""
    actor = who(request)
    user = find(actor, "team.edit", User, public_id=user_id)
    user = team.deactivate_user(user, by=actor, now=timezone.now())
    versioned(response, user)
    return shown_user(user)


@router.post("/users/{uuid:user_id}/reactivate", response=UserOut, tags=["team"])
def reactivate_user(request: HttpRequest, response: HttpResponse, user_id: Id) -> dict[str, Any]:
    actor = who(request)
    user = find(actor, "team.edit", User, public_id=user_id)
    user = team.reactivate_user(user, by=actor, now=timezone.now())
    versioned(response, user)
    return shown_user(user)


@router.get("/teams", response=Page[TeamOut], tags=["team"])
def list_teams(request: HttpRequest, after: str | None = None, limit: int = 100) -> dict[str, Any]:
    actor = who(request)
    authorize(actor, "team.view")
    return page_of(Team.objects.visible_to(actor), shown_team, after=after, limit=limit)


@router.post("/teams", response={201: TeamOut}, tags=["team"])
def add_team(request: HttpRequest, response: HttpResponse, body: TeamIn) -> Status[dict[str, Any]]:
    actor = who(request)
    authorize(actor, "team.edit")
    made = team.add_team(body.name, by=actor, now=timezone.now())
    versioned(response, made)
    return Status(201, shown_team(made))


@router.patch("/teams/{uuid:team_id}", response=TeamOut, tags=["team"])
def rename_team(request: HttpRequest, response: HttpResponse, team_id: Id, body: TeamIn) -> dict[str, Any]:
    actor = who(request)
    one = find(actor, "team.edit", Team, public_id=team_id)
    history.claim_version(one, version=named_version(request), changes=body.given())
    one = team.rename_team(one, name=body.name, by=actor, now=timezone.now())
    versioned(response, one)
    return shown_team(one)


@router.get("/tokens", response=Page[TokenOut], tags=["team"])
def list_tokens(request: HttpRequest, after: str | None = None, limit: int = 100) -> dict[str, Any]:
    """One's own tokens; administrators see everybody's."""
    actor = who(request)
    authorize(actor, "token.view")
    return page_of(Token.objects.visible_to(actor).select_related("user"), shown_token, after=after, limit=limit)


@router.post("/tokens", response={201: IssuedOut}, tags=["team"])
def issue_token(request: HttpRequest, response: HttpResponse, body: TokenIn) -> Status[dict[str, Any]]:
    """A further token of one's own, with no more scopes than the one that asks."""
    response["Cache-Control"] = "no-store"
    actor = who(request)
    user = find(actor, "token.edit", User, pk=actor.id)
    if not set(body.scopes) <= actor.scopes:
        raise Problem(403, "scope_too_wide", _("A token cannot give more than it has."))
    token, plain = team.issue_token(
        user, name=body.name, scopes=body.scopes, expires_at=body.expires_at, by=actor, now=timezone.now()
    )
    return Status(201, {**shown_token(token), "token": plain})


@router.delete("/tokens/{uuid:token_id}", response={204: None}, tags=["team"])
def revoke_token(request: HttpRequest, token_id: Id) -> Status[None]:
    actor = who(request)
    token = find(actor, "token.edit", Token, public_id=token_id)
    team.revoke_token(token, by=actor, now=timezone.now())
    return Status(204, None)


def _with_team(actor: Principal, values: dict[str, Any]) -> dict[str, Any]:
    """The team by its id, seen with the actor's eyes."""
    if values.get("team") is None:
        return values
    return {**values, "team": find(actor, "team.view", Team, public_id=values["team"])}
