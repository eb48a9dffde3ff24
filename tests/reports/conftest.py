from tests.reports.histories import office

__all__ = ["office"]
