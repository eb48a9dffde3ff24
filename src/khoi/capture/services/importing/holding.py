"""Who of a file has which address, in about forty bytes for each: a file may have millions."""

from array import array
from hashlib import blake2b
from typing import Final

#: Of an open table so much may be full.
FULL: Final = 0.7


class Holders:
    """(kind, normal form) → person id; of two the first is kept. Addresses are told apart by 64 bits of a digest: among
    two millions the chance that two of them look alike is one in nine millions."""

    def __init__(self) -> None:
        self.count = 0
        self._make(1 << 10)

    def _make(self, size: int) -> None:
        self.mask = size - 1
        self.digests = array("Q", bytes(8 * size))
        self.people = array("q", bytes(8 * size))

    def get(self, key: tuple[str, str]) -> int | None:
        """The id, None for an address nobody of the file has."""
        digest = _digest(key)
        place = self._place(digest)
        return self.people[place] if self.digests[place] else None

    def setdefault(self, key: tuple[str, str], person_id: int) -> None:
        """Keep it, unless somebody has the address."""
        if self.count > FULL * self.mask:
            self._grow()
        self._put(_digest(key), person_id)

    def _put(self, digest: int, person_id: int) -> None:
        place = self._place(digest)
        if not self.digests[place]:
            self.digests[place], self.people[place] = digest, person_id
            self.count += 1

    def _place(self, digest: int) -> int:
        """Where it stands, or may stand."""
        place = digest & self.mask
        while self.digests[place] not in (0, digest):
            place = (place + 1) & self.mask
        return place

    def _grow(self) -> None:
        digests, people = self.digests, self.people
        self.count = 0
        self._make(2 * (self.mask + 1))
        for digest, person_id in zip(digests, people, strict=True):
            if digest:
                self._put(digest, person_id)


def _digest(key: tuple[str, str]) -> int:
    """Never 0, which means an empty place."""
    return int.from_bytes(blake2b("\0".join(key).encode(), digest_size=8).digest()) or 1
