"""Addresses of what becomes of a person's data."""

from django.urls import path

from khoi.privacy import views

app_name = "privacy"

urlpatterns = [
    path("people/<uuid:public_id>/erase/", views.erase, name="erase"),
]
