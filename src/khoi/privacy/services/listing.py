"""The list of erasures, kept beside the database: a backup made before one still holds the person.

Ids and digests alone. It is written after each erasure and replayed by every restore before it ends.
"""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from khoi.history import services as history
from khoi.history.rules.actors import SYSTEM
from khoi.people import services as people
from khoi.people.models import Person, Suppression

#: In the data folder, beside the secret key.
ERASURES: Final = "erasures.json"


def note_erasures() -> None:
    """Bring the list up to date with the database; what it knows beyond stays."""
    known = _read()
    erased = Person.objects.filter(erased_at__isnull=False).values_list("public_id", "erased_at")
    persons = {str(public_id): moment.isoformat() for public_id, moment in erased if moment is not None}
    digests = set(Suppression.objects.values_list("digest", flat=True))
    if persons or digests:
        _write({"people": persons | known["people"], "suppressed": sorted(digests | set(known["suppressed"]))})


def replay_erasures(*, now: datetime) -> int:
    """Erase again whom a restored backup brought back. How many that were."""
    from khoi.privacy.services.erasing import erase_person

    listed = _read()
    if listed["suppressed"]:
        with history.act("replay_erasures", by=SYSTEM, now=now):
            people.suppress_digests(listed["suppressed"], now=now)
    again = 0
    for public_id in sorted(listed["people"]):
        person = Person.objects.filter(public_id=public_id, erased_at=None).first()
        if person is not None:
            erase_person(person, reason="asked", by=SYSTEM, now=now)
            again += 1
    return again


def _place() -> Path:
    folder: Path = settings.DATA_DIR
    return folder / ERASURES


def _read() -> dict[str, Any]:
    try:
        return dict(json.loads(_place().read_text(encoding="utf-8")))
    except FileNotFoundError:
        return {"people": {}, "suppressed": []}


def _write(listed: dict[str, Any]) -> None:
    """Whole or not at all, and on the disk before it gets its name."""
    coming = _place().with_suffix(".coming")
    with os.fdopen(os.open(coming, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        json.dump(listed, file, indent=1, sort_keys=True)
        file.flush()
        os.fsync(file.fileno())
    coming.replace(_place())
