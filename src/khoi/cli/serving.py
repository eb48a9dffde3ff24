"""``run``: pages, API and jobs in one process. ``jobs``: the jobs alone, for installations with several processes."""

import os
import signal
import sys
import threading
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Final

from khoi.cli import installation, logins
from khoi.cli.answering import DONE, FAILED, Stop, say, warn
from khoi.cli.language import gettext as _
from khoi.cli.refusals import reason
from khoi.kit.jobs import Runner

THREADS: Final = 8
ANY_HOST: Final = ("0.0.0.0", "::", "")  # noqa: S104 - compared with, not listened on
PROXY_HEADERS: Final = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}


def run(options: Namespace) -> int:
    """Until it is told to stop; requests and the job at work are finished then."""
    os.environ.setdefault("KHOI_URL", f"http://{_shown(options.host)}:{options.port}")
    if installation.is_bare() and not options.demo:
        raise _nothing_to_serve()
    installation.start_django()
    from khoi.kit.db.sqlite.base import close_everywhere

    server = _server(options.host, options.port)
    _prepare(demo=options.demo)
    _hold_the_database_open()
    _say_where()
    _maybe_browse(asked_not_to=options.no_browser)
    with _told_to_stop(_end), _jobs_beside():
        server.run()
    close_everywhere()
    return DONE


@contextmanager
def _jobs_beside() -> Iterator[None]:
    """The one thread of jobs; the job at work is finished before the process ends."""
    runner = Runner(_schedule(), _diary())
    worker = threading.Thread(target=runner.run, name="jobs")
    worker.start()
    try:
        yield
    finally:
        runner.stop()
        worker.join()


def jobs(options: Namespace) -> int:
    installation.open_workspace()
    runner = Runner(_schedule(), _diary())
    if options.once:
        return FAILED if runner.run_all() else DONE
    with _told_to_stop(runner.stop):
        runner.run()
    return DONE


def _prepare(*, demo: bool) -> None:
    """Tables of this version and a workspace; without one, nothing is made."""
    from khoi.operations.queries import schema

    if not schema.has_workspace():
        if not demo:
            raise _nothing_to_serve()
        from khoi.cli.starting import fill_demo

        say(_("Filling the demo company (about a minute, the first time only)"))
        fill_demo()
    installation.prepare_tables()


def _nothing_to_serve() -> Stop:
    says = _("There is no workspace in %s yet: run khoi init, or khoi run --demo for a look around.")
    return Stop(says % installation.data_folder())


def _server(host: str, port: int) -> Any:
    """Listening already, so a taken port is known before anything is said."""
    from django.conf import settings
    from waitress.server import create_server

    from khoi.wsgi import application

    trust = {"trusted_proxy": settings.PROXY, "trusted_proxy_headers": PROXY_HEADERS} if settings.PROXY else {}
    try:
        # Twice what an upload may have, so that a file only a little too large still gets a page that says so.
        largest = 2 * settings.UPLOAD_LIMIT
        return create_server(
            application, host=host, port=port, threads=THREADS, ident=None, max_request_body_size=largest, **trust
        )
    except OSError as taken:
        raise Stop(_("Port %(port)s on %(host)s cannot be used: %(reason)s. Another one: khoi run --port 8001") % {
            "port": port, "host": host, "reason": reason(taken)}) from None  # fmt: skip


def _say_where() -> None:
    from django.conf import settings

    say(_("Khơi is at %s") % settings.BASE_URL)
    if logins.path().exists():
        say(_("Log-ins are in %s") % logins.path())
    say(_("Ctrl+C stops it."))


def _maybe_browse(*, asked_not_to: bool) -> None:
    """Only for somebody who sits before a desktop."""
    has_display = sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if asked_not_to or not has_display or not sys.stdout.isatty():
        return
    import webbrowser

    from django.conf import settings

    threading.Thread(target=webbrowser.open, args=[settings.BASE_URL], daemon=True).start()


def _hold_the_database_open() -> None:
    """SQLite removes its log when the last connection closes, and needs room to make it again: with one
    connection always open, reading goes on when the disk is full."""
    from django.db import connection

    if connection.vendor == "sqlite":
        connection.ensure_connection()
    else:
        connection.close()


@contextmanager
def _told_to_stop(stop: Any) -> Iterator[None]:
    """SIGTERM and SIGINT end it in an orderly way; a second one ends it at once."""

    def heard(number: int, frame: FrameType | None) -> None:
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, signal.SIG_DFL)
        stop()

    before = {number: signal.signal(number, heard) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end() -> None:
    """Waitress ends its loop on this, and waits for the requests at work."""
    raise SystemExit


def _schedule() -> Any:
    from khoi.schedule import SCHEDULE

    return SCHEDULE


def _diary() -> Any:
    from khoi.operations import services as operations

    return operations.DatabaseDiary()


def _shown(host: str) -> str:
    if host in ANY_HOST:
        warn(_("Listening on every address: say with KHOI_URL which one people use."))
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host
