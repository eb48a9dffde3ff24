from django.apps import AppConfig


class DesignConfig(AppConfig):
    """How Khơi looks: stylesheets, frame, marks, formats. No tables."""

    name = "khoi.design"
    label = "design"
