"""Addresses of the working day: the queue, lists, records, search."""

from django.urls import path

from khoi.home.views import accounts, adding, facts, groups, leads, merging, people, record, searching, today, verbs

app_name = "home"

urlpatterns = [
    path("", today.today, name="today"),
    path("search/", searching.find_anything, name="search"),
    path("add/", adding.add, name="add"),
    path("add/known/", adding.known, name="known"),
    path("people/", people.listing, name="people"),
    path("people/duplicates/", merging.duplicates, name="duplicates"),
    path("people/duplicates/everybody/", groups.everybody, name="everybody"),
    path("people/duplicates/certain/", groups.certain, name="certain"),
    path("people/duplicates/merge/", groups.merge_many, name="merge_many"),
    path("people/merge/", merging.merge, name="merge"),
    path("people/apart/", merging.tell_apart, name="tell_apart"),
    path("people/<uuid:public_id>/merge/", merging.merge_with, name="merge_with"),
    path("people/<uuid:public_id>/", people.page, name="person"),
    path("people/<uuid:public_id>/edit/", people.edit, name="edit_person"),
    path("accounts/", accounts.listing, name="accounts"),
    path("accounts/add/", accounts.add, name="add_account"),
    path("accounts/<uuid:public_id>/", accounts.page, name="account"),
    path("accounts/<uuid:public_id>/edit/", accounts.edit, name="edit_account"),
    path("leads/", leads.listing, name="leads"),
    path("leads/export/", leads.export, name="export_leads"),
    path("leads/export-chosen/", leads.export_chosen, name="export_chosen"),
    path("leads/assign/", leads.assign_chosen, name="assign_leads"),
    path("leads/disqualify/", leads.disqualify_chosen, name="disqualify_leads"),
    path("leads/<uuid:public_id>/", record.lead_page, name="lead"),
    path("leads/<uuid:public_id>/edit/", facts.edit, name="edit_lead"),
    path("leads/<uuid:public_id>/bant/<slug:kind>/", facts.bant, name="bant"),
    path("leads/<uuid:public_id>/next-step/", facts.next_step, name="next_step"),
    path("leads/<uuid:public_id>/accept/", verbs.accept, name="accept"),
    path("leads/<uuid:public_id>/override/", verbs.override, name="override"),
    path("leads/<uuid:public_id>/hand-back/", verbs.hand_back, name="hand_back"),
    path("leads/<uuid:public_id>/disqualify/", verbs.disqualify, name="disqualify"),
    path("leads/<uuid:public_id>/reopen/", verbs.reopen, name="reopen"),
    path("leads/<uuid:public_id>/assign/", verbs.assign, name="assign"),
    path("leads/<uuid:public_id>/later/", verbs.later, name="later"),
]
