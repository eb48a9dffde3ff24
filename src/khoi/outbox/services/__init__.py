"""Mail that is sent once: queued with what it belongs to, claimed, handed over, marked; held when in doubt."""

from khoi.outbox.services.queueing import drop_mail, forget_sent, queue_mail, release_mail
from khoi.outbox.services.sending import InTransaction, send_due

__all__ = ["InTransaction", "drop_mail", "forget_sent", "queue_mail", "release_mail", "send_due"]
