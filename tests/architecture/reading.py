"""The package as text: its files, what each one is, and which of our modules it imports. Nothing is imported or run."""

import ast
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "khoi"

#: What may know every room, as a file or a folder beside urls.py.
COMPOSITION = set("__init__ __main__ api asgi cli panels references schedule settings urls wsgi".split())
#: Lower may be imported by higher, never the other way; equals are strangers to each other.
RANKS = {
    name: rank
    for rank, names in enumerate(("__init__", "rules", "models", "queries migrations", "services", "jobs", "forms"))
    for name in names.split()
} | {"views": 7, "api": 7, "urls": 8, "apps": 8, "management": 8}
#: A composition file that became a folder of the same name, cut by subject.
COMPOSITION_FOLDERS = {"cli"}
#: What composition files, search and other pages ask of a room: reads tables and queries, never verbs.
SATELLITES = {"fields", "references", "search", "templatetags", "admin", "channels"}


@dataclass(frozen=True)
class File:
    """One file of the package; ``path`` is relative to the package, with forward slashes."""

    path: str
    text: str

    @cached_property
    def parts(self) -> list[str]:
        return self.path.split("/")

    @property
    def room(self) -> str | None:
        """The room it stands in; None for composition files beside ``urls.py``."""
        return self.parts[0] if len(self.parts) > 1 and self.parts[0] not in COMPOSITION_FOLDERS else None

    @property
    def unit(self) -> str:
        """Which of the closed set of names it answers to: ``services`` for services.py and services/merging.py."""
        return (self.parts[1] if self.room else self.parts[0]).removesuffix(".py")

    @property
    def module(self) -> str:
        return "khoi." + self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.text, filename=self.path)

    def says(self, line: int, sentence: str) -> str:
        return f"{self.path}:{line}: {sentence}"

    @cached_property
    def aliases(self) -> dict[str, str]:
        """What each imported name stands for: ``timezone`` → ``django.utils.timezone``."""
        found: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for name in node.names:
                    whole = name.name if name.asname else name.name.split(".")[0]
                    found[name.asname or whole] = whole
            elif isinstance(node, ast.ImportFrom):
                found |= {name.asname or name.name: f"{node.module}.{name.name}" for name in node.names}
        return found

    def dotted(self, node: ast.expr) -> str:
        """The full name an expression spells, ``""`` when it is not a plain dotted name."""
        if isinstance(node, ast.Name):
            return self.aliases.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            return f"{self.dotted(node.value)}.{node.attr}"
        return ""


@dataclass(frozen=True)
class House:
    order: tuple[str, ...]  # the rooms, bottom to top
    files: tuple[File, ...]

    @cached_property
    def python(self) -> list[File]:
        return [file for file in self.files if file.path.endswith(".py")]

    @cached_property
    def templates(self) -> list[File]:
        return [file for file in self.files if "/templates/" in file.path]

    @cached_property
    def modules(self) -> dict[str, File]:
        return {file.module: file for file in self.python}

    def floor(self, room: str | None) -> int:
        return self.order.index(room) if room in self.order else len(self.order)

    def imports(self, file: File) -> Iterator[tuple[int, str, str]]:
        """(line, module, name) of each import, late and type-only ones included; name is "" for a whole module."""
        for node in ast.walk(file.tree):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, name.name, "") for name in node.names)
            elif isinstance(node, ast.ImportFrom):
                for name in node.names:
                    whole = f"{node.module}.{name.name}"
                    yield (
                        (node.lineno, whole, "")
                        if whole in self.modules
                        else (node.lineno, f"{node.module}", name.name)
                    )

    def own_imports(self, file: File) -> Iterator[tuple[int, File, str]]:
        """Imports of our own modules, as (line, the file they name, the name taken from it)."""
        for line, module, name in self.imports(file):
            if module in self.modules:
                yield line, self.modules[module], name


def rank(file: File) -> float | None:
    """Where a file stands in the way from urls down to rules; None for kit's tools and composition files."""
    if file.room is None or file.room == "kit":
        return None
    return 3.5 if file.unit in SATELLITES else RANKS.get(file.unit, 8)


def read_house(package: Path, order: tuple[str, ...]) -> House:
    paths = sorted(path for path in package.rglob("*") if path.suffix in {".py", ".html", ".txt"} and path.is_file())
    return House(order, tuple(File(p.relative_to(package).as_posix(), p.read_text(encoding="utf-8")) for p in paths))


def rooms_in_order() -> list[str]:
    """The rooms, bottom to top: the import-linter contract in pyproject.toml is the one list of them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = next(c for c in project["tool"]["importlinter"]["contracts"] if c["id"] == "rooms")
    return [layer.strip("()") for layer in reversed(contract["layers"]) if ":" not in layer]
