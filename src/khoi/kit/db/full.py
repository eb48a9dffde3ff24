"""Telling a full disk from other faults, whichever way the database or the system says it."""

import errno

_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
#: SQLite's words when it cannot grow, the system's, and PostgreSQL's.
_WORDS = ("database or disk is full", "disk I/O error", "No space left on device", "could not extend file")


def is_full(problem: BaseException) -> bool:
    """Nothing more can be written. What was being written is rolled back; reading goes on."""
    if isinstance(problem, OSError) and problem.errno in _ERRORS:
        return True
    return any(word in str(problem) for word in _WORDS)
