"""The shape of the database as Khơi last left it, kept in the chain.

Somebody who takes the triggers off, rewrites a row and puts the same triggers back leaves no change behind, but a
database that counts: SQLite numbers every change of its schema, PostgreSQL gives each trigger a new number. Who
forges these numbers too, as PostgreSQL's superuser can, is found only against a copy kept elsewhere.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import connection

from khoi.history.models import Act
from khoi.history.rules.actors import Actor
from khoi.history.services.acting import act

#: Under this name an act's ``why`` says which shape the database had when it closed.
SHAPE = "shape"


def shape() -> str:
    """What differs after any change of a table or trigger, whoever made it and however well it was put back."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("pragma schema_version")
            return str(cursor.fetchone()[0])
        cursor.execute(
            "select t.oid::text, t.xmin::text, p.oid::text, p.xmin::text from pg_trigger t "
            "join pg_proc p on p.oid = t.tgfoid join pg_class c on c.oid = t.tgrelid "
            "join pg_namespace s on s.oid = c.relnamespace "
            "where not tgisinternal and s.nspname = current_schema() order by t.oid"
        )
        numbers = "\n".join(" ".join(row) for row in cursor.fetchall())
        return hashlib.sha256(numbers.encode()).hexdigest()[:16]


def shape_once_replaced() -> str | None:
    """What the shape will be when SQLite puts another database in this one's place: it counts that as one change.
    None where nothing can be said beforehand."""
    return str(int(shape()) + 1) if connection.vendor == "sqlite" else None


def note_shape(
    verb: str, *, by: Actor, now: datetime, why: Mapping[str, Any] | None = None, coming: str | None = None
) -> Act:
    """From now on the database as it stands is the one Khơi left: after an upgrade, a restore, or on a word.

    ``coming``: the shape it will have in its place, when this is still a copy.
    """
    with act(verb, by=by, now=now, key=f"{SHAPE}:{uuid4()}", why={**(why or {}), SHAPE: coming or shape()}) as noted:
        return noted


def is_in_shape() -> bool:
    """Whether nobody reshaped the database since Khơi did; also true while no shape was noted. Asked of older tables,
    too, which lack the columns of today."""
    noting = Act.objects.filter(position__isnull=False, why__contains=f'"{SHAPE}"').order_by("-position")
    noted = noting.values_list("why", flat=True).first()
    return noted is None or shape_in(noted) == shape()


def shape_in(why: str) -> str | None:
    """The shape an act's ``why`` notes, if it does."""
    found = json.loads(why).get(SHAPE) if f'"{SHAPE}"' in why else None
    return None if found is None else str(found)
