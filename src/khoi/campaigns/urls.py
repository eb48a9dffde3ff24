"""Routes of sources, campaigns and costs."""

from django.urls import path

from khoi.campaigns import views

app_name = "campaigns"

urlpatterns = [
    path("settings/sources/", views.sources, name="sources"),
    path("settings/sources/add/", views.add_source, name="add_source"),
    path("settings/sources/cost/", views.add_cost, name="add_cost"),
    path("settings/sources/campaign/", views.add_campaign, name="add_campaign"),
    path("settings/sources/campaign/<slug:code>/", views.edit_campaign, name="edit_campaign"),
    path("settings/sources/source/<slug:code>/", views.edit_source, name="edit_source"),
]
