"""What happens by itself, and how often. Read when the jobs start; a row with a state is the queue (0004)."""

from typing import Final

from khoi.capture import jobs as capture
from khoi.duplicates import jobs as duplicates
from khoi.history import jobs as history
from khoi.kit.jobs import Every
from khoi.lifecycle import jobs as lifecycle
from khoi.operations import jobs as operations
from khoi.outbox import jobs as outbox
from khoi.privacy import jobs as privacy
from khoi.team import jobs as team

MINUTE: Final = 60.0
DAY: Final = 86_400.0

#: Prompt ones claim the rows they work on; the others run in one process per period.
SCHEDULE: Final = (
    Every(MINUTE / 2, team.answer_forgotten, prompt=True),
    Every(MINUTE / 2, outbox.send_due, prompt=True),
    Every(MINUTE / 6, capture.import_waiting, prompt=True),
    Every(MINUTE / 6, duplicates.scan_waiting, prompt=True),
    Every(MINUTE / 6, duplicates.merge_waiting, prompt=True),
    Every(MINUTE, lifecycle.check_due_leads),
    Every(MINUTE * 30, privacy.sweep_erased),
    Every(DAY, team.forget_expired),
    Every(DAY, outbox.forget_sent),
    Every(DAY, capture.forget_imports),
    Every(DAY, history.forget_answers),
    Every(DAY, operations.verify_history),
    Every(DAY, operations.check_computed),
)
