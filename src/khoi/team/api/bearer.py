"""``Authorization: Bearer khoi_…``: the one way in for programs. A browser's cookie opens nothing here."""

from typing import Any, Final

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from khoi.team.queries import token_principal
from khoi.team.rules import Principal

#: Where a program in this very process names the actor (``khoi api``). Headers of a request all begin with HTTP_, so
#: nobody outside can.
INSIDE: Final = "khoi.actor"


class BearerAuth(HttpBearer):
    def __call__(self, request: HttpRequest) -> Any:
        inside = request.META.get(INSIDE)
        return inside if isinstance(inside, Principal) else super().__call__(request)

    def authenticate(self, request: HttpRequest, token: str) -> Principal | None:
        """Looked up anew for every request, so that a revoked token or a deactivated user is out at once."""
        return token_principal(token, now=timezone.now())


def bearer_of(request: HttpRequest) -> Principal | None:
    """The same, before a route is chosen."""
    found: Any = BearerAuth()(request)
    return found if isinstance(found, Principal) else None
