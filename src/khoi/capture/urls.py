"""Routes of the doors in."""

from django.urls import path

from khoi.capture.views import forms, imports, public

app_name = "capture"

urlpatterns = [
    path("f/<slug:slug>", public.form_page, name="public_form"),
    path("f/<slug:slug>/thanks", public.thanks_page, name="public_thanks"),
    path("settings/forms/", forms.listing, name="forms"),
    path("settings/forms/add/", forms.add, name="add_form"),
    path("settings/forms/<slug:slug>/", forms.show, name="form_page"),
    path("settings/forms/<slug:slug>/edit/", forms.edit, name="edit_form"),
    path("settings/forms/<slug:slug>/preview/", forms.preview, name="preview_form"),
    path("settings/forms/<slug:slug>/publish/", forms.publish, name="publish_form"),
    path("settings/forms/<slug:slug>/release/<int:submission_id>/", forms.release, name="release_submission"),
    path("settings/import/", imports.listing, name="imports"),
    path("settings/import/<uuid:public_id>/", imports.show, name="import"),
    path("settings/import/<uuid:public_id>/start/", imports.start, name="start_import"),
    path("settings/import/<uuid:public_id>/pause/", imports.pause, name="pause_import"),
    path("settings/import/<uuid:public_id>/cancel/", imports.cancel, name="cancel_import"),
    path("settings/import/<uuid:public_id>/rejected/", imports.rejected, name="rejected_rows"),
]
