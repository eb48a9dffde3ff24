"""What a file is, by its first bytes and not by its name."""

from typing import Final

#: First bytes → media type. What looks like none of them and is no text is just bytes.
MAGIC: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/zip"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"\x1f\x8b", "application/gzip"),
)
LONGEST_NAME: Final = 255
#: Signs that turn the reading direction or hide: "invoice\u202efdp.exe" must not read as a pdf.
_HIDDEN: Final = frozenset("\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def media_type(head: bytes) -> str:
    """The type of a file that begins with ``head`` (at least 512 bytes, or all of it). Markup counts as text."""
    for magic, name in MAGIC:
        if head.startswith(magic):
            return name
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return "text/plain" if _is_text(head) else "application/octet-stream"


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        head.decode()
    except UnicodeDecodeError as cut:
        return cut.start >= len(head) - 4  # a letter may be cut in two at the end
    return True


def shown_name(name: str) -> str:
    """The user's name for a file as data to show: no folder, no control sign, never empty. It names nothing on disk."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    clean = "".join(sign for sign in last if sign.isprintable() and sign not in _HIDDEN).strip().strip(".")
    return clean[-LONGEST_NAME:] or "file"
