from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "khoi.home"
    label = "home"
