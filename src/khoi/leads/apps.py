from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "khoi.leads"
    label = "leads"
