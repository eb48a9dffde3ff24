from django.apps import AppConfig


class LifecycleConfig(AppConfig):
    name = "khoi.lifecycle"
    label = "lifecycle"
