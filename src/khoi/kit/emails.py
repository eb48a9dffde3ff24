"""Email addresses: one way to keep them, and a reason for each refusal."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

__all__ = ["email_problem", "normalise_email"]

# What no address holds, whatever RFC 5322 allows inside quotes: these end up in mail headers and in lists people read.
_FORBIDDEN: Final = re.compile(r"[\s\"(),:;<>\[\]\\\x00-\x20\x7f\ufffd]")
#: Unicode categories of what one cannot see, or not yet: controls, formats, halves of signs, private and free places.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"})
#: Dots to IDNA (RFC 3490 3.1).
_DOTS: Final = re.compile("[.\u3002\uff0e\uff61]")
#: Since 2010 letters of a domain; to the older IDNA of the standard library they mean "ss" and "σ", another domain.
_OWN_LETTERS: Final = re.compile("[ßς]")
_LABEL: Final = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?")
_LONGEST: Final = 254  # RFC 5321 4.5.3.1.3, less the angle brackets
_LONGEST_LOCAL: Final = 64  # RFC 5321 4.5.3.1.1


def normalise_email(raw: str) -> str | None:
    """The address trimmed, in NFC and small letters, its domain as DNS has it (IDNA); None when there is a problem.

    Nothing is taken out of the local part: "an+shop@" stays apart from "an@", for it is another mailbox to some hosts.
    """
    return None if email_problem(raw) else "@".join(_parts(raw))


def email_problem(raw: str) -> str | None:
    """Why `normalise_email` refuses `raw`; None when it does not.

    One of: empty, control_character, no_at, many_at, forbidden_character, bad_name, bad_domain, too_long.
    """
    if any(sign in raw for sign in "\r\n\0"):
        return "control_character"  # before trimming: a line end in an address is somebody trying to add a header
    text = raw.strip()
    if not text:
        return "empty"
    if text.count("@") != 1:
        return "many_at" if "@" in text else "no_at"
    if _has_forbidden(unicodedata.normalize("NFC", text)):
        return "forbidden_character"
    return _part_problem(*_parts(text))


def _has_forbidden(text: str) -> bool:
    if _FORBIDDEN.search(text):
        return True
    # A mark of its own belongs to no letter: it would stand on the sign before the address, wherever that is shown.
    return not text.isascii() and (
        unicodedata.category(text[0])[0] == "M" or any(unicodedata.category(sign) in _UNSEEN for sign in text)
    )


def _part_problem(local: str, domain: str) -> str | None:
    if not local or local.startswith(".") or local.endswith(".") or ".." in local:
        return "bad_name"
    labels = domain.split(".")
    if len(labels) < 2 or not all(len(label) <= 63 and _LABEL.fullmatch(label) for label in labels):
        return "bad_domain"
    if labels[-1].isdigit():
        return "bad_domain"
    too_long = len(local.encode()) > _LONGEST_LOCAL or len(local.encode()) + 1 + len(domain) > _LONGEST
    return "too_long" if too_long else None


def _parts(text: str) -> tuple[str, str]:
    local, _, domain = text.strip().partition("@")
    # NFC, small letters, NFC: casefold can decompose ("ǰ"), and the kept form must be the form of itself.
    small = unicodedata.normalize("NFC", unicodedata.normalize("NFC", local).casefold())
    return small, _dns_name(domain)


def _dns_name(domain: str) -> str:
    """The domain in small ASCII letters; "" when it cannot be one."""
    labels = _DOTS.split(unicodedata.normalize("NFC", domain))
    try:
        named = [_dns_label(label) for label in labels]
    except UnicodeError:
        return ""
    # "⒈x.vn" is no name of two parts that happens to be written as three.
    return "" if any("." in label for label in named) else ".".join(named)


def _dns_label(label: str) -> str:
    if label.isascii() and label[:4].lower() != "xn--":
        return label.lower()
    if _OWN_LETTERS.search(label.lower()):
        return f"xn--{label.lower().encode('punycode').decode('ascii')}"
    named = label.encode("idna").decode("ascii").lower()
    if named.startswith("xn--"):
        named[4:].encode("ascii").decode("punycode")  # raises for what is no such name, like "xn--0"
    return named
