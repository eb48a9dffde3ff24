"""The list of what happens by itself."""

from khoi.operations.views import JOBS
from khoi.schedule import SCHEDULE


def test_every_job_has_its_words_on_the_health_page():
    assert {entry.name for entry in SCHEDULE} <= JOBS.keys()


def test_every_job_stands_once():
    assert len({entry.name for entry in SCHEDULE}) == len(SCHEDULE)
