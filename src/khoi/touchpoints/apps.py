from django.apps import AppConfig


class TouchpointsConfig(AppConfig):
    name = "khoi.touchpoints"
    label = "touchpoints"
