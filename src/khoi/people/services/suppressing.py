"""Addresses of people who were erased stay out of marketing, though nobody knows any more whose they were."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from django.conf import settings

from khoi.history import services as history
from khoi.history.rules.actors import Actor
from khoi.people.models import Consent, ContactPoint, Person, Purpose, Suppression
from khoi.people.queries.consents import standing_consents
from khoi.people.rules.suppressing import digest_of
from khoi.people.services.consenting import record_consent

#: The basis of the entry that says: an address like this one was erased.
SUPPRESSED: Final = "suppressed"
#: A consent of these bases was not given by the person themself.
OF_OTHERS: Final = frozenset({"import"})


def suppress(addresses: Iterable[tuple[str, str]], *, now: datetime) -> None:
    """Remember these addresses (kind, normal form) as digests. Call inside an act."""
    suppress_digests({_digest(kind, normal) for kind, normal in addresses}, now=now)


def suppress_digests(digests: Iterable[str], *, now: datetime) -> None:
    """The same for digests that were made before. Call inside an act."""
    wanted = set(digests)
    known = set(Suppression.objects.filter(digest__in=wanted).values_list("digest", flat=True))
    for digest in sorted(wanted - known):
        Suppression.objects.create(digest=digest, since=now)


def keep_suppressed(people: Iterable[int], *, by: Actor, now: datetime) -> None:
    """Those of these people who come with a suppressed address are marked in the consent ledger, unless they have
    asked for marketing themself since."""
    points = list(ContactPoint.objects.filter(person__in=list(people)).values_list("person", "kind", "normal"))
    if not points or not Suppression.objects.exists():
        return
    digests = {_digest(kind, normal): person for person, kind, normal in points}
    found = Suppression.objects.filter(digest__in=digests).values_list("digest", flat=True)
    for pk in sorted({digests[digest] for digest in found}):
        _mark(Person.objects.get(pk=pk), by, now)


def _mark(person: Person, by: Actor, now: datetime) -> None:
    said = standing_consents(person).get(Purpose.MARKETING)
    if said is not None and (said.state == "withdrawn" or _is_their_own(said)):
        return
    with history.act("record_consent", by=by, now=now, subject=person):
        record_consent(
            person,
            purpose=Purpose.MARKETING,
            given=False,
            confirmed=True,
            address="",
            wording="",
            wording_version=0,
            language=person.language or "vi",
            basis=SUPPRESSED,
            by=by,
            now=now,
        )


def _is_their_own(said: Consent) -> bool:
    return said.confirmed and said.basis not in OF_OTHERS


def _digest(kind: str, normal: str) -> str:
    return digest_of(kind, normal, secret=settings.SECRET_KEY)
