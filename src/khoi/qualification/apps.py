from django.apps import AppConfig


class QualificationConfig(AppConfig):
    name = "khoi.qualification"
    label = "qualification"
