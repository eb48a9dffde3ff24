from django.apps import AppConfig


class CustomConfig(AppConfig):
    name = "khoi.custom"
    label = "custom"
