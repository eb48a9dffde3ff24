from django.apps import AppConfig


class DuplicatesConfig(AppConfig):
    name = "khoi.duplicates"
    label = "duplicates"
