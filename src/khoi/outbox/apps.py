from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "khoi.outbox"
    label = "outbox"
