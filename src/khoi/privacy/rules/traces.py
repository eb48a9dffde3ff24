"""Recognising a person in texts that nobody declared: files of imports, mails, kept answers.

Case, marks, doubled spaces, how letters are composed, and the escapes of HTML and JSON make no difference. A name of
one word, or a part of a name alone, decides nothing: it would be found everywhere.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from khoi.kit.fold import fold
from khoi.kit.fold import words as words_of

__all__ = ["Traces", "traces_of"]

#: Signs that people and programs put into an address or a number, or leave out. UTF-16 puts a zero behind each letter.
_FILLING: Final = re.compile(r"[\s.\-()\x00]+")
#: Fewer digits than that are no number of somebody's.
_DIGITS: Final = 8
#: So much of a piece is read again with the next: more than a row of a table is long.
_AGAIN: Final = 1 << 16
#: Where a paragraph, a row of a table or the text of a shared cell ends.
_ENDS: Final = re.compile(r"(?i)<br\b[^<>]*>|</(?:p|div|li|tr|td|th|h\d|si|row|table:table-row)\s*>")
_TAG: Final = re.compile(r"<[^<>]*>")
#: Whether the words of a name stand together among the words of a line.
Together = Callable[[tuple[str, ...], tuple[str, ...]], bool]
_ESCAPE: Final = re.compile(r"\\u([0-9a-fA-F]{4})")


@dataclass(frozen=True, slots=True)
class Traces:
    """``addresses``: emails and the national digits of phones, squeezed. ``names``: the folded words of each.
    ``links``: ids and ends of addresses of their records, which stand for them."""

    addresses: frozenset[str]
    names: frozenset[tuple[str, ...]]
    links: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.addresses or self.names or self.links)

    def are_in(self, text: str) -> bool:
        """A name is there when its words stand beside each other in one line, in any order."""
        return self._are_in(text, _adjoin)

    def are_in_bytes(self, pieces: Iterable[bytes], encoding: str = "utf-8") -> bool:
        """The pieces of one file. A name is there when one row has all its words: columns part them."""
        return any(
            self._are_in(text, _share_a_row) for piece in _overlapping(pieces) for text in _read(piece, encoding)
        )

    def _are_in(self, text: str, together: Together) -> bool:
        plain = _plain(text)
        if any(link in text for link in self.links):
            return True
        squeezed = _squeezed(text), _squeezed(html.unescape(text))
        if any(address in one for one in squeezed for address in self.addresses):
            return True
        folded = fold(plain)
        likely = [name for name in self.names if all(word in folded for word in name)]
        return bool(likely) and any(together(name, words_of(line)) for line in plain.splitlines() for name in likely)


def traces_of(*, names: Iterable[str], emails: Iterable[str], phones: Iterable[str]) -> Traces:
    numbers = [re.sub(r"\D", "", phone)[-9:] for phone in phones]
    addresses = [*(_squeezed(email) for email in emails), *(one for one in numbers if len(one) >= _DIGITS)]
    whole = [words for name in names if len(words := words_of(name)) > 1]
    return Traces(frozenset(filter(None, addresses)), frozenset(whole))


def _adjoin(name: tuple[str, ...], words: tuple[str, ...]) -> bool:
    wanted, length = sorted(name), len(name)
    return any(sorted(words[start : start + length]) == wanted for start in range(len(words) - length + 1))


def _share_a_row(name: tuple[str, ...], words: tuple[str, ...]) -> bool:
    return set(name) <= set(words)


def _plain(text: str) -> str:
    """As a person reads it: without tags and escapes, a line for each paragraph and row."""
    if "\\u" in text:
        text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    return html.unescape(_TAG.sub(" ", _ENDS.sub("\n", text.replace("\\n", "\n"))))


def _squeezed(text: str) -> str:
    return _FILLING.sub("", text).casefold()


def _overlapping(pieces: Iterable[bytes]) -> Iterator[bytes]:
    before = b""
    for piece in pieces:
        yield before + piece
        before = piece[-_AGAIN:]


def _read(piece: bytes, encoding: str) -> Iterator[str]:
    """In the encoding it seems to have, and as the sheets of old programs keep their texts."""
    yield piece.decode("utf-8", errors="ignore")
    if encoding.lower() not in ("utf-8", "utf-8-sig", "ascii"):
        yield piece.decode(encoding, errors="ignore")
    if b"\0" in piece:
        yield from (piece[start:].decode("utf-16-le", errors="ignore") for start in (0, 1))
