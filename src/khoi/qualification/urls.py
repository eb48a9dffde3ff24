"""Routes of the policy."""

from django.urls import path

from khoi.qualification import views

app_name = "qualification"

urlpatterns = [
    path("settings/policy/", views.policy, name="policy"),
    path("settings/policy/edit/", views.edit_policy, name="edit_policy"),
]
