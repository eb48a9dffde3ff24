from django.apps import AppConfig


class PrivacyConfig(AppConfig):
    name = "khoi.privacy"
    label = "privacy"
