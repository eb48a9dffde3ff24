"""What every act leaves behind is settled here, whichever door it came through."""

from collections.abc import Mapping

from khoi.history.models import Act


def settle(act: Act, touched: Mapping[int, frozenset[int]], *, refresh_only: bool = False) -> None:
    """Identity keys → score → stage → owner → clock → search text, set-based, in that order."""
