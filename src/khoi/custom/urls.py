"""Routes of the fields of one's own."""

from django.urls import path

from khoi.custom import views

app_name = "custom"

urlpatterns = [
    path("settings/fields/", views.fields, name="fields"),
    path("settings/fields/<slug:kind>/add/", views.add_field, name="add_field"),
    path("settings/fields/<slug:kind>/<slug:key>/", views.edit_field, name="edit_field"),
    path("settings/fields/<slug:kind>/<slug:key>/move/", views.move_field, name="move_field"),
    path("settings/fields/<slug:kind>/<slug:key>/archive/", views.archive_field, name="archive_field"),
    path("settings/fields/<slug:kind>/<slug:key>/restore/", views.restore_field, name="restore_field"),
]
