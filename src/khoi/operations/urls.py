"""Addresses of the machinery."""

from django.urls import path

from khoi.operations import views

app_name = "operations"
urlpatterns = [path("settings/health/", views.installation, name="health")]
