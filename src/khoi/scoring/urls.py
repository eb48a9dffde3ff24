"""Routes of the scorecard."""

from django.urls import path

from khoi.scoring import views

app_name = "scoring"

urlpatterns = [
    path("settings/scorecard/", views.scorecard, name="scorecard"),
    path("settings/scorecard/edit/", views.edit_scorecard, name="edit_scorecard"),
]
