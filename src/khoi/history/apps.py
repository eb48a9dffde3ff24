from django.apps import AppConfig


class HistoryConfig(AppConfig):
    name = "khoi.history"
    label = "history"
