from tests.home.conftest import capture, open_all_day

__all__ = ["capture", "open_all_day"]
