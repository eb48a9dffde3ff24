"""Erasing a person, for programs."""

from typing import Any, Literal

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema

from khoi.privacy import services as privacy
from khoi.privacy.queries import find_anywhere
from khoi.team.api import Body, Id, who

router = Router(tags=["people"])


class EraseIn(Body):
    reason: Literal["asked", "consent_withdrawn", "purpose_ended", "retention_over"] = "asked"


class EraseOut(Schema):
    act: int = Field(description="The erasure; it is never taken back")
    rows: int = Field(description="Rows that were emptied or deleted")
    files: int = Field(description="Files that went from the disk")
    unswept: list[str] = Field(description="PostgreSQL: tables that are written anew in the quiet hours")


@router.post("/people/{uuid:person_id}/erase", response=EraseOut, summary="Erase a person everywhere")
def erase_person(request: HttpRequest, person_id: Id, body: EraseIn) -> dict[str, Any]:
    """The person and all merged into them, in rows, history, files and kept answers, also of somebody who lies in the
    bin. For administrators.
    Errors: 422 ``already_erased``, ``import_under_way``."""
    actor = who(request)
    person = find_anywhere(actor, person_id)
    erased = privacy.erase_person(person, reason=body.reason, by=actor, now=timezone.now())
    return {"act": erased.act.pk, "rows": erased.rows, "files": erased.files, "unswept": list(erased.unswept)}
