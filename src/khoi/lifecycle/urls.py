"""Routes of the journey's verbs that cross rooms."""

from django.urls import path

from khoi.lifecycle.views import converting

app_name = "lifecycle"

urlpatterns = [
    path("leads/<uuid:public_id>/convert/", converting.convert, name="convert"),
]
