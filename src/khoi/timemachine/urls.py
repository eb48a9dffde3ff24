"""Routes of history and undo."""

from django.urls import path

from khoi.timemachine import views

app_name = "timemachine"

urlpatterns = [
    path("history/", views.history, name="history"),
    path("history/bin/", views.bin_page, name="bin"),
    path("history/<int:act_id>/", views.act_page, name="act"),
    path("history/<int:act_id>/undo/", views.undo, name="undo"),
    path("history/of/<slug:kind>/<uuid:public_id>/", views.record_page, name="record"),
]
