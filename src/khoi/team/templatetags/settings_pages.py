"""The way between the settings pages; each room's settings page loads it."""

from typing import Any

from django import template

from khoi.team.models import User
from khoi.team.queries import principal_of, settings_pages

register = template.Library()


@register.inclusion_tag("team/settings_tabs.html", takes_context=True)
def settings_tabs(context: template.Context) -> dict[str, Any]:
    """``{% settings_tabs %}``: a link to each settings page the viewer may open, the present one marked."""
    request = context["request"]
    user = request.user
    places = settings_pages(principal_of(user, via="web")) if isinstance(user, User) and user.is_active else []
    return {"places": places, "here": request.path}
