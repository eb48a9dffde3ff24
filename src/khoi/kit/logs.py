"""What a log may say of an address."""

import logging
import re
from typing import Final

#: Pages whose address is itself a key: whoever reads the link comes in.
_KEYS: Final = re.compile(r"(/welcome/)[^/\s?]+")


class WithoutKeys(logging.Filter):
    """Leaves the key out of an address that is logged."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_KEYS.sub(r"\1…", arg) if isinstance(arg, str) else arg for arg in record.args)
        return True
