"""How long a deal may stand in a stage, and what to say when it stands longer."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Standing:
    """``days`` in the stage, ``over`` how many of them past what the stage allows; ``tone`` amber, red or ''."""

    days: int
    over: int
    tone: str


def standing(days: int, rot_days: int | None) -> Standing:
    """Amber from the first day over the stage's limit, red from half the limit over."""
    over = days - rot_days if rot_days is not None else 0
    if rot_days is None or over <= 0:
        return Standing(days, 0, "")
    return Standing(days, over, "red" if over * 2 >= rot_days else "amber")
