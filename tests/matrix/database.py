"""One figure for everything the database remembers, so that "nothing was written" is a comparison."""

from hashlib import sha256
from typing import Any

from django.db import models

from khoi.history.models import KINDS, Act, Change, Head
from khoi.history.rules.tables import TRANSIENT


def digest() -> str:
    """Over every row of every table that is not transient, and over the history itself."""
    kept: list[type[models.Model]] = [model for model, table in KINDS.items() if table.kind != TRANSIENT]
    kept += [Act, Change, Head]
    figure = sha256()
    for model in sorted(kept, key=lambda m: m._meta.db_table):
        figure.update(model._meta.db_table.encode())
        for row in model._base_manager.order_by("pk").values_list():
            figure.update(repr([_plain(value) for value in row]).encode())
    return figure.hexdigest()


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
