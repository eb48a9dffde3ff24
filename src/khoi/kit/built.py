"""The addresses of built static files."""

import json
from functools import cached_property
from pathlib import Path
from typing import Final

from django.contrib.staticfiles.storage import StaticFilesStorage

#: What `frontend/build.mjs` wrote, beside the list of the names it gave.
FOLDER: Final = Path(__file__).resolve().parents[1] / "design" / "static" / "design"


class BuiltFiles(StaticFilesStorage):
    """``design/khoi.css`` has the address ``/static/design/khoi-4TX2ABCD.css``; files of others keep their names."""

    @cached_property
    def names(self) -> dict[str, str]:
        listed = FOLDER / "names.json"
        if not listed.is_file():
            return {}
        return {f"design/{name}": f"design/{built}" for name, built in json.loads(listed.read_text()).items()}

    @cached_property
    def addresses(self) -> dict[str | None, str]:
        """By name, as they were asked for: a page asks for the same ones dozens of times."""
        return {}

    def url(self, name: str | None) -> str:
        if name not in self.addresses:
            self.addresses[name] = super().url(self.names.get(name or "", name))
        return self.addresses[name]
