"""Pages of history, and all other pages as of an earlier day."""

from khoi.timemachine.views.history import act_page, bin_page, gone_page, history, record_page, undo
from khoi.timemachine.views.past import page_of_the_past

__all__ = ["act_page", "bin_page", "gone_page", "history", "page_of_the_past", "record_page", "undo"]
