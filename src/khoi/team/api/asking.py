"""What a request says, taken strictly."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from datetime import date
from functools import wraps
from typing import Annotated, Any, Generic, Literal, TypeVar, cast
from uuid import UUID

from django.conf import settings
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from ninja import Query, Schema
from ninja.utils import contribute_operation_args
from pydantic import (
    AwareDatetime,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    Strict,
    StringConstraints,
    field_validator,
)

from khoi.history import queries as history
from khoi.team.api.problems import Problem
from khoi.team.rules import Principal

R = TypeVar("R", bound=models.Model)
T = TypeVar("T")
Route = TypeVar("Route", bound=Callable[..., Any])


def _no_number(value: Any) -> Any:
    """A number is neither a day nor a moment, though many libraries read it as one."""
    if isinstance(value, int | float):
        raise ValueError(gettext_noop("write it as text, like 2026-11-22 or 2026-11-22T09:30:00+07:00"))
    return value


#: JSON has no word for these, so they come as text: an id, a calendar day, a moment with its zone.
Id = Annotated[UUID, Strict(False)]
Day = Annotated[date, Strict(False), BeforeValidator(_no_number)]
Moment = Annotated[AwareDatetime, Strict(False), BeforeValidator(_no_number)]

#: Values of a workspace's own fields by key; each has the type its field says (see GET /api/fields), null empties it.
Custom = Annotated[
    dict[Annotated[str, StringConstraints(max_length=40)], JsonValue],
    Field(max_length=100, description="Values of fields of your own by key, each of its field's type; null empties"),
]

_ask: Any = Query
#: What a route that looks back is asked besides: name, type, how it is told.
LOOKING_BACK: Any = (
    ("as_of", Day | None, _ask(None, description="What was there at the end of this day, as far as you see it today")),
    ("known", Literal["now", "then"], _ask("now", description="What we know `now` of that day, or showed `then`")),
)


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_holds_nul(each) for pair in value.items() for each in pair)
    return isinstance(value, list | tuple) and any(map(_holds_nul, value))


class Body(Schema):
    """A request's body: no field that is not named, no text where a number belongs, no NUL in a text."""

    model_config = ConfigDict(extra="forbid", strict=True, str_max_length=100_000)

    @field_validator("*", mode="after")
    @classmethod
    def _without_nul(cls, value: Any) -> Any:
        """PostgreSQL keeps no NUL; what one database takes the other must take too."""
        if _holds_nul(value):
            raise ValueError(gettext_noop("a text cannot hold NUL"))
        return value

    def given(self) -> dict[str, Any]:
        """Only what was sent: in a PATCH, a field left out stays as it is."""
        return {name: getattr(self, name) for name in self.model_fields_set}


class Page(Schema, Generic[T]):
    """A part of a list. ``next``: pass it as ``after`` for the part behind it; null at the end."""

    items: list[T]
    next: str | None = None


class PastOut(Schema):
    """A record at the end of a day."""

    id: Id
    as_of: date
    known: Literal["now", "then"]
    was_there: bool
    values: dict[str, Any] = Field(description="Empty when it was not there yet; without what is computed, as scores")
    hanging: dict[str, list[dict[str, Any]]] = Field(description="Table → the rows that hung on it, latest first")


def past_of(request: HttpRequest, record: models.Model, as_of: date, known: str) -> dict[str, Any]:
    """The answer for ``?as_of=``; the setting ``KHOI_PAST_API`` names what makes it, which stands above."""
    tell: Callable[..., dict[str, Any]] = import_string(settings.KHOI_PAST_API)
    return {"id": record.public_id, "as_of": as_of, "known": known, **tell(record, who(request), as_of, known)}  # type: ignore[attr-defined]


def looks_back(kind: str) -> Callable[[Route], Route]:
    """The route also takes ``as_of`` and ``known``, and answers from the rows of then, with today's rights.

    ``kind`` says which tables it reads; the setting ``KHOI_LOOKING_BACK`` names what lays them out, which stands above.
    It reads the actor with ``who`` and the clock as ``actor.at or timezone.now()``, and hands out no rows unread.
    """

    def decorate(route: Route) -> Route:
        @wraps(route)
        def looking(request: HttpRequest, *args: Any, as_of: date | None, known: str, **kwargs: Any) -> Any:
            if as_of is None:
                return route(request, *args, **kwargs)
            look: Callable[..., AbstractContextManager[Principal]] = import_string(settings.KHOI_LOOKING_BACK)
            today = who(request)
            with look(today, kind, as_of, known) as then:
                request.auth = then  # type: ignore[attr-defined]
                try:
                    return route(request, *args, **kwargs)
                finally:
                    request.auth = today  # type: ignore[attr-defined]

        for name, kind_of, asked in LOOKING_BACK:
            contribute_operation_args(looking, name, kind_of, asked)
        return cast("Route", looking)

    return decorate


def who(request: HttpRequest) -> Principal:
    """The actor behind the token."""
    return cast("Principal", request.auth)  # type: ignore[attr-defined]


def named_version(request: HttpRequest) -> int:
    """The version a write was made against, from ``If-Match``. 428 without it: nobody overwrites unseen."""
    if (version := version_if_named(request)) is None:
        raise Problem(428, "version_needed", _("Name the version you changed: If-Match with the ETag of your GET."))
    return version


def version_if_named(request: HttpRequest) -> int | None:
    """The version in ``If-Match``; None where the request names none."""
    named = request.headers.get("If-Match", "").strip().removeprefix("W/").strip('"')
    if not named:
        return None
    if not (named.isascii() and named.isdigit() and len(named) < 19):
        raise Problem(400, "bad_version", _("If-Match takes the ETag of a GET."))
    return int(named)


def versioned(response: HttpResponse, record: models.Model) -> None:
    """Say the record's version in ``ETag``."""
    response["ETag"] = f'"{history.version_of(record)}"'


def page_of(
    rows: "models.QuerySet[R]",
    show: Callable[[R], dict[str, Any]],
    *,
    beside: Callable[[list[R]], Mapping[int, object]] | None = None,
    after: str | None = None,
    limit: int = 100,
) -> dict[str, Any]:
    """The rows behind the id ``after``, in the order of their making, at most ``limit`` (1 to 500).

    ``rows`` are gated already. ``beside`` reads the custom values of all shown rows at once, by row id. An ``after``
    that is none of them is a 400.
    """
    limit = min(max(limit, 1), 500)
    found: Iterable[R] = rows.order_by("pk")
    if after is not None:
        found = rows.filter(pk__gt=_place(rows, after)).order_by("pk")
    part = list(cast("models.QuerySet[R]", found)[: limit + 1])
    more = len(part) > limit
    custom = beside(part[:limit]) if beside is not None else None
    items = [show(row) if custom is None else {**show(row), "custom": custom.get(row.pk, {})} for row in part[:limit]]
    return {"items": items, "next": _id(part[limit - 1]) if more else None}


def _place(rows: "models.QuerySet[R]", after: str) -> int:
    try:
        place = rows.filter(public_id=UUID(after)).values_list("pk", flat=True).first()
    except ValueError:
        place = None
    if place is None:
        raise Problem(400, "bad_after", _("after takes the next of an earlier part."))
    return int(place)


def _id(row: models.Model) -> str:
    return str(row.public_id)  # type: ignore[attr-defined]
