"""The hash chain over acts: one altered byte anywhere breaks every link after it.

``leaf = lp(fields of a change)``; ``seal = sha256(leaves in id order)``;
``chain = sha256(previous chain ‖ lp(fields of the act) ‖ seal)``. ``lp`` writes each field behind its
length, so no two different rows give the same bytes.
"""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any

GENESIS = bytes(32)


def lp(*fields: str | int | None) -> bytes:
    """The fields, each behind its length in bytes; None and the empty text differ."""
    texts = [None if field is None else str(field) for field in fields]
    return "".join(["-:" if text is None else f"{_size(text)}:{text}" for text in texts]).encode()


def _size(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode())


def seal_of(leaves: Iterable[Sequence[Any]]) -> bytes:
    """Digest of an act's changes: (id, tbl, row id, subject, op, before, seal) in id order."""
    return hashlib.sha256(b"".join([leaf(*fields) for fields in leaves])).digest()


def leaf(
    change: int, tbl: int, row: int, subject: int | None, op: str, before: str | None, seal: bytes | memoryview | None
) -> bytes:
    """``lp`` of one change, written out because a long history has millions; most are rows that came."""
    c, t, r = str(change), str(tbl), str(row)
    who = "-:" if subject is None else f"{len(str(subject))}:{subject}"
    if before is None and seal is None:
        return f"{len(c)}:{c}{len(t)}:{t}{len(r)}:{r}{who}{len(op)}:{op}-:-:".encode()
    said = "-:" if before is None else f"{_size(before)}:{before}"
    head = f"{len(c)}:{c}{len(t)}:{t}{len(r)}:{r}{who}{len(op)}:{op}{said}".encode()
    return head + (b"-:" if seal is None else b"%d:%s" % (len(seal), seal))


def sealed(salt: bytes | None, personal: str, seal: bytes | None) -> bool:
    """Whether the seal is that of these personal values: ``sha256(salt ‖ values)``."""
    return salt is not None and hashlib.sha256(salt + personal.encode()).digest() == seal


def link(previous: bytes, act_fields: Sequence[str | int | None], seal: bytes) -> bytes:
    return hashlib.sha256(previous + lp(*act_fields) + seal).digest()
