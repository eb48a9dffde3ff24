from django.apps import AppConfig


class TimemachineConfig(AppConfig):
    name = "khoi.timemachine"
    label = "timemachine"
