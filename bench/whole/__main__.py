"""``python -m bench.whole [--rows N] [--engine sqlite|postgresql] [--folder F] [--json FILE] [--peers]``

On each database: an empty workspace, a file of N leads imported, and then a server asked for pages, searches, new
leads, conversions and the funnel. Every figure is wall-clock time, half and 95 of 100 of all askings, and stands beside
a floor measured in the same run: the same rows written by plain SQL, or an empty answer of the same server. Run it on
a machine that does nothing else. ``--peers``, or ``PEERS=1``, also installs and measures two published CRMs with the
first rows of the same file. Prints a table as the documents have it; ``--json`` also keeps the figures.
"""

import argparse
import json
import os
import sys
import tempfile
from pathlib import Path

from bench.whole import engines, figures, peers, running


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.whole", description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000, help="leads in the file")
    parser.add_argument("--engine", choices=sorted(engines.ENGINES), action="append", help="both unless told otherwise")
    parser.add_argument("--folder", type=Path, help="where the workspaces are made; kept when it is named")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    parser.add_argument("--peers", action="store_true", default=os.environ.get("PEERS") == "1", help="two other CRMs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="khoi-bench-") as passing:
        folder = options.folder or Path(passing)
        found = {}
        for name in options.engine or ["sqlite", "postgresql"]:
            with engines.ENGINES[name](folder / name) as engine:
                found[name] = running.run(engine, rows=options.rows, say=say)
        others = (
            peers.measured(folder, running.list_of_leads(folder / "peers.csv", peers.ROWS), say)
            if options.peers
            else {}
        )
    if options.json:
        options.json.write_text(json.dumps({"rows": options.rows, "engines": found, "peers": others}, indent=2) + "\n")
    print(figures.table(found))
    if others:
        print(f"\n{peers.table(others, next(iter(found.values())))}")


def say(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    main()
