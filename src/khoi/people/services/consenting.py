"""What people consent to."""

from datetime import datetime

from khoi.history import services as history
from khoi.history.rules.actors import Actor
from khoi.kit.db.writing import stored
from khoi.people.models import Consent, Person


def record_consent(
    person: Person,
    *,
    purpose: str,
    given: bool,
    confirmed: bool,
    address: str,
    wording: str,
    wording_version: int,
    language: str,
    basis: str,
    url: str = "",
    ip: str = "",
    by: Actor,
    now: datetime,
) -> Consent:
    """One more entry of the ledger, with the exact words that were shown."""
    with history.act("record_consent", by=by, now=now, subject=person):
        return stored(
            Consent(
                person=person,
                person_ref=person.pk,
                purpose=purpose,
                state="given" if given else "withdrawn",
                confirmed=confirmed,
                address=address,
                wording=wording,
                wording_version=wording_version,
                language=language,
                url=url,
                ip=ip,
                basis=basis,
                occurred_at=now,
                recorded_at=now,
            )
        )
