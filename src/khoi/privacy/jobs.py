"""What an erasure left for the quiet hours."""

from django.utils import timezone

from khoi.privacy import services as privacy


def sweep_erased() -> None:
    """Write tables of PostgreSQL anew while nobody works; SQLite's log at any hour."""
    if privacy.unswept() and privacy.quiet_now(timezone.now()):
        privacy.sweep()
