"""What every page inside is framed by: the rail, who is looking, whose workspace it is."""

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from khoi.design.rules import NavItem
from khoi.leads.queries import leads_of_view
from khoi.team.models import User
from khoi.team.rules import Principal
from khoi.team.views import viewer_of
from khoi.workspace import queries as workspace
from khoi.workspace.models import Workspace

COUNTED = 101


def frame(request: HttpRequest) -> dict[str, object]:
    """Context processor: two queries, and nothing at all for whoever is not logged in."""
    user = getattr(request, "user", None)
    actor = viewer_of(request) if isinstance(user, User) else None
    if actor is None or not isinstance(user, User):
        return {}
    return {
        "viewer": {"name": user.full_name or user.email, "theme": user.theme},
        "workspace": _workspace(),
        "nav": _places(request, actor),
        "palette_url": reverse("home:search"),
        "quick_add_url": reverse("home:add") if actor.may("lead.create") and not _is_past(request) else "",
        "account_url": reverse("team:profile"),
    }


def _is_past(request: HttpRequest) -> bool:
    """Whether the page is of an earlier day, on which nothing is new and nothing can be added."""
    return getattr(request, "past", None) is not None


def _workspace() -> Workspace | None:
    try:
        return workspace.current()
    except workspace.NoWorkspace:
        return None


def _places(request: HttpRequest, actor: Principal) -> list[NavItem]:
    leads = reverse("home:leads")
    places = [
        ("home.view", _("Home"), reverse("home:today"), "home", "h", False),
        ("lead.view", _("Leads"), leads, "drop", "l", False),
        ("person.view", _("People"), reverse("home:people"), "person", "p", True),
        ("account.view", _("Accounts"), reverse("home:accounts"), "building", "c", True),
        ("opportunity.view", _("Pipeline"), _route("pipeline:board") or "/pipeline/", "pipeline", "o", False),
        ("activity.view", _("Activities"), reverse("activities:tasks"), "activity", "a", False),
        ("report.view", _("Reports"), _route("reports:index") or "/reports/", "report", "r", True),
        ("settings.view", _("Settings"), "/settings/", "sliders", "s", True),
    ]
    here = request.path
    return [
        NavItem(
            label,
            url,
            icon,
            _is_at(here, url),
            _new(actor) if url == leads and not _is_past(request) else None,
            later,
            key,
        )
        for action, label, url, icon, key, later in places
        if actor.may(action)
    ]


def _is_at(here: str, url: str) -> bool:
    return here == url if url == "/" else here.startswith(url)


def _new(actor: Principal) -> int:
    """New leads: one's own for who has leads, everybody's one sees for who leads the others."""
    rows = leads_of_view(actor, "new")
    if actor.role in {"rep", "partner"}:
        rows = rows.filter(owner=actor.id)
    return rows.order_by()[:COUNTED].count()


def _route(name: str) -> str:
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
