from django.apps import AppConfig


class RoutingConfig(AppConfig):
    name = "khoi.routing"
    label = "routing"
