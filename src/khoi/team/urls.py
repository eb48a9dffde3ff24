"""Addresses of getting in, of people and of settings."""

from django.urls import path

from khoi.team.views import entrance, people, profile, settings

app_name = "team"

urlpatterns = [
    path("log-in/", entrance.log_in, name="log_in"),
    path("forgotten/", entrance.forgotten, name="forgotten"),
    path("welcome/<str:secret>/", entrance.welcome, name="welcome"),
    path("me/", profile.profile, name="profile"),
    path("me/password/", profile.change_password, name="change_password"),
    path("me/tokens/", profile.my_tokens, name="my_tokens"),
    path("me/tokens/<uuid:public_id>/revoke/", profile.revoke_token, name="revoke_token"),
    path("settings/", settings.index, name="settings"),
    path("settings/workspace/", settings.workspace_page, name="workspace"),
    path("settings/people/", people.people, name="people"),
    path("settings/people/invite/", people.invite, name="invite"),
    path("settings/people/<uuid:public_id>/", people.member, name="member"),
    path("settings/people/<uuid:public_id>/deactivate/", people.deactivate, name="deactivate"),
    path("settings/people/<uuid:public_id>/reactivate/", people.reactivate, name="reactivate"),
    path("settings/people/<uuid:public_id>/invite-again/", people.invite_again, name="invite_again"),
    path("settings/teams/", people.add_team, name="add_team"),
    path("settings/teams/<uuid:public_id>/", people.rename_team, name="rename_team"),
    path("settings/tokens/", settings.tokens, name="tokens"),
    path("settings/mail/", settings.mail, name="mail"),
    path("settings/mail/<uuid:public_id>/release/", settings.release_mail, name="release_mail"),
    path("settings/mail/<uuid:public_id>/drop/", settings.drop_mail, name="drop_mail"),
]
