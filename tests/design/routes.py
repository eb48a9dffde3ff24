"""The gallery alone, so that its tests need no other room."""

from django.urls import include, path

urlpatterns = [path("", include("khoi.design.urls"))]
