"""Keeping text from turning into a formula when a spreadsheet opens it, and taking that back on import.

A cell that could start a formula gets one apostrophe in front. "Could start" looks past spaces, quotes and
invisible characters, because spreadsheets and the people who paste do too. An apostrophe is among the
characters looked past, so a text that already wears our prefix gets a second one: what the importer takes off
is always exactly what the exporter put on.
"""

import re

_PASSED_OVER = r"[\s\x00-\x1f\x7f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff'\"`´‘’‚‛“”„‟«»＂＇]*"
_FORMULA = re.compile(rf"{_PASSED_OVER}[=+\-@＝＋－＠﹢﹣﹦﹫−]|['\"]*[\t\r\n]")


def starts_formula(text: str) -> bool:
    """Whether a spreadsheet might take the text for a formula."""
    return _FORMULA.match(text) is not None


def guard(text: str) -> str:
    """The text as it can safely stand in a CSV cell."""
    return f"'{text}" if _FORMULA.match(text) else text


def unguard(text: str) -> str:
    """Undo ``guard``. Any other apostrophe stays: ``unguard(guard(t)) == t`` for every text."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text, 1) else text
