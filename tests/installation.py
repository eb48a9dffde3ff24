"""A whole installation in a folder of its own, driven by the command as its owner would drive it."""

import json
import os
import resource
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Installation:
    """``data`` is its data folder; ``says`` are further variables of its environment."""

    data: Path
    says: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        ours = {"KHOI_DATA": str(self.data), "KHOI_LANG": "en", "PYTHONPATH": str(ROOT / "src")}
        return {k: v for k, v in os.environ.items() if not k.startswith(("KHOI_", "DJANGO_"))} | ours | self.says

    def khoi(
        self, *words: str, typed: str = "", file_limit: int | None = None, patience: int = 120
    ) -> "subprocess.CompletedProcess[str]":
        """Run ``khoi words…``; ``file_limit`` in bytes is how long any one file may grow, ``patience`` in seconds."""
        return subprocess.run(
            [sys.executable, "-m", "khoi", *words],
            env=self.environment,
            input=typed,
            capture_output=True,
            text=True,
            timeout=patience,
            preexec_fn=_limit(file_limit),
            check=False,
        )

    def answer(self, *words: str, patience: int = 120) -> dict[str, Any]:
        """The JSON object a command that works answers with."""
        done = self.khoi(*words, "--json", patience=patience)
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    @contextmanager
    def serving(self, *words: str) -> "Iterator[Server]":
        """``khoi run`` on a free port, from its first answer until it is told to stop."""
        port, log = free_port(), self.data.parent / "server.log"
        with log.open("w") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "khoi", "run", "--port", str(port), *words],
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        server = Server(process, port, log)
        try:
            server.wait()
            yield server
        finally:
            process.terminate()
            process.wait(timeout=30)


@dataclass(frozen=True)
class Server:
    process: "subprocess.Popen[bytes]"
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of a page."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=10) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def browser(self) -> "Browser":
        return Browser(self.url)

    def wait(self, seconds: float = 30) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            try:
                self.get("/healthz")
            except OSError:
                time.sleep(0.05)
            else:
                return
        self.process.kill()
        raise AssertionError(f"it does not serve: {self.said()}")

    def said(self) -> str:
        return self.log.read_text()


class Browser:
    """Keeps cookies, follows redirects, and sends what a form of ours wants."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._cookies = CookieJar()
        self._open = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self._cookies)).open

    def get(self, path: str) -> tuple[int, str]:
        return self._ask(urllib.request.Request(self._url + path))

    def post(self, path: str, **fields: str) -> tuple[int, str]:
        token = next(cookie.value for cookie in self._cookies if "csrf" in cookie.name)
        body = urllib.parse.urlencode(fields | {"csrfmiddlewaretoken": token or ""}).encode()
        return self._ask(urllib.request.Request(self._url + path, data=body))

    def log_in(self, email: str, password: str) -> tuple[int, str]:
        self.get("/log-in/")
        return self.post("/log-in/", email=email, password=password)

    def _ask(self, request: urllib.request.Request) -> tuple[int, str]:
        try:
            with self._open(request, timeout=30) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _limit(file_limit: int | None) -> Callable[[], None] | None:
    if file_limit is None:
        return None
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit, file_limit))


@pytest.fixture
def empty_installation(tmp_path: Path) -> Installation:
    """A folder in which nothing was set up yet."""
    return Installation(tmp_path / "data")


@pytest.fixture(scope="session")
def _prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    installation = Installation(tmp_path_factory.mktemp("prepared") / "data")
    installation.answer("init", "--name", "Nước Mát")
    return installation.data


@pytest.fixture
def installation(_prepared: Path, tmp_path: Path) -> Installation:
    """An installation after ``khoi init``."""
    shutil.copytree(_prepared, tmp_path / "data")
    return Installation(tmp_path / "data")


@pytest.fixture
def on_postgresql(tmp_path: Path, django_db_blocker: Any) -> Iterator[Installation]:
    """An installation whose database is a new one on the server of the tests."""
    from django.conf import settings

    name = f"{settings.DATABASES['default']['NAME']}_grown"
    with django_db_blocker.unblock():
        _anew(name)
        yield Installation(tmp_path / "grown", {"KHOI_DATABASE_URL": _address(name)})
        _drop(name)


def _anew(name: str) -> None:
    _drop(name)
    _on_the_server(f'create database "{name}"')


def _drop(name: str) -> None:
    _on_the_server(f'drop database if exists "{name}" with (force)')


def _on_the_server(statement: str) -> None:
    import psycopg

    with psycopg.connect(_address("postgres"), autocommit=True) as server:
        server.execute(statement.encode())


def _address(name: str) -> str:
    from django.db import connection

    here = connection.settings_dict
    secret = f":{here['PASSWORD']}" if here["PASSWORD"] else ""
    return f"postgresql://{here['USER']}{secret}@{here['HOST']}:{here['PORT'] or 5432}/{name}"


def rows_in(backup: Path) -> dict[str, list[bytes]]:
    """Every row of every table in a portable backup, as text; without what a restore adds, its act and so the end of
    the chain, and without the diary of jobs."""
    with zipfile.ZipFile(backup) as archive:
        tables = {name: archive.read(name).splitlines() for name in archive.namelist() if name.startswith("rows/")}
    left_out = ("rows/history_head.jsonl", "rows/operations_job_run.jsonl")
    return {
        name: [line for line in lines if b'"restore_backup"' not in line]
        for name, lines in tables.items()
        if name not in left_out
    }
