"""``khoi run``: one process that serves, does the jobs, and ends in an orderly way."""

import gzip
import re
import resource
import signal
import time
import urllib.request

import pytest


@pytest.fixture
def served(installation):
    with installation.serving("--no-browser") as server:
        yield server


def test_a_second_start_takes_little_more_than_any_command(installation):
    """The aim is three seconds until it serves; one of computing is what a command takes to wake up at all."""
    words = computing(lambda: installation.answer("acts"))

    def serve():
        with installation.serving("--no-browser") as server:
            assert server.get("/healthz") == (200, "ok")

    assert computing(serve) < 2.5 * words


def computing(work):
    """Processor seconds of the programs that `work` starts and waits for."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    work()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def test_it_says_where_it_is_and_where_the_log_ins_are(installation):
    with installation.serving("--no-browser") as server:
        server.process.terminate()
        server.process.wait(20)
        said = server.said()

    assert f"Khơi is at {server.url}\n" in said
    assert f"Log-ins are in {installation.data / 'logins.txt'}\n" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_the_database_in_one_file(served, installation, number):
    served.get("/healthz")
    served.process.send_signal(number)

    assert served.process.wait(10) == 0
    assert [path.name for path in installation.data.glob("khoi.db*")] == ["khoi.db"]


def test_a_taken_port_is_one_sentence(served, installation):
    done = installation.khoi("run", "--port", str(served.port))

    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert f"Port {served.port} on 127.0.0.1 cannot be used" in done.stderr


def test_styles_come_from_the_same_process_and_are_kept_for_ever(served):
    _status, page = served.get("/log-in/")
    [address] = re.findall(r'href="(/static/design/khoi-[0-9A-Z]{8}[.]css)"', page)
    asked = urllib.request.Request(f"{served.url}{address}", headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(asked) as answer:
        assert "immutable" in answer.headers["Cache-Control"]
        assert b"--ink" in gzip.decompress(answer.read())


def test_jobs_run_beside_the_pages_and_leave_a_note(installation):
    with installation.serving("--no-browser"):
        time.sleep(1)
    shown = installation.khoi("db", "shell", typed="select name, problem from operations_job_run;")

    assert "outbox.jobs.send_due" in shown.stdout


def test_jobs_alone_do_what_is_due_and_stop(installation):
    done = installation.khoi("jobs", "--once")

    assert (done.returncode, done.stderr) == (0, "")


def make_room(server, size):
    """How long any file of the server may grow from now on; 1 byte is a full disk to it."""
    resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="only Linux takes room from a running process")
def test_cor_14_a_full_disk_is_read_only_and_ends_by_itself(served, installation):
    browser = served.browser()
    password = (installation.data / "logins.txt").read_text().split()[2]
    make_room(served, 1)

    assert served.get("/healthz") == (200, "ok")
    status, page = browser.log_in("admin@example.com", password)
    assert (status, "The disk is full" in page) == (507, True)

    make_room(served, resource.RLIM_INFINITY)
    status, page = browser.log_in("admin@example.com", password)
    assert status == 200
    assert "admin" in page.lower()
    assert installation.answer("verify")["ok"]
