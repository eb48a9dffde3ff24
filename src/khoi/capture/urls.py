"""Routes of the doors in."""

from django.urls import path

from khoi.capture.views import public

app_name = "capture"

urlpatterns = [
    path("f/<slug:slug>", public.form_page, name="form"),
    path("f/<slug:slug>/thanks", public.thanks_page, name="thanks"),
]
