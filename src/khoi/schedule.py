"""What happens by itself, and how often. Read when the jobs start; a row with a state is the queue (0004)."""

from typing import Final

from khoi.kit.jobs import Every
from khoi.operations import jobs as operations
from khoi.outbox import jobs as outbox

DAY: Final = 86_400.0

SCHEDULE: Final = (
    Every(30, outbox.send_due, prompt=True),
    Every(DAY, outbox.forget_sent),
    Every(DAY, operations.verify_history),
    Every(DAY, operations.check_computed),
    Every(DAY, operations.forget_log_ins),
)
