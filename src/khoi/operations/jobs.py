"""The nightly look over the installation."""

import logging
from dataclasses import asdict

from django.db import connection
from django.utils import timezone

from khoi.history import services as history
from khoi.kit.db.planning import refresh_statistics
from khoi.lifecycle import services as lifecycle
from khoi.operations import services as operations

logger = logging.getLogger("khoi.checks")


def verify_history() -> None:
    """Walk the chain; what is found stands on the health page, and what is wrong in the log."""
    found = history.verify()
    operations.note_check("operations.jobs.verify_history", asdict(found), now=timezone.now())
    if not found.ok:
        logger.critical("the history was altered (%s): first bad act %s", found.reason, found.first_bad)


def check_computed() -> None:
    """Compare what is computed with the facts, and put right what differs."""
    refresh_statistics(connection)
    drift = lifecycle.recompute(check=True, now=timezone.now())
    operations.note_check("operations.jobs.check_computed", asdict(drift), now=timezone.now())
    if drift.total:
        logger.error("%s computed rows differed from the facts: %s", drift.total, asdict(drift))
        lifecycle.recompute(check=False, now=timezone.now())
