"""Routes of sharing leads out."""

from django.urls import path

from khoi.routing import views

app_name = "routing"

urlpatterns = [
    path("settings/routing/", views.rules_page, name="rules"),
    path("settings/routing/<int:rule_id>/add/", views.add_share, name="add_share"),
    path("settings/routing/share/<int:share_id>/", views.edit_share, name="edit_share"),
    path("settings/routing/share/<int:share_id>/remove/", views.remove_share, name="remove_share"),
]
