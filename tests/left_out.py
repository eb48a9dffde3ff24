"""Says loudly what a test run left out, and with ``STRICT=1`` lets nothing be left out.

A run is on one engine: SQLite, or PostgreSQL when ``KHOI_DATABASE_URL`` names a server. ``make test`` does both. On
PostgreSQL only tests that use the database run, the rest would be the same again, and so would those marked
``one_engine``; on SQLite those marked ``postgres`` are not part of the run. Chromium and the shared data files may be
absent: then their tests are skipped, never silently.
"""

import os
import shutil
from collections import Counter
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
STRICT = os.environ.get("KHOI_STRICT", "") not in {"", "0"}
ON_POSTGRESQL = os.environ.get("KHOI_DATABASE_URL", "").startswith("postgres")


def chromium() -> str | None:
    """The program that drives pages in tests."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("KHOI_TEST_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def examples(count: int) -> int:
    """How many random stories to try: the dice are the same on both databases, so the second tries some of them."""
    return max(count // 3, 1) if ON_POSTGRESQL else count


def shared_data() -> Path | None:
    """Public data sets too large for the repository; they lie beside it."""
    folder = Path(os.environ.get("KHOI_TEST_DATA") or ROOT.parent / "shared" / "data")
    return folder if folder.is_dir() else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    elsewhere = [item for item in items if belongs_to_the_other_engine(item)]
    items[:] = [item for item in items if item not in elsewhere]
    config.hook.pytest_deselected(items=elsewhere)
    for item in items:
        if item.get_closest_marker("browser") and not chromium():
            item.add_marker(
                pytest.mark.skip(reason="no Chromium here (apt install chromium, or set KHOI_TEST_CHROMIUM)")
            )
        if item.get_closest_marker("data") and not shared_data():
            item.add_marker(pytest.mark.skip(reason="no shared data here (set KHOI_TEST_DATA to their folder)"))


def belongs_to_the_other_engine(item: pytest.Item) -> bool:
    if not ON_POSTGRESQL:
        return item.get_closest_marker("postgres") is not None
    uses_database = item.get_closest_marker("django_db") or {"db", "transactional_db"} & set(
        getattr(item, "fixturenames", ())
    )
    same_on_both = item.get_closest_marker("browser") or item.get_closest_marker("one_engine")
    return not uses_database or same_on_both is not None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    fail_if_strict(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    fail_if_strict(report)
    return report


def fail_if_strict(report: pytest.TestReport | pytest.CollectReport) -> None:
    if STRICT and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"Left out, and STRICT=1 lets nothing be left out: {reason(report)}"


def reason(report: Any) -> str:
    if hasattr(report, "wasxfail"):
        return f"expected to fail: {report.wasxfail}"
    text = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return text.removeprefix("Skipped: ")


def pytest_terminal_summary(terminalreporter: Any) -> None:
    skipped = [report for kind in ("skipped", "xfailed") for report in terminalreporter.stats.get(kind, [])]
    missing = os.environ.get("KHOI_TEST_NO_POSTGRESQL", "")
    lines = [f"{count:>5}  {why}" for why, count in Counter(map(reason, skipped)).most_common()]
    lines += [f"  all  on PostgreSQL: {missing}"] if missing else []
    if lines:
        terminalreporter.section("LEFT OUT", sep="!", red=True, bold=True)
        terminalreporter.write("\n".join([*lines, "", "STRICT=1 would call this a failure.", ""]))


def pytest_sessionfinish(session: pytest.Session) -> None:
    if STRICT and os.environ.get("KHOI_TEST_NO_POSTGRESQL") and not hasattr(session.config, "workerinput"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
