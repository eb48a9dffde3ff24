"""Signs of life of an import, written a few times a second, and wishes left for it."""

import json
from time import monotonic
from typing import Final

from khoi.capture.models import ImportRun
from khoi.capture.queries.import_signs import sign_path, wish_for, wish_path

EVERY: Final = 0.3
#: Before that nobody can say how long it will take.
SOON: Final = 2.0


class Signs:
    """Beside the upload: how far the run is, and what is wanted of it."""

    def __init__(self, run: ImportRun) -> None:
        self.run = run
        self.began: tuple[float, int] | None = None
        self.next = 0.0
        self.wish = wish_for(run)

    def wished(self) -> str:
        """What somebody wants of the run, as far as it was seen."""
        return self.wish

    def __call__(self, rows: int, of: int | None = None) -> None:
        now = monotonic()
        self.began = self.began or (now, rows)
        if now >= self.next:
            self.next = now + EVERY
            self.wish = wish_for(self.run)
            sign_path(self.run).write_text(json.dumps({"rows": rows, "of": of, "left": self._left(now, rows, of)}))

    def _left(self, now: float, rows: int, of: int | None) -> int | None:
        began, before = self.began or (now, rows)
        if of is None or rows <= before or now - began < SOON:
            return None
        return round((now - began) / (rows - before) * (of - rows))


def wish(run: ImportRun, what: str) -> None:
    """Leave word for whoever is at work on the run."""
    wish_path(run).write_text(what)


def wipe_signs(run: ImportRun) -> None:
    for path in (sign_path(run), wish_path(run)):
        path.unlink(missing_ok=True)
