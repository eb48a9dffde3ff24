"""Why a file as a whole is not imported. Nothing was changed then."""

from typing import Any

from khoi.capture.queries.import_words import refusal_sentence
from khoi.kit.refusals import Refusal


class ImportRefused(Refusal):
    """``code`` and ``data`` as in ``import_words``; ``field`` is ``file`` or ``mapping``, whichever is at fault."""

    def __init__(self, code: str, field: str = "file", **data: Any) -> None:
        super().__init__(code, field, **data)

    def __str__(self) -> str:
        return refusal_sentence(self.code, self.data)
