from django.apps import AppConfig


class PipelineConfig(AppConfig):
    name = "khoi.pipeline"
    label = "pipeline"
