"""Addresses of tasks and of what was done."""

from django.urls import path

from khoi.activities import views

app_name = "activities"

urlpatterns = [
    path("activities/", views.tasks, name="tasks"),
    path("activities/add/", views.add, name="add"),
    path("activities/log/", views.log, name="log"),
    path("activities/files/<uuid:public_id>/", views.file, name="file"),
    path("activities/<uuid:public_id>/", views.edit, name="edit"),
    path("activities/<uuid:public_id>/done/", views.complete, name="complete"),
    path("activities/<uuid:public_id>/reopen/", views.reopen, name="reopen"),
]
