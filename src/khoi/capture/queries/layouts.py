"""The mappings that come with Khơi: one TOML file each, named like the file."""

from functools import cache
from pathlib import Path
from typing import Final

from khoi.capture.rules.mapping import Mapping, load_mapping

FOLDER: Final = Path(__file__).resolve().parents[1] / "layouts"


@cache
def layouts() -> dict[str, Mapping]:
    """Name → mapping, in alphabetical order."""
    return {path.stem: load_mapping(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.toml"))}


def layout_named(name: str) -> Mapping | None:
    return layouts().get(name.strip())
