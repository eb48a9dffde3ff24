"""What gates, filters and lists may ask of an opportunity."""

from khoi.pipeline.queries import FIELDS, record_of

__all__ = ["FIELDS", "record_of"]
