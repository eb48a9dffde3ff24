"""What of a cost falls into some days, and what came of it."""

from dataclasses import dataclass
from datetime import date

from khoi.kit.money import Money


@dataclass(frozen=True, slots=True)
class Spent:
    """Money spent evenly over the days from ``start`` to the day before ``end``."""

    money: Money
    start: date
    end: date


def share_of(spent: Spent, start: date | None, end: date | None) -> Money:
    """The part that falls from ``start`` to the day before ``end``, by whole days."""
    first = max(spent.start, start or spent.start)
    after = min(spent.end, end or spent.end)
    return spent.money.share(max((after - first).days, 0), (spent.end - spent.start).days)


def returned(revenue: dict[str, int], cost: dict[str, int]) -> float | None:
    """Revenue over cost. None without a cost, or where the two speak different currencies."""
    spent = {currency: amount for currency, amount in cost.items() if amount}
    if len(spent) != 1:
        return None
    (currency, amount), *_rest = spent.items()
    if any(earned and other != currency for other, earned in revenue.items()):
        return None
    return revenue.get(currency, 0) / amount
