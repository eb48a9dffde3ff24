"""The database in memory in which pairs are found and weighed. It spills to a folder of its own and never grows past
its limit."""

from __future__ import annotations

import importlib.util
import logging
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from khoi.kit.refusals import Refusal

#: What DuckDB may hold in memory; past it, it spills.
MEMORY: Final = "1500MB"


def is_installed() -> bool:
    return all(importlib.util.find_spec(name) for name in ("splink", "duckdb"))


class Engine:
    """A DuckDB of one thread of ours: every statement is one text, and finished before the next."""

    def __init__(self, duck: Any) -> None:
        self.duck = duck

    def ask(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        return list(self.duck.execute(sql, list(values)).fetchall())

    def number(self, sql: str, values: Sequence[Any] = ()) -> int:
        return int(self.ask(sql, values)[0][0] or 0)

    def hold(self, name: str, columns: Mapping[str, Any]) -> None:
        """A table of ours, column by column, under this name."""
        import pyarrow as pa

        self.duck.register(name, pa.table(dict(columns)))

    def let_go(self, name: str) -> None:
        self.duck.unregister(name)


@contextmanager
def opened() -> Iterator[Engine]:
    """Raises ``Refusal`` when the extra is not installed."""
    if not is_installed():
        raise Refusal("match_not_installed")
    import duckdb

    logging.getLogger("splink").setLevel(logging.ERROR)
    with tempfile.TemporaryDirectory(prefix="khoi-match-") as folder:
        duck = duckdb.connect(
            config={"memory_limit": MEMORY, "temp_directory": str(Path(folder)), "preserve_insertion_order": False}
        )
        try:
            yield Engine(duck)
        finally:
            duck.close()
