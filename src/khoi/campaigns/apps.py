from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "khoi.campaigns"
    label = "campaigns"
