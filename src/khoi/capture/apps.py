from django.apps import AppConfig


class CaptureConfig(AppConfig):
    name = "khoi.capture"
    label = "capture"
