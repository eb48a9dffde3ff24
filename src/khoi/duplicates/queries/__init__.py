"""Finding those who may be one, with Splink on DuckDB. Both are an extra and imported where they are needed, late."""

from khoi.duplicates.queries.evaluating import evaluate

__all__ = ["evaluate"]
