from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "khoi.activities"
    label = "activities"
