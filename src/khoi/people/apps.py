from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "khoi.people"
    label = "people"
