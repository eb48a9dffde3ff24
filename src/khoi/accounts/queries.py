"""Finding the account somebody means."""

from khoi.accounts.models import Account
from khoi.accounts.rules import name_key
from khoi.team.rules import Principal


def accounts_named(name: str, actor: Principal, *, most: int = 5) -> list[Account]:
    """Visible accounts whose name is the same but for accents, case and legal form."""
    key = name_key(name)
    return list(Account.objects.visible_to(actor).filter(name_key=key).order_by("id")[:most]) if key else []
