"""Every route of Khơi. Each room writes its whole addresses in its own ``urls.py``; one without is left out."""

from importlib.util import find_spec
from typing import Final

from django.urls import URLPattern, URLResolver, include, path

from khoi.api import api
from khoi.team import views as team

#: The rooms that have pages, in the order of asking.
ROOMS: Final = (
    "home",
    "lifecycle",
    "leads",
    "people",
    "accounts",
    "pipeline",
    "activities",
    "campaigns",
    "touchpoints",
    "scoring",
    "qualification",
    "routing",
    "capture",
    "reports",
    "timemachine",
    "custom",
    "privacy",
    "team",
    "operations",
    "design",
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", api().urls),
    path("language/", team.set_language, name="set_language"),
    path("log-out/", team.log_out, name="logout"),
    *(path("", include(f"khoi.{room}.urls")) for room in ROOMS if find_spec(f"khoi.{room}.urls") is not None),
]

handler400 = "khoi.design.views.bad_request"
handler403 = "khoi.design.views.forbidden"
handler404 = "khoi.design.views.not_found"
handler500 = "khoi.operations.views.server_error"
