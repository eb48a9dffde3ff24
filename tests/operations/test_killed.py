"""A backup or a restore that is killed at any moment leaves a whole workspace: the old one, or the new one."""

import signal
import subprocess
import sys
import time
import zipfile

from tests.installation import rows_in


def rows(installation, folder):
    target = folder / "now.khoi"
    installation.answer("backup", str(target), "--portable")
    return rows_in(target)


def seconds_of(installation, *words):
    """How long the whole command takes, on this machine today."""
    began = time.perf_counter()
    assert installation.khoi(*words).returncode == 0
    return time.perf_counter() - began


def kill_after(seconds, installation, *words):
    process = subprocess.Popen([sys.executable, "-m", "khoi", *words], env=installation.environment)
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.wait()


def test_a_killed_restore_leaves_the_old_data_or_the_new(installation, tmp_path):
    installation.answer("backup", str(tmp_path / "a.khoi"))
    new = rows(installation, tmp_path)
    words = ("restore", str(tmp_path / "a.khoi"), "--replace")
    whole = seconds_of(installation, *words)
    installation.answer("user", "token", "admin@example.com")
    old = rows(installation, tmp_path)

    for share in (0.7, 0.85, 0.95):
        kill_after(share * whole, installation, *words)
        assert rows(installation, tmp_path) in (old, new)
    assert installation.answer("verify")["ok"]


def test_a_killed_backup_leaves_the_last_one_and_the_next_clears_away(installation, tmp_path):
    target = tmp_path / "a.khoi"
    whole = seconds_of(installation, "backup", str(target))
    for share in (0.8, 0.9):
        kill_after(share * whole, installation, "backup", str(target))

    assert zipfile.ZipFile(target).testzip() is None
    installation.answer("backup", str(target))
    assert [path.name for path in tmp_path.iterdir() if "partial" in path.name] == []


def test_a_killed_init_leaves_nothing_that_stands_in_the_way(empty_installation):
    kill_after(1.2, empty_installation, "init")

    assert empty_installation.khoi("init").returncode in (0, 3)
    assert empty_installation.answer("verify")["ok"]
