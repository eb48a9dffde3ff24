"""When a mail that did not go out is tried again."""

from datetime import timedelta
from typing import Final

#: The wait after the first, second, … failure. After the last one it is given up: some three days in all.
WAITS: Final = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720, 1_440, 1_440))

#: A row found between claim and mark for longer than this belongs to a process that is gone: handing over one
#: mail takes a few steps of at most ten seconds each.
LOST_AFTER: Final = timedelta(minutes=10)

#: How long the row of a mail that left stays listed.
KEPT_FOR: Final = timedelta(days=90)


def wait_after(failures: int) -> timedelta | None:
    """The pause after so many failures (at least one), or None to give up."""
    return WAITS[failures - 1] if failures <= len(WAITS) else None
