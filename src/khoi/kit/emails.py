"""Email addresses: one way to keep them, and a reason for each refusal."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

__all__ = ["email_problem", "normalise_email"]

# What no address holds, whatever RFC 5322 allows inside quotes: these end up in mail headers and in lists people read.
_FORBIDDEN: Final = re.compile(r"[\s\"(),:;<>\[\]\\\x00-\x20\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060\ufeff]")
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
    if _FORBIDDEN.search(unicodedata.normalize("NFC", text)):
        return "forbidden_character"
    return _part_problem(*_parts(text))


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
    try:
        return unicodedata.normalize("NFC", domain).encode("idna").decode("ascii").lower()
    except UnicodeError:
        return ""
