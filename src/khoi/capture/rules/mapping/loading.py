"""Reading a mapping file, and saying exactly what is wrong with it."""

import re
import tomllib
from collections.abc import Collection
from collections.abc import Mapping as Table
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from khoi.capture.rules.mapping.cells import Unreadable, read_cell
from khoi.capture.rules.mapping.fields import FIELDS, LEAD, LINKS, STATES
from khoi.capture.rules.mapping.format import Assertion, Column, External, Mapping, NewField
from khoi.capture.rules.mapping.own import FILLED, own_target
from khoi.custom.rules import CHOOSING, TYPES, key_of

FORMAT = 1
CHOICES = {
    "rows": tuple(FIELDS),
    "dates": ("dmy", "mdy"),
    "language": ("vi", "en"),
    "names": ("family_first", "given_first"),
    "others": ("keep", "drop", "fields"),
}
OTHERWISE = ("keep", "extra", "empty", "reject")
TEXTS = ("name", "title", "zone", "currency", "country", "pipeline", *CHOICES)
TABLES = ("key", "join", "links", "columns", "constants", "custom", "person", "account", "asserts")
COLUMN = ("field", "fields", "extra", "drop", "required", "values", "otherwise", "pattern", "entered")


@dataclass(frozen=True, slots=True)
class MappingProblem:
    """One mistake. ``where`` is the entry ("columns.Email"), ``line`` its line from 1 (0: not found), ``detail``
    the text at fault.

    Codes: ``not_toml``, ``unknown_format``, ``missing_entry``, ``unknown_entry``, ``wrong_type``,
    ``unknown_choice``, ``unknown_field``, ``company_of_lead``, ``unknown_zone``, ``bad_constant``,
    ``column_without_use``.
    """

    code: str
    where: str
    line: int = 0
    detail: str = ""


class BadMapping(ValueError):
    """The mapping cannot be used. ``problems`` holds every mistake found, in the order of the file."""

    def __init__(self, problems: Collection[MappingProblem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        super().__init__("; ".join(f"line {p.line}: {p.code} {p.where} {p.detail}".rstrip() for p in self.problems))


def load_mapping(text: str) -> Mapping:
    """The mapping in a TOML text (the format is described in docs/howto/import). Raises ``BadMapping``."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found[1]) if found else text.count("\n") + 1
        raise BadMapping([MappingProblem("not_toml", "", line, str(error))]) from error
    reader = _Reader(text)
    mapping = reader.mapping(told)
    if not reader.problems:
        reader.try_constants(mapping)
    if reader.problems:
        raise BadMapping(reader.problems)
    return mapping


class _Reader:
    """Takes the entries one by one and collects what is wrong, so that one look mends a file."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.problems: list[MappingProblem] = []

    def wrong(self, code: str, *path: str, detail: str = "") -> None:
        self.problems.append(MappingProblem(code, ".".join(path), line_of(self.text, *path), detail))

    def mapping(self, told: dict[str, Any]) -> Mapping:
        self.known(told, ("format", "empty", "anonymous", *TEXTS, *TABLES))
        if told.get("format") != FORMAT:
            self.wrong("unknown_format", "format", detail=str(told.get("format", "")))
        for name in ("name", "rows", "columns"):
            if name not in told:
                self.wrong("missing_entry", name)
        texts = {name: self.text_of(told, name) for name in TEXTS if name in told}
        for name, allowed in CHOICES.items():
            self.among(texts, name, allowed, name)
        self.zone(texts.get("zone"))
        for name, size in (("currency", 3), ("country", 2)):
            if not re.fullmatch(f"[A-Z]{{{size}}}", texts.get(name, "XXX"[:size])):
                self.wrong("unknown_choice", name, detail=texts[name])
        rows = texts["rows"] if texts.get("rows") in FIELDS else LEAD
        columns = tuple(self.column(rows, heading, use) for heading, use in self.table(told, "columns").items())
        return Mapping(
            **{"name": "", **texts, "rows": rows},
            columns=columns,
            anonymous=self.flag(told, "anonymous"),
            empty=self.texts_of(told, "empty"),
            key=self.external(told, "key"),
            join=self.external(told, "join"),
            links=self.links(told),
            constants=self.constants(rows, told),
            makes=self.new_fields(told),
            asserts=tuple(self.assertion(rows, entry) for entry in self.entries(told, "asserts")),
        )

    def column(self, rows: str, heading: str, use: Any) -> Column:
        """A column is a field's name, or a table that says more."""
        path = ("columns", heading)
        if isinstance(use, str):
            use = {"field": use}
        if not isinstance(use, dict):
            self.wrong("wrong_type", *path)
            return Column(heading)
        self.known(use, COLUMN, *path)
        single = (self.text_of(use, "field", *path),) if "field" in use else ()
        fields = single + self.texts_of(use, "fields", *path)
        for name in fields:
            if wrong := _wrong_name(name, rows):
                self.wrong(wrong, *path, detail=name)
        self.among(use, "otherwise", OTHERWISE, *path)
        if not fields and not any(use.get(name) for name in ("extra", "drop", "entered")):
            self.wrong("column_without_use", *path)
        return Column(
            heading,
            fields,
            extra=self.text_of(use, "extra", *path),
            drop=self.flag(use, "drop", *path),
            required=self.flag(use, "required", *path),
            values=self.strings(use, "values", *path),
            otherwise=self.text_of(use, "otherwise", *path) or "keep",
            pattern=self.text_of(use, "pattern", *path),
            entered=self.text_of(use, "entered", *path),
        )

    def external(self, told: dict[str, Any], name: str, *around: str) -> External | None:
        if name not in told:
            return None
        path = (*around, name)
        entry = self.table(told, name, *around)
        self.known(entry, ("column", "system"), *path)
        for part in ("column", "system"):
            if not entry.get(part):
                self.wrong("missing_entry", *path, part)
        return External(self.text_of(entry, "column", *path), self.text_of(entry, "system", *path))

    def links(self, told: dict[str, Any]) -> dict[str, External]:
        linked = self.table(told, "links")
        self.known(linked, LINKS, "links")
        found = {name: self.external(linked, name, "links") for name in linked if name in LINKS}
        return {name: external for name, external in found.items() if external}

    def constants(self, rows: str, told: dict[str, Any]) -> dict[str, str]:
        constants = self.strings(told, "constants")
        for name in constants:
            if name not in FIELDS[rows]:
                self.wrong("unknown_field", "constants", name, detail=name)
        return constants

    def new_fields(self, told: dict[str, Any]) -> dict[str, NewField]:
        """Name → what a field of one's own is that the import makes when there is none of that key."""
        found: dict[str, NewField] = {}
        for whose in ((), ("person",), ("account",)):
            around = self.table(told, *whose) if whose else told
            if whose:
                self.known(around, ("custom",), *whose)
            described = self.table(around, "custom", *whose)
            for key in described:
                path = (*whose, "custom", key)
                found[".".join(path)] = self.new_field(path, described)
        return found

    def new_field(self, path: tuple[str, ...], described: dict[str, Any]) -> NewField:
        *around, key = path
        entry = self.table(described, key, *around)
        self.known(entry, ("type", "label", "choices"), *path)
        if key_of(key) != key or not key:
            self.wrong("unknown_choice", *path, detail=key)
        type_, choices = self.text_of(entry, "type", *path), self.texts_of(entry, "choices", *path)
        if type_ not in TYPES:
            self.wrong("unknown_choice", *path, "type", detail=type_)
        elif (type_ in CHOOSING) != bool(choices):
            self.wrong("missing_entry" if type_ in CHOOSING else "unknown_entry", *path, "choices")
        return NewField(type_, self.text_of(entry, "label", *path) or key, choices)

    def try_constants(self, mapping: Mapping) -> None:
        for name, text in mapping.constants.items():
            try:
                read_cell(text, FIELDS[mapping.rows][name], mapping, "", "")
            except Unreadable:
                self.wrong("bad_constant", "constants", name, detail=text)

    def assertion(self, rows: str, entry: dict[str, Any]) -> Assertion:
        self.known(entry, ("of", "is", "at", "when"), "asserts")
        of, state, at = (self.text_of(entry, name, "asserts") for name in ("of", "is", "at"))
        if of not in STATES:
            self.wrong("unknown_choice", "asserts", "of", detail=of)
        elif state not in STATES[of]:
            self.wrong("unknown_choice", "asserts", "is", detail=state)
        if FIELDS[rows].get(at) is None or FIELDS[rows][at].kind != "moment":
            self.wrong("unknown_field", "asserts", "at", detail=at)
        when = self.table(entry, "when", "asserts")
        self.known(when, ("column", "is"), "asserts", "when")
        column = self.text_of(when, "column", "asserts", "when")
        return Assertion(of, state, at, column, self.texts_of(when, "is", "asserts", "when"))

    def zone(self, name: str | None) -> None:
        try:
            ZoneInfo(name or "UTC")
        except (OSError, ValueError, KeyError):  # ZoneInfoNotFoundError is a KeyError
            self.wrong("unknown_zone", "zone", detail=name or "")

    def known(self, told: Table[str, Any], names: Collection[str], *path: str) -> None:
        for name in told:
            if name not in names:
                self.wrong("unknown_entry", *path, name, detail=name)

    def among(self, told: Table[str, Any], name: str, allowed: Collection[str], *path: str) -> None:
        if name in told and told[name] not in allowed:
            self.wrong("unknown_choice", *path, detail=str(told[name]))

    def text_of(self, told: Table[str, Any], name: str, *path: str) -> str:
        return str(self.typed(told, name, str, "", *path))

    def flag(self, told: Table[str, Any], name: str, *path: str) -> bool:
        return bool(self.typed(told, name, bool, False, *path))

    def table(self, told: Table[str, Any], name: str, *path: str) -> dict[str, Any]:
        return dict(self.typed(told, name, dict, {}, *path))

    def entries(self, told: Table[str, Any], name: str) -> list[dict[str, Any]]:
        found = self.typed(told, name, list, [])
        if all(isinstance(entry, dict) for entry in found):
            return list(found)
        self.wrong("wrong_type", name)
        return []

    def strings(self, told: Table[str, Any], name: str, *path: str) -> dict[str, str]:
        found = self.table(told, name, *path)
        if not all(isinstance(value, str) for value in found.values()):
            self.wrong("wrong_type", *path, name)
        return {key: str(value) for key, value in found.items()}

    def texts_of(self, told: Table[str, Any], name: str, *path: str) -> tuple[str, ...]:
        found = self.typed(told, name, list, [], *path)
        if not all(isinstance(text, str) for text in found):
            self.wrong("wrong_type", *path, name)
        return tuple(str(text) for text in found)

    def typed(self, told: Table[str, Any], name: str, kind: type, default: Any, *path: str) -> Any:
        value = told.get(name, default)
        if isinstance(value, kind):
            return value
        self.wrong("wrong_type", *path, name, detail=str(value))
        return default


def _wrong_name(name: str, rows: str) -> str:
    """What is wrong with the name of a field, as a code. Which ones of one's own there are only the workspace knows."""
    if name in FIELDS[rows]:
        return ""
    target = own_target(name, rows)
    if target is None or not target.key or key_of(target.key) != target.key:
        return "unknown_field"
    return "" if target.object in FILLED[rows] else "company_of_lead"


def line_of(text: str, *path: str) -> int:
    """The line on which an entry stands, from 1: its own, else that of the nearest table around it, else 0."""
    for depth in range(len(path), 0, -1):
        for number, table, name in _entries(text):
            if [*table, *name] == list(path[:depth]):
                return number
    return 0


def _entries(text: str) -> list[tuple[int, list[str], list[str]]]:
    """(line, table path, name path) of each header and ``name = value`` line, near enough for pointing."""
    found: list[tuple[int, list[str], list[str]]] = []
    table: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        header = re.match(r"\s*\[\[?\s*([^\[\]]+?)\s*\]", line)
        entry = re.match(r"""\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=""", line)
        if header:
            table = _keys(header[1])
            found.append((number, table, []))
        elif entry:
            found.append((number, table, _keys(entry[1])))
    return found


def _keys(dotted: str) -> list[str]:
    return [next(filter(None, parts), "") for parts in re.findall(r"\"([^\"]*)\"|'([^']*)'|([\w-]+)", dotted)]
