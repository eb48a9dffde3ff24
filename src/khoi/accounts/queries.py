"""Finding the account somebody means."""

from django.db.models import Case, IntegerField, Q, When

from khoi.accounts.models import Account
from khoi.accounts.rules import name_key
from khoi.team.rules import Principal


def accounts_named(name: str, actor: Principal, *, most: int = 5) -> list[Account]:
    """Visible accounts whose name is the same but for accents, case and legal form."""
    key = name_key(name)
    return list(Account.objects.visible_to(actor).filter(name_key=key).order_by("id")[:most]) if key else []


def accounts_like(name: str, actor: Principal, *, most: int = 5) -> list[Account]:
    """Visible accounts that may be the one meant: the same name first, then those whose name begins or ends with
    it, or it with theirs ("Lá Sen" and "Bao bì Lá Sen")."""
    key = name_key(name)
    if len(key) < 3:
        return []
    words = key.split()
    parts = [" ".join(part) for at in range(2, len(words)) for part in (words[:at], words[-at:])]
    alike = Q(name_key=key) | Q(name_key__startswith=f"{key} ") | Q(name_key__endswith=f" {key}")
    found = Account.objects.visible_to(actor).filter(alike | Q(name_key__in=parts))
    same_first = Case(When(name_key=key, then=0), default=1, output_field=IntegerField())
    return list(found.order_by(same_first, "name", "id")[:most])
