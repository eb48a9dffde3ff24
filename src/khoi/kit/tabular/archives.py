"""Archives of tables, like the weekly export of Salesforce: one file of the archive is read as the table.

Nothing is unpacked under the name it has inside: the file asked for is copied, up to a limit, into a nameless one.
"""

import tempfile
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, BinaryIO

from khoi.kit.tabular.refusals import NotATable, TooLarge
from khoi.kit.tabular.tables import Limits

#: More files than any export holds, in an archive made to be trouble.
MEMBERS = 10_000
#: What a table may be called inside an archive; what it really is its bytes tell.
TEXTS = (".csv", ".tsv", ".tab", ".txt")
SHEETS = (".xlsx", ".xlsb", ".xlsm", ".xls", ".ods")
WORKBOOKS = frozenset({"xl/workbook.xml", "xl/workbook.bin", "content.xml"})
PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Archive:
    """What stands in an archive: ``tables`` are the names of its files that may be tables, empty for a spreadsheet,
    which is an archive too; of that ``unpacked`` is its size in bytes."""

    tables: tuple[str, ...]
    is_xlsx: bool = False
    unpacked: int = 0


def look_into(stream: BinaryIO, limits: Limits) -> Archive:
    """What the archive holds. Raises ``NotATable`` or ``TooLarge``; nothing is unpacked."""
    members = _members(stream)
    names = {member.filename for member in members}
    if any(member.flag_bits & 1 for member in members):
        raise NotATable("encrypted")
    if names & WORKBOOKS:
        unpacked = sum(member.file_size for member in members)
        if unpacked > limits.unpacked_bytes:
            raise TooLarge(limits.unpacked_bytes)
        return Archive((), "xl/workbook.xml" in names, unpacked)
    if names & {"[Content_Types].xml", "mimetype"}:
        raise NotATable("document")
    tables = _tables(members)
    if not tables:
        raise NotATable("archive")
    return Archive(tuple(tables))


def take_out(stream: BinaryIO, name: str, limits: Limits) -> IO[bytes]:
    """A nameless copy of one file. Raises ``NotATable`` (``no_sheet``, ``damaged``) or ``TooLarge``."""
    copy: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - the table that is made of it closes it
    try:
        stream.seek(0)
        with zipfile.ZipFile(stream) as archive:
            member = next((one for one in archive.infolist() if label(one.filename) == name), None)
            if member is None:
                raise NotATable("no_sheet")
            if member.file_size > limits.unpacked_bytes:
                raise TooLarge(limits.unpacked_bytes)
            with archive.open(member) as packed:
                _copy(packed, copy, limits.unpacked_bytes)
    except (zipfile.BadZipFile, zlib.error, ValueError, OSError, EOFError, NotImplementedError, RuntimeError) as error:
        copy.close()
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise NotATable("damaged") from error
    except BaseException:
        copy.close()
        raise
    copy.seek(0)
    return copy


def label(name: str) -> str:
    """What a file of an archive is called: to be shown and chosen by, never a path."""
    return "".join(sign for sign in name.replace("\\", "/") if sign.isprintable())[:120]


def _copy(packed: IO[bytes], copy: IO[bytes], limit: int) -> None:
    """An archive may lie about how much it holds."""
    size = 0
    while piece := packed.read(PIECE):
        size += len(piece)
        if size > limit:
            raise TooLarge(limit)
        copy.write(piece)


def _members(stream: BinaryIO) -> Sequence[zipfile.ZipInfo]:
    try:
        with zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise NotATable("damaged") from error
    if len(members) > MEMBERS:
        raise TooLarge(MEMBERS)
    return members


def _tables(members: Sequence[zipfile.ZipInfo]) -> list[str]:
    """Names of what may be tables, those of text first that end like it, each once; leftovers of a Mac are none."""
    found = [
        label(member.filename)
        for endings in (TEXTS[:3], SHEETS, TEXTS[3:])
        for member in members
        if member.filename.lower().endswith(endings) and member.file_size and not _is_hidden(member.filename)
    ]
    return list(dict.fromkeys(found))


def _is_hidden(name: str) -> bool:
    return name.startswith("__MACOSX/") or name.replace("\\", "/").rpartition("/")[2].startswith(".")
