"""Routes of the journey's verbs that cross rooms."""

from django.urls import path

from khoi.lifecycle.views import converting
from khoi.lifecycle.views.deleting import chosen, one

app_name = "lifecycle"

urlpatterns = [
    path("leads/<uuid:public_id>/convert/", converting.convert, name="convert"),
    path("leads/delete/", chosen("lead"), name="delete_leads"),
    path("leads/<uuid:public_id>/delete/", one("lead"), name="delete_lead"),
    path("people/delete/", chosen("person"), name="delete_people"),
    path("people/<uuid:public_id>/delete/", one("person"), name="delete_person"),
    path("accounts/delete/", chosen("account"), name="delete_accounts"),
    path("accounts/<uuid:public_id>/delete/", one("account"), name="delete_account"),
    path("pipeline/delete/", chosen("opportunity"), name="delete_opportunities"),
    path("pipeline/<uuid:public_id>/delete/", one("opportunity"), name="delete_opportunity"),
    path("activities/<uuid:public_id>/delete/", one("task"), name="delete_task"),
    path("activities/logged/<uuid:public_id>/delete/", one("activity"), name="delete_activity"),
]
