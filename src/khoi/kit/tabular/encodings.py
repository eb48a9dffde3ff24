"""In which encoding a text file was saved.

Rules come first, in a fixed order: a byte order mark; the zero bytes of UTF-16; UTF-8, which hardly any other
text satisfies by chance; Windows-1258, known by tone marks that settle on Vietnamese vowels. Only what remains
is guessed by charset-normalizer. The whole file is looked at, in pieces, so that one odd byte near the end of
a large file is known before the first row is given out.
"""

import codecs
import unicodedata
from dataclasses import dataclass
from typing import BinaryIO

import charset_normalizer

from khoi.kit.tabular.refusals import NotATable, UnknownEncoding

HEAD = 1 << 16
PIECE = 1 << 20

# UTF-32 first: its little-endian mark begins with the one of UTF-16.
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
OTHERS = ["cp1252", "cp1250", "cp1251", "cp1254", "cp874", "cp932", "gb18030", "big5", "euc_kr", "koi8_r"]

VIETNAMESE = frozenset(
    "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ"
    "ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴĐ"
)
TONES = frozenset("\u0300\u0301\u0303\u0309\u0323đĐ")


@dataclass(frozen=True, slots=True)
class Encoding:
    """``name`` as Python's codecs know it. ``lossy``: some bytes fit nothing and become U+FFFD.

    ``guessed``: no rule was certain, so it is worth showing to a person.
    """

    name: str
    lossy: bool = False
    guessed: bool = False
    marked: bool = False


def detect_encoding(stream: BinaryIO) -> Encoding:
    """The encoding of everything in ``stream``, which is left at its beginning.

    Raises ``UnknownEncoding``, or ``NotATable`` where it is no text at all.
    """
    stream.seek(0)
    head = stream.read(HEAD)
    found = _marked(stream, head) or _wide(stream, head) or _utf8(stream) or _legacy(stream, head)
    stream.seek(0)
    return found


def given_encoding(stream: BinaryIO, name: str) -> Encoding:
    """The encoding somebody named. Raises ``UnknownEncoding`` when there is none of that name."""
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError) as error:
        raise UnknownEncoding(encoding=name) from error
    if not codec._is_text_encoding:
        raise UnknownEncoding(encoding=name)
    known = "utf-8-sig" if codec.name == "utf-8" else codec.name
    return Encoding(known, lossy=not _decodes(stream, known))


def refuse_binary(text: str) -> None:
    """Raise ``NotATable`` when decoded text is full of control characters."""
    nothing = text.count("\0")
    control = sum(text.count(chr(code)) for code in (*range(1, 9), *range(14, 26), *range(28, 32)))
    if nothing * 20 > len(text) or control * 50 > len(text):
        raise NotATable("binary")


def _marked(stream: BinaryIO, head: bytes) -> Encoding | None:
    for mark, name in MARKS:
        if head.startswith(mark):
            return Encoding(name, lossy=not _decodes(stream, name), marked=True)
    return None


def _wide(stream: BinaryIO, head: bytes) -> Encoding | None:
    """UTF-16 without a mark: Latin letters, digits and separators have a zero in every second byte."""
    pairs = len(head) // 2
    even, odd = head[0::2].count(0), head[1::2].count(0)
    for name, many, few in (("utf-16-le", odd, even), ("utf-16-be", even, odd)):
        if many * 5 > pairs and few * 50 <= pairs:
            return Encoding(name, lossy=not _decodes(stream, name))
    return None


def _utf8(stream: BinaryIO) -> Encoding | None:
    if _decodes(stream, "utf-8"):
        return Encoding("utf-8")
    text = _telling_lines(stream).decode("utf-8", errors="replace")
    bad = text.count("\ufffd")
    good = sum(1 for character in text if character > "\x7f") - bad
    # A few broken bytes among many sound letters: a damaged UTF-8 file, and any other reading garbles the rest.
    return Encoding("utf-8", lossy=True) if good >= 20 * bad else None


def _legacy(stream: BinaryIO, head: bytes) -> Encoding:
    refuse_binary(head.decode("latin-1"))
    sample = _telling_lines(stream)
    if reads_as_vietnamese(sample):
        return Encoding("cp1258", lossy=not _decodes(stream, "cp1258"))
    name = _guess(sample)
    if name is None:
        raise UnknownEncoding
    return Encoding(name, lossy=not _decodes(stream, name), guessed=True)


def reads_as_vietnamese(sample: bytes) -> bool:
    """Whether Windows-1258 turns the bytes into Vietnamese: tones on vowels, next to no foreign letter.

    In any other Western text the same bytes put tone marks on consonants ("lunedì") or stay foreign ("ção").
    """
    raw = sample.decode("cp1258", errors="replace")
    letters = [
        c
        for c in unicodedata.normalize("NFC", raw)
        if c > "\x7f" and (c.isalpha() or not c.isprintable() or unicodedata.combining(c) or c == "\ufffd")
    ]
    known = sum(1 for c in letters if c in VIETNAMESE)
    return any(c in TONES for c in raw) and (len(letters) - known) * 50 <= known


def _guess(sample: bytes) -> str | None:
    """Too few letters tell nothing apart: then the Western code page of Windows, which fits most."""
    if sum(1 for byte in sample if byte > 0x7F) >= 32:
        best = charset_normalizer.from_bytes(sample, cp_isolation=OTHERS).best()
        if best is not None:
            return best.encoding
    try:
        sample.decode("cp1252")
    except UnicodeDecodeError:
        return None
    return "cp1252"


def _decodes(stream: BinaryIO, name: str) -> bool:
    stream.seek(0)
    decoder = codecs.getincrementaldecoder(name)("strict")
    try:
        while piece := stream.read(PIECE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _telling_lines(stream: BinaryIO) -> bytes:
    """Up to a mebibyte of the lines that are not plain ASCII, from anywhere in the file."""
    stream.seek(0)
    found: list[bytes] = []
    size = 0
    while size < PIECE and (line := stream.readline(HEAD)):
        if not line.isascii():
            found.append(line)
            size += len(line)
    return b"".join(found)
