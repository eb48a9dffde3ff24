"""The hash chain over acts: one altered byte anywhere breaks every link after it.

``leaf = lp(fields of a change)``; ``seal = sha256(leaves in id order)``;
``chain = sha256(previous chain ‖ lp(fields of the act) ‖ seal)``. ``lp`` writes each field behind its
length, so no two different rows give the same bytes.
"""

import hashlib
from collections.abc import Iterable

GENESIS = bytes(32)


def lp(*fields: object) -> bytes:
    """Length-prefixed bytes of the fields; None and the empty text differ."""
    parts = []
    for field in fields:
        if field is None:
            parts.append(b"-:")
            continue
        data = field if isinstance(field, bytes) else str(field).encode()
        parts.append(b"%d:%s" % (len(data), data))
    return b"".join(parts)


def seal_of(leaves: Iterable[tuple[object, ...]]) -> bytes:
    """Digest of an act's changes: tuples (id, tbl, row id, subject, op, before, seal) in id order."""
    digest = hashlib.sha256()
    for leaf in leaves:
        digest.update(lp(*leaf))
    return digest.digest()


def sealed(salt: object, personal: object, seal: object) -> bool:
    """Whether the seal is that of these personal values: ``sha256(salt ‖ values)``."""
    return isinstance(salt, bytes) and hashlib.sha256(salt + str(personal).encode()).digest() == seal


def link(previous: bytes, act_fields: tuple[object, ...], seal: bytes) -> bytes:
    return hashlib.sha256(previous + lp(*act_fields) + seal).digest()
