"""Rewrites the lock files from pyproject.toml: every version, every hash, no address of a registry.

``UPGRADE=1 make lock`` takes the newest versions; without it only what pyproject.toml asks for moves.
"""

import os
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
OPTIONS = [
    *("--quiet", "--no-config", "--generate-hashes", "--strip-extras", "--allow-unsafe", "--newline=lf"),
    *("--no-emit-index-url", "--no-emit-trusted-host", "--no-emit-find-links", "--no-emit-options"),
]


def main() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    runtime = project["project"]["dependencies"]
    compile_lock("run", [*runtime, *group(project, "build")])
    compile_lock(
        "postgres", project["project"]["optional-dependencies"]["postgres"], "--constraint=requirements/run.txt"
    )
    compile_lock("match", project["project"]["optional-dependencies"]["match"], "--constraint=requirements/run.txt")
    compile_lock("test", [*runtime, *group(project, "dev")], "--constraint=requirements/run.txt")


def group(project: dict[str, Any], name: str) -> list[str]:
    """The requirements of a dependency group, with those of the groups it includes."""
    lines: list[str] = []
    for entry in project["dependency-groups"][name]:
        lines += [entry] if isinstance(entry, str) else group(project, entry["include-group"])
    return lines


def compile_lock(name: str, lines: list[str], *options: str) -> None:
    """Resolve ``lines`` against the public index alone: this machine's mirrors must not reach the file."""
    own = {"PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"}
    environment = {key: value for key, value in os.environ.items() if key not in own}
    upgrade = ["--upgrade"] if environment.get("UPGRADE") else []
    subprocess.run(
        [sys.executable, "-m", "piptools", "compile", *OPTIONS, *upgrade, *options, f"-orequirements/{name}.txt", "-"],
        env={**environment, "PIP_CONFIG_FILE": os.devnull, "CUSTOM_COMPILE_COMMAND": "make lock"},
        input="\n".join(lines),
        text=True,
        cwd=ROOT,
        check=True,
    )


if __name__ == "__main__":
    main()
