"""``python -m proof.mutants``: each mutant of ``mutants.toml`` in a copy of the tree must make the proof fail.

``--examples`` of the machine per mutant, ``--only`` the numbers of some. Exits with 1 when one lives, or when the line
that it changes is no longer there.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[1]
COPIED: Final = ("src", "tests", "proof", "pyproject.toml")
#: pytest's word for "tests ran and some failed"; anything else proves nothing.
FAILED: Final = 1


@dataclass(frozen=True, slots=True)
class Mutant:
    breaks: str
    file: str
    was: str
    becomes: str
    found_by: str = "machine"
    only: str = ""

    def enter(self, tree: Path) -> None:
        """Raises ``LookupError`` when the line stands there no more, or more than once."""
        place = tree / self.file
        text = place.read_text(encoding="utf-8")
        if text.count(self.was) != 1:
            raise LookupError(f"{self.file}: “{self.was.strip()}” stands there {text.count(self.was)} times")
        place.write_text(text.replace(self.was, self.becomes), encoding="utf-8")


def mutants() -> list[Mutant]:
    listed = tomllib.loads((ROOT / "proof" / "mutants.toml").read_text(encoding="utf-8"))["mutant"]
    return [Mutant(**one) for one in listed]


@contextmanager
def copied_tree() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="khoi-mutant-") as folder:
        for name in COPIED:
            source, target = ROOT / name, Path(folder) / name
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, target)
        yield Path(folder)


def is_found(mutant: Mutant, examples: int) -> tuple[bool, float]:
    """Whether the proof fails, and after how many seconds."""
    began = time.monotonic()
    with copied_tree() as tree:
        mutant.enter(tree)
        words = ["-m", "pytest", f"proof/test_{mutant.found_by}.py", "-x", "-q", "-n0", "--examples", str(examples)]
        words += ["-k", mutant.only] if mutant.only else []
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("KHOI_DATABASE", "PYTHONPATH"))}
        done = subprocess.run([sys.executable, *words], cwd=tree, env=environment, capture_output=True, check=False)
    if done.returncode not in (0, FAILED):
        raise RuntimeError(f"{mutant.file}: {done.stdout.decode()[-2_000:]}{done.stderr.decode()[-2_000:]}")
    return done.returncode == FAILED, time.monotonic() - began


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=800)
    parser.add_argument("--only", type=int, nargs="*")
    asked = parser.parse_args()
    chosen = [(n, one) for n, one in enumerate(mutants(), 1) if not asked.only or n in asked.only]
    living = 0
    with ThreadPoolExecutor(os.cpu_count() or 1) as processes:
        tries = [(n, one, processes.submit(is_found, one, asked.examples)) for n, one in chosen]
        for number, mutant, tried in tries:
            found, seconds = tried.result()
            living += not found
            print(f"{number:>2} {'found' if found else 'LIVES':<6}{seconds:>5.0f} s  {mutant.breaks}", flush=True)
    print(f"{len(chosen) - living} of {len(chosen)} mutants found")
    return 1 if living else 0


if __name__ == "__main__":
    raise SystemExit(main())
