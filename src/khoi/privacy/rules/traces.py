"""Recognising a person in texts that nobody declared: files of imports, mails, kept answers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

__all__ = ["Traces", "traces_of"]

#: Signs that people and programs put into an address or a number, or leave out. UTF-16 puts a zero behind each letter.
_FILLING: Final = re.compile(r"[\s.\-()\x00]+")
#: Fewer digits than that are no number of somebody's.
_DIGITS: Final = 8


@dataclass(frozen=True, slots=True)
class Traces:
    """``addresses``: emails and the national digits of phones, squeezed. ``words``: texts as they were written."""

    addresses: frozenset[str]
    words: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.addresses or self.words)

    def are_in(self, text: str) -> bool:
        if any(word in text for word in self.words):
            return True
        squeezed = _squeezed(text)
        return any(address in squeezed for address in self.addresses)

    def are_in_bytes(self, pieces: Iterable[bytes]) -> bool:
        """The pieces of one file; a trace may lie across two of them."""
        return any(self.are_in(text) for text in _overlapping(pieces))


def traces_of(*, names: Iterable[str], emails: Iterable[str], phones: Iterable[str]) -> Traces:
    """A name of one word is no trace: it would be found everywhere."""
    numbers = [re.sub(r"\D", "", phone)[-9:] for phone in phones]
    addresses = [*(_squeezed(email) for email in emails), *(one for one in numbers if len(one) >= _DIGITS)]
    whole = [name for name in names if len(name.split()) > 1]
    words = [*whole, *(json.dumps(name)[1:-1] for name in whole)]
    return Traces(frozenset(filter(None, addresses)), frozenset(words))


def _squeezed(text: str) -> str:
    return _FILLING.sub("", text).casefold()


def _overlapping(pieces: Iterable[bytes]) -> Iterator[str]:
    before = b""
    for piece in pieces:
        yield (before + piece).decode("utf-8", errors="ignore")
        before = piece[-2_000:]
