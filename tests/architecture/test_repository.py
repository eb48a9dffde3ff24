"""The repository as files: its dependencies, its locks, and what its texts must not say."""

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.architecture.reading import ROOT

PYPROJECT = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
PROJECT = tomllib.loads(PYPROJECT)
#: Folders of a machine, and hosts packages are fetched from. Written so that this file does not match itself.
MACHINE_PATHS = re.compile(r"(?<![\w.:/-])/(?:[t]mp|[o]pt|[r]oot|[w]ork|[U]sers|[h]ome/\w+)/\w")
REGISTRY_HOSTS = re.compile(
    r"[p]ypi\.org|[p]ythonhosted|[n]pmjs\.(?:org|com)|[n]pmmirror|[y]arnpkg\.com|--(?:extra-)?[i]ndex-url \S*:"
)


def list_block(name, text=PYPROJECT):
    """The lines of a TOML list that begins with ``name = [`` on a line of its own."""
    lines = text.splitlines()
    start = lines.index(f"{name} = [") + 1
    return lines[start : lines.index("]", start)]


def without_why(lines):
    """Requirements that no comment line stands before."""
    pairs = zip(["", *lines], lines, strict=False)
    return [line for before, line in pairs if line.strip().startswith('"') and not before.strip().startswith("#")]


def tracked_texts():
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = [ROOT / name for name in names.split("\0") if name]
    for file in files if len(files) > 1 else ():
        if file.is_file() and b"\0" not in (content := file.read_bytes()):
            yield file, content.decode()


def unwanted(text, own_paths=()):
    """The lines that name a machine's path or a registry's host."""
    return [
        line
        for line in text.splitlines()
        if MACHINE_PATHS.search(line) or REGISTRY_HOSTS.search(line) or any(path in line for path in own_paths)
    ]


def test_every_runtime_dependency_says_why():
    assert without_why(list_block("dependencies")) == []


def test_a_dependency_without_a_why_is_noticed():
    assert without_why(["  # Tables.", '  "Django>=5",', '  "left-pad",']) == ['  "left-pad",']


def test_there_are_at_most_25_runtime_dependencies():
    assert 0 < len(PROJECT["project"]["dependencies"]) <= 25


@pytest.mark.parametrize("lock", ["run", "test"])
def test_the_lock_pins_every_runtime_dependency_by_hash(lock):
    text = (ROOT / "requirements" / f"{lock}.txt").read_text()
    pinned = {
        match[1]: match[2]
        for match in re.finditer(r"^([\w.-]+)==\S+ \\\n((?:    --hash=sha256:\w{64}.*\n)+)", text, re.MULTILINE)
    }
    wanted = {re.split(r"[<>=\[]", line)[0].lower() for line in PROJECT["project"]["dependencies"]}

    assert wanted <= pinned.keys()
    assert len(pinned) == len(re.findall(r"^[\w.-]+==", text, re.MULTILINE))


def test_the_frontend_is_pinned_and_its_lock_names_no_host():
    wanted = json.loads((ROOT / "frontend" / "package.json").read_text())["dependencies"]
    packages = json.loads((ROOT / "frontend" / "package-lock.json").read_text())["packages"]

    assert all(re.fullmatch(r"[\d.]+", version) for version in wanted.values())
    assert all("integrity" in entry and "resolved" not in entry for name, entry in packages.items() if name)


def test_no_text_names_a_machine_or_a_registry():
    own = (f"{ROOT}/", f"{Path.home()}/")
    found = [
        f"{file.relative_to(ROOT)}: {line.strip()[:100]}"
        for file, text in tracked_texts()
        for line in unwanted(text, own)
    ]

    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "line",
    ["see /{}/notes".format("tmp"), "cd /{}/khoi/x".format("home"), "from https://{}/simple".format("pypi" + ".org")],
)
def test_a_machine_path_or_registry_is_noticed(line):
    assert unwanted(line) == [line]


@pytest.mark.parametrize("line", ["https://khoi.example/home/today", 'path("work/", today)', "a/tmp/b", "../opt/x"])
def test_an_address_of_ours_is_no_machine_path(line):
    assert unwanted(line) == []
