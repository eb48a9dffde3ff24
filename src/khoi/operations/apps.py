from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "khoi.operations"
    label = "operations"
