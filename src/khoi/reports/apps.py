from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "khoi.reports"
    label = "reports"
