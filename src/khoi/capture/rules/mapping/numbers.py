"""The numbers other systems have for their records."""

import re
import string
from typing import Final

#: What stands for five letters' case in the three signs that end a long Salesforce number.
_CASES: Final = string.ascii_uppercase + "012345"


def number_of(system: str, text: str) -> str:
    """One spelling of a number: Salesforce reports give 15 signs, its exports 18; the last three repeat the case."""
    if system != "salesforce" or not re.fullmatch(r"[A-Za-z0-9]{15}", text):
        return text
    parts = (text[start : start + 5] for start in (0, 5, 10))
    return text + "".join(_CASES[sum(1 << at for at, sign in enumerate(part) if sign.isupper())] for part in parts)
