"""Two published CRMs beside Khơi, each installed from the package registry into a place of its own, on SQLite."""

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

#: So many rows of the list: they take minutes for what Khơi does in seconds.
ROWS: Final = 3_000
SCRIPTS: Final = Path(__file__).parent.parent / "peers"
WHAT: Final = {
    "import_rows_per_s": "import, rows/s",
    "list": "list of 50, ms",
    "search": "search by a name, ms",
    "record": "open one, ms",
    "create": "add one, ms",
}


def measured(folder: Path, file: Path, say: Callable[[str], None]) -> dict[str, dict[str, Any]]:
    """Name with version → figures."""
    found = {}
    for name, measure in (("creme-crm 2.8.6", _creme), ("trytond 8.2.1", _tryton)):
        say(f"Installing {name}, and measuring it with {ROWS:,} rows")
        place = folder / name.replace(" ", "-")
        place.mkdir(parents=True)
        found[name] = measure(place, file)
    return found


def _creme(place: Path, file: Path) -> dict[str, Any]:
    programs = _environment(place, "creme-crm==2.8.6")
    creme = str(programs / "creme")
    _run([creme, "creme_start_project", "measured"], place)
    project = place / "measured"
    settings = project / "measured" / "settings.py"
    broker = f"unix_socket://{place}/jobs/"
    more = f"\nSECRET_KEY = 'x' * 50\nALLOWED_HOSTS = ['*']\nJOBMANAGER_BROKER = {broker!r}\n"
    settings.write_text(settings.read_text() + more)
    known = {"DJANGO_SETTINGS_MODULE": "measured.settings", "PYTHONPATH": str(project)}
    for command in ("migrate", "creme_populate", "generatemedia"):
        _run([creme, command, "--settings=measured.settings"], project, **known)
    return _figures([str(programs / "python"), str(SCRIPTS / "run_creme.py"), str(file), str(ROWS)], project, **known)


def _tryton(place: Path, file: Path) -> dict[str, Any]:
    programs = _environment(place, "trytond==8.2.1", "trytond_party>=8.2,<8.3", "trytond_country>=8.2,<8.3")
    configuration, password = place / "trytond.cfg", place / "password"
    configuration.write_text(f"[database]\nuri = sqlite://\npath = {place}\n")
    password.write_text("measured\n")
    sqlite3.connect(place / "measured.sqlite").execute("vacuum").connection.close()
    making = [str(programs / "trytond-admin"), "-c", str(configuration), "-d", "measured", "--email", "a@example.com"]
    _run([*making, "-u", "ir", "res", "country", "party"], place, TRYTONPASSFILE=str(password))
    script = [str(programs / "python"), str(SCRIPTS / "run_tryton.py"), str(file), str(ROWS)]
    return _figures([*script, str(configuration), "measured"], place)


def _environment(place: Path, *packages: str) -> Path:
    """Where its programs are."""
    _run([sys.executable, "-m", "venv", "venv"], place)
    programs = place / "venv" / "bin"
    _run([str(programs / "python"), "-m", "pip", "--disable-pip-version-check", "-qq", "install", *packages], place)
    return programs


def _run(command: list[str], place: Path, **known: str) -> str:
    done = subprocess.run(command, cwd=place, env={**os.environ, **known}, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {(done.stderr or done.stdout)[-2000:]}")
    return done.stdout


def _figures(command: list[str], place: Path, **known: str) -> dict[str, Any]:
    figures: dict[str, Any] = json.loads(_run(command, place, **known).strip().splitlines()[-1])
    return figures


def table(found: dict[str, dict[str, Any]], ours: dict[str, Any]) -> str:
    """``ours``: the figures of Khơi on SQLite, of the whole list and asked through its server."""
    mine = {
        "import_rows_per_s": ours["import"]["rows_per_s"],
        "create": ours["staff_create"]["median"],
        **{name: ours[name]["median"] for name in ("list", "search", "record")},
    }
    columns = {"Khơi": mine, **found}
    lines = ["| what | " + " | ".join(columns) + " |", "| --- |" + " --- |" * len(columns)]
    for name, says in WHAT.items():
        lines.append(f"| {says} | " + " | ".join(f"{figures[name]:,}" for figures in columns.values()) + " |")
    return "\n".join(lines)
