from django.apps import AppConfig


class WorkspaceConfig(AppConfig):
    name = "khoi.workspace"
    label = "workspace"
