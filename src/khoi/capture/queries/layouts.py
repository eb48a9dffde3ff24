"""What comes with Khơi: mappings of files we know to the letter, and layouts of systems whose files we recognise.

One TOML file each, named like the mapping (``format = 1``) or the system (``format = 2``).
"""

import tomllib
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Final

from khoi.capture.rules.mapping import Kind, Layout, Mapping, load_layout, load_mapping

FOLDER: Final = Path(__file__).resolve().parents[1] / "layouts"
#: The layout of no system in particular; what it knows of headings helps all others.
ANY: Final = "any"


@cache
def _texts() -> dict[str, tuple[int, str]]:
    """Name → format and text, in alphabetical order."""
    read = {path.stem: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.toml"))}
    return {name: (tomllib.loads(text)["format"], text) for name, text in read.items()}


@cache
def layouts() -> dict[str, Mapping]:
    """Name → mapping, in alphabetical order."""
    return {name: load_mapping(text) for name, (format_, text) in _texts().items() if format_ == 1}


@cache
def systems() -> dict[str, Layout]:
    """Name → layout; the one of no system comes last."""
    read = {name: load_layout(text) for name, (format_, text) in _texts().items() if format_ == 2}
    plain = read.pop(ANY)
    return {name: _helped(layout, plain) for name, layout in read.items()} | {ANY: plain}


def _helped(layout: Layout, plain: Layout) -> Layout:
    of = {kind.rows: kind for kind in plain.kinds}
    return replace(layout, kinds=tuple(_with(kind, of.get(kind.rows)) for kind in layout.kinds))


def _with(kind: Kind, plain: Kind | None) -> Kind:
    if plain is None:
        return kind
    more = {name: target for name, target in plain.targets.items() if target not in plain.links and target != "key"}
    return replace(kind, targets={**kind.targets, **{n: t for n, t in more.items() if n not in kind.targets}})


def layout_named(name: str) -> Mapping | None:
    return layouts().get(name.strip())
