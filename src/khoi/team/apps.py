from django.apps import AppConfig


class TeamConfig(AppConfig):
    name = "khoi.team"
    label = "team"
