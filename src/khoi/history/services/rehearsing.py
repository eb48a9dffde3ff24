"""How far a request would get today: everything that is asked before its act is asked, the act is not begun."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import TypeVar

from django.db import transaction

T = TypeVar("T")

_rehearsing: ContextVar[bool] = ContextVar("rehearsing", default=False)


class _CameToTheAct(BaseException):
    """No ``Exception``, so that nobody on the way takes it for a failure."""


def rehearse(do: Callable[[], T]) -> T | None:
    """What ``do`` answers before its first act; None when it comes as far as that. Nothing it writes stays."""
    before = _rehearsing.set(True)
    try:
        with transaction.atomic():
            answered = do()
            transaction.set_rollback(True)
    except _CameToTheAct:
        return None
    finally:
        _rehearsing.reset(before)
    return answered


def stop_when_rehearsing() -> None:
    if _rehearsing.get():
        raise _CameToTheAct
