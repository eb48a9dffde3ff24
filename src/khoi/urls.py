"""Every route of Khơi. A room that has ``urls.py`` stands here by its address; the order is the order of asking."""

from importlib.util import find_spec
from typing import Final

from django.urls import URLPattern, URLResolver, include, path

from khoi.api import api
from khoi.team import views as team

#: Address → the rooms whose routes stand under it.
ROOMS: Final = {
    "": (
        "operations",
        "home",
        "team",
        "lifecycle",
        "leads",
        "people",
        "accounts",
        "campaigns",
        "touchpoints",
        "activities",
        "scoring",
        "qualification",
        "routing",
        "pipeline",
        "capture",
        "reports",
        "timemachine",
        "design",
    ),
}


def _routes_of(room: str, under: str) -> list[URLPattern | URLResolver]:
    module = f"khoi.{room}.urls"
    return [path(under, include(module))] if find_spec(module) is not None else []


urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", api().urls),
    path("language/", team.set_language, name="set_language"),
    path("log-out/", team.log_out, name="logout"),
    *(route for under, rooms in ROOMS.items() for room in rooms for route in _routes_of(room, under)),
]

handler400 = "khoi.design.views.bad_request"
handler403 = "khoi.design.views.forbidden"
handler404 = "khoi.design.views.not_found"
handler500 = "khoi.operations.views.server_error"
