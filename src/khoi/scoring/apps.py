from django.apps import AppConfig


class ScoringConfig(AppConfig):
    name = "khoi.scoring"
    label = "scoring"
