"""Says where the package leaves the house rules of docs/architecture.md.

``findings(package, order)`` is a list of sentences, each beginning with ``file:line``; an empty list is a tidy house.
A rule is a generator function marked ``@rule``; each has a test of its own on a small tree that breaks it
(`test_house_rules.py`).
"""

import ast
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tests.architecture.reading import (
    COMPOSITION,
    PACKAGE,
    RANKS,
    SATELLITES,
    File,
    House,
    rank,
    read_house,
    rooms_in_order,
)

FOLDERS_ONLY = {"templates", "static", "templatetags", "channels", "migrations", "management"}
STRAY_NAMES = set("utils util helpers helper common base misc constants managers signals mixins".split())
#: Django finds a database backend by this file name.
NAMED_BY_DJANGO = re.compile(r"^kit/db/\w+/base\.py$")
#: The one place that may declare text safe to show as HTML.
MARKUP = "design/templatetags/markup.py"
#: The one place that may open a connection to somebody else's server.
OUTBOUND = "kit/outbound.py"

CLOCKS = {
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today"),
    *("django.utils.timezone.now", "django.db.models.functions.Now"),
    *("time.time", "time.time_ns", "time.localtime", "time.gmtime"),
}
#: These read the clock only when nothing is handed to them.
CLOCKS_WHEN_EMPTY = {"django.utils.timezone.localdate", "django.utils.timezone.localtime"}
#: A page is made for a moment, so what shows it may ask which ("3 hours ago").
READS_THE_CLOCK = {"views", "api", "jobs", "admin", "management", "apps", "templatetags"}
IMPURE = set(
    "asyncio http importlib io logging multiprocessing os pathlib random secrets socket sqlite3 subprocess tempfile "
    "threading time urllib".split()
)
HTTP_CLIENTS = {"urllib.request", "http.client", "requests", "httpx", "aiohttp", "urllib3"}
SAFE_MAKERS = {"mark_safe", "SafeText", "html_safe", "SafeData"}
SQL_DOORS = {"execute", "executemany", "executescript", "raw", "extra", "RawSQL"}
SAVERS = {"save", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
#: They write only when asked of rows: a dictionary has an ``update`` too.
SAVERS_OF_ROWS = {"create", "update", "delete"}
READERS_OF_ROWS = set("all filter exclude get first last values values_list count exists in_bulk iterator".split())
MANAGERS = {"objects", "_default_manager", "_base_manager"}
#: Judged by a line of their own, or the lists of a set of choices.
NO_MANAGERS = MANAGERS | {"values", "choices", "labels", "names"}


#: The name of a template anywhere in a text, however it comes to be shown from there.
TEMPLATE = r"[\"']([\w-]+)/[\w/-]+\.html[\"']"

Rule = Callable[[House], Iterator[str]]
RULES: dict[str, Rule] = {}


def rule(check: Rule) -> Rule:
    RULES[check.__name__] = check
    return check


def findings(
    package: Path = PACKAGE, order: Iterable[str] | None = None, rules: Iterable[str] | None = None
) -> list[str]:
    return judged(read_house(package, tuple(order or rooms_in_order())), rules)


def judged(house: House, rules: Iterable[str] | None = None) -> list[str]:
    """The same for a house that was read before: reading it takes longer than judging it."""
    return [sentence for name in rules or RULES for sentence in RULES[name](house)]


# --- where things stand


@rule
def files_have_a_name_of_the_closed_set(house: House) -> Iterator[str]:
    for file in house.python:
        name = file.parts[-1].removesuffix(".py")
        stray = STRAY_NAMES & {name, *file.parts[1:-1]}
        if stray and not NAMED_BY_DJANGO.match(file.path):
            yield file.says(1, f"{stray.pop()} says nothing about the business; name the subject")
        elif file.room is None and file.unit not in COMPOSITION:
            yield file.says(1, "only composition files stand beside urls.py")
        elif file.room and file.room not in house.order:
            yield file.says(1, f"{file.room} is no room of the list in pyproject.toml")
        elif file.room and file.room != "kit" and not in_closed_set(file):
            yield file.says(1, f"{file.unit} is not one of the file names a room may have")


def in_closed_set(file: File) -> bool:
    is_folder = len(file.parts) > 2
    return file.unit in RANKS.keys() | SATELLITES and (is_folder or file.unit not in FOLDERS_ONLY)


# --- who may know whom


@rule
def imports_are_written_in_full(house: House) -> Iterator[str]:
    for file in house.python:
        for node in ast.walk(file.tree):
            if isinstance(node, ast.ImportFrom) and node.level:
                yield file.says(node.lineno, "write the import in full: from khoi.<room>... import ...")


@rule
def rooms_import_only_rooms_below(house: House) -> Iterator[str]:
    for file in house.python:
        for line, other, _ in house.own_imports(file):
            if file.room is None or other.path == "__init__.py":
                continue
            if other.room is None:
                yield file.says(line, f"{other.path} knows every room; take what you need from it as an argument")
            elif house.floor(other.room) > house.floor(file.room):
                yield file.says(line, f"{file.room} stands below {other.room} and may not import it")


@rule
def files_of_a_room_import_only_lower_files(house: House) -> Iterator[str]:
    for file in house.python:
        mine = rank(file)
        for line, other, _ in house.own_imports(file) if mine is not None else ():
            # The words another room gives to conditions are as low as its tables, and so are the tags of a lower room.
            gives = other.unit in {"fields", "templatetags"} and other.room != file.room
            theirs = RANKS["models"] if gives else rank(other)
            same_unit = file.unit == other.unit and (file.room == other.room or file.unit not in SATELLITES)
            if mine is None or theirs is None or same_unit or theirs < mine:
                continue
            yield file.says(line, f"{file.unit} may not import {other.room}.{other.unit}")


@rule
def verbs_of_another_room_are_called_through_its_module(house: House) -> Iterator[str]:
    for file in house.python:
        for line, other, name in house.own_imports(file):
            if file.room == other.room or not name:
                continue
            if name.startswith("_"):
                yield file.says(line, f"{name} is private to {other.module}")
            elif other.unit == "services" and name.islower():
                yield file.says(
                    line, f"from khoi.{other.room} import services as {other.room}, then {other.room}.{name}()"
                )


@rule
def only_the_hook_connects_rooms(house: House) -> Iterator[str]:
    for file in house.python:
        for line, module, name in house.imports(file):
            if module.startswith("django.db.models.signals") or (module == "django.dispatch" and name == "receiver"):
                yield file.says(line, "no signals: consequences are services, called by name or by KHOI_SETTLE")


# --- rules are pure, and so are the tools they use


@rule
def rules_know_the_standard_library_only(house: House) -> Iterator[str]:
    for file in house.python:
        if file.room and file.unit == "rules":
            for line, reason in impurities(house, file, seen=set()):
                yield file.says(line, f"rules are pure: {reason}")


def impurities(house: House, file: File, seen: set[str]) -> Iterator[tuple[int, str]]:
    """What keeps a file from being pure: (line, reason). Kit's tools are followed; other rooms give rules only."""
    seen.add(file.path)
    for line, module, _ in house.imports(file):
        other, top = house.modules.get(module), module.split(".")[0]
        if other and other.room == "kit":
            if other.path not in seen and any(impurities(house, other, seen)):
                yield line, f"{module} is not pure"
        elif other or top == "khoi":
            if not other or other.unit not in {"rules", "__init__"}:
                yield line, f"{module} is not rules"
        elif top in IMPURE or (top not in sys.stdlib_module_names and (file.room != "kit" or top == "django")):
            yield line, f"{module} reaches outside"


@rule
def answers_are_frozen_and_slotted(house: House) -> Iterator[str]:
    for file in house.python:
        if file.room is None or file.unit not in {"rules", "queries"}:
            continue
        for node in ast.walk(file.tree):
            for decorator in node.decorator_list if isinstance(node, ast.ClassDef) else ():
                words = {k.arg for k in decorator.keywords} if isinstance(decorator, ast.Call) else set()
                target = decorator.func if isinstance(decorator, ast.Call) else decorator
                if file.dotted(target) == "dataclasses.dataclass" and not {"frozen", "slots"} <= words:
                    yield file.says(decorator.lineno, "a dataclass here is @dataclass(frozen=True, slots=True)")


# --- who reads the clock, the tables, the database


@rule
def only_the_outermost_reads_the_clock(house: House) -> Iterator[str]:
    for file in house.python:
        tool = file.room == "kit" and file.unit == "jobs"
        if file.room is None or tool or (file.room != "kit" and file.unit in READS_THE_CLOCK):
            continue
        for node in ast.walk(file.tree):
            if isinstance(node, ast.Name | ast.Attribute) and file.dotted(node) in CLOCKS:
                yield file.says(node.lineno, f"{file.dotted(node)}: take now as an argument")
            elif isinstance(node, ast.Call) and not node.args and file.dotted(node.func) in CLOCKS_WHEN_EMPTY:
                yield file.says(node.lineno, f"{file.dotted(node.func)}(): take now as an argument")
            elif isinstance(node, ast.keyword) and node.arg in {"auto_now", "auto_now_add"}:
                yield file.says(node.value.lineno, f"{node.arg} reads the clock; take now as an argument")


@rule
def pages_and_api_ask_the_gateway(house: House) -> Iterator[str]:
    for file in house.python:
        if file.room in {None, "kit"} or file.unit not in {"views", "api", "forms", "templatetags"}:
            continue
        gated = {
            node.value
            for node in ast.walk(file.tree)
            if isinstance(node, ast.Attribute) and node.attr in {"visible_to", "none"}
        }
        for node in ast.walk(file.tree):
            if isinstance(node, ast.Attribute) and node not in gated and node.attr in MANAGERS:
                yield file.says(node.lineno, f".{node.attr} is not gated; ask .objects.visible_to(actor) or a query")
            elif isinstance(node, ast.Call) and (manager := another_manager(node)):
                yield file.says(node.lineno, f".{manager} is not gated; ask .objects.visible_to(actor) or a query")
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "cursor":
                yield file.says(node.lineno, "SQL of a page is not gated; it belongs into a query")
            elif isinstance(node, ast.Call) and shortcut_on_a_model(file, node):
                yield file.says(node.lineno, "get_object_or_404(Model) is not gated; pass .objects.visible_to(actor)")


def another_manager(call: ast.Call) -> str:
    """``live`` of ``Lead.live.all()``: a manager of a model under a name of its own; "" for everything else."""
    match call.func:
        case ast.Attribute(value=ast.Attribute(value=ast.Name(id=model), attr=manager), attr=asked):
            is_one = model[:1].isupper() and not model.isupper() and manager.islower() and manager not in NO_MANAGERS
            return manager if is_one and asked in READERS_OF_ROWS else ""
    return ""


def shortcut_on_a_model(file: File, call: ast.Call) -> bool:
    shortcut = file.dotted(call.func).rpartition(".")[2] in {"get_object_or_404", "get_list_or_404"}
    return shortcut and bool(call.args) and isinstance(call.args[0], ast.Name | ast.Attribute)


@rule
def only_services_write(house: House) -> Iterator[str]:
    for file in house.python:
        if file.room in {None, "kit"} or file.unit not in {"views", "api", "forms", "queries", "templatetags", "jobs"}:
            continue
        for node in ast.walk(file.tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and writes(node.func, node):
                yield file.says(node.lineno, f".{node.func.attr}() belongs into a service, inside an act")


def writes(verb: ast.Attribute, call: ast.Call) -> bool:
    """Whether the call saves rows: by its name, or because rows are asked. One row is deleted without a word."""
    if verb.attr in SAVERS:
        return True
    is_bare = not call.args and not call.keywords
    return (verb.attr in SAVERS_OF_ROWS and is_of_rows(verb.value)) or (verb.attr == "delete" and is_bare)


def is_of_rows(node: ast.expr) -> bool:
    """Whether the expression goes through a manager or a queryset."""
    while isinstance(node, ast.Call | ast.Attribute):
        if isinstance(node, ast.Attribute) and node.attr in MANAGERS | {"visible_to", "filter", "exclude", "all"}:
            return True
        node = node.func if isinstance(node, ast.Call) else node.value
    return False


@rule
def sql_is_never_put_together_in_place(house: House) -> Iterator[str]:
    for file in house.python:
        for scope in ast.walk(file.tree):
            if not isinstance(scope, ast.FunctionDef | ast.AsyncFunctionDef | ast.Module):
                continue
            built = {name for name, value in assignments(scope) if put_together(value)}
            for call in calls_of(scope):
                door = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
                text = call.args[0] if call.args else None
                if (
                    door in SQL_DOORS
                    and text
                    and (put_together(text) or (isinstance(text, ast.Name) and text.id in built))
                ):
                    yield file.says(call.lineno, f"{door}(): SQL is one text, values are parameters")


def put_together(node: ast.expr) -> bool:
    """True for an f-string with a hole, text with % or +, and .format()."""
    if isinstance(node, ast.JoinedStr):
        return any(isinstance(piece, ast.FormattedValue) for piece in node.values)
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.Mod | ast.Add)
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format"


def within(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope without those of functions inside it."""
    for node in ast.iter_child_nodes(scope):
        yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from within(node)


def assignments(scope: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """(name, value) of each assignment to a plain name; ``sql += x`` counts as putting together, whatever x is."""
    for node in within(scope):
        if isinstance(node, ast.Assign):
            yield from ((target.id, node.value) for target in node.targets if isinstance(target, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            yield node.target.id, node.value
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            yield node.target.id, ast.BinOp(node.target, ast.Add(), node.value)


def calls_of(scope: ast.AST) -> Iterator[ast.Call]:
    return (node for node in within(scope) if isinstance(node, ast.Call))


# --- what reaches a browser or somebody else's server


@rule
def nothing_is_declared_safe_outside_one_module(house: House) -> Iterator[str]:
    for file in house.python:
        for line, _, name in house.imports(file) if file.path != MARKUP else ():
            if name in SAFE_MAKERS:
                yield file.says(line, f"{name} belongs into {MARKUP}; format_html() does the rest")
        for node in ast.walk(file.tree) if file.path != MARKUP else ():
            if isinstance(node, ast.Call) and file.dotted(node.func).endswith(".SafeString") and not is_literal(node):
                yield file.says(node.lineno, f"SafeString() takes a literal; anything else belongs into {MARKUP}")
    for file in house.templates:
        for line, text in enumerate(file.text.splitlines(), 1):
            if re.search(r"\|\s*safe(seq)?\b|{%\s*autoescape\s+off", text):
                yield file.says(
                    line, "text is escaped where it is shown; |safe and autoescape off are not for templates"
                )


def is_literal(call: ast.Call) -> bool:
    return all(isinstance(argument, ast.Constant) for argument in call.args)


@rule
def only_one_module_opens_connections(house: House) -> Iterator[str]:
    for file in house.python:
        for line, module, name in house.imports(file) if file.path != OUTBOUND else ():
            if HTTP_CLIENTS & {module, module.split(".")[0], f"{module}.{name}"}:
                yield file.says(line, f"{module} opens connections; that is {OUTBOUND}'s work")


# --- templates keep the order of the rooms too


@rule
def templates_use_their_own_room_and_design(house: House) -> Iterator[str]:
    for file in house.templates:
        for line, room in quoted_rooms(house, file, TEMPLATE):
            yield file.says(line, f"a template of {room}: pages of two rooms are put together by panels.py")
    for file in house.python:
        for line, room in quoted_rooms(house, file, TEMPLATE) if file.room else ():
            yield file.says(line, f"a template of {room}: pages of two rooms are put together by panels.py")


def quoted_rooms(house: House, file: File, pattern: str) -> Iterator[tuple[int, str]]:
    for match in re.finditer(pattern, file.text):
        room = match[1]
        if room in house.order and room not in {file.room, "design"}:
            yield file.text.count("\n", 0, match.start()) + 1, room


@rule
def templates_load_tags_of_rooms_below(house: House) -> Iterator[str]:
    libraries = {file.parts[-1].removesuffix(".py"): file for file in house.python if "templatetags" in file.parts}
    for file in house.templates:
        for match in re.finditer(r"{%\s*load\s+([^%]+?)\s*%}", file.text):
            words = match[1].split(" from ")[-1].split()
            owners = {libraries[word].room for word in words if word in libraries}
            line = file.text.count("\n", 0, match.start()) + 1
            for room in sorted(str(room) for room in owners if house.floor(room) > house.floor(file.room)):
                yield file.says(line, f"{file.room} stands below {room} and may not load its tags")
