"""A lead comes in, whichever door it knocks at: identify the person, keep what was said, let settle do the rest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import connection

from khoi.campaigns.models import Campaign, Source
from khoi.custom import services as custom
from khoi.custom.queries import values_of
from khoi.custom.rules import Value, as_json
from khoi.history import services as history
from khoi.history.rules.actors import Actor
from khoi.kit.db.asking import records_by, reread
from khoi.kit.db.locks import lock_values
from khoi.kit.db.writing import stored, update_row
from khoi.kit.emails import normalise_email
from khoi.kit.names import is_blank
from khoi.kit.phones import normalise_phone
from khoi.kit.refusals import Refusal
from khoi.leads.models import Lead, LeadReference
from khoi.leads.queries import numbering_of, referred_to
from khoi.people import services as people
from khoi.people.models import ContactPoint, Person
from khoi.people.queries import having
from khoi.people.rules import matching
from khoi.routing.models import Assignment, AssignmentBasis
from khoi.team.models import User
from khoi.team.rules import Principal, is_blinkered
from khoi.touchpoints import services as touchpoints


@dataclass(frozen=True, slots=True)
class ConsentGiven:
    """What somebody ticked, with the exact words they saw."""

    purpose: str
    wording: str
    wording_version: int
    language: str
    url: str = ""
    ip: str = ""


@dataclass(frozen=True, slots=True)
class Enquiry:
    """One expression of interest as it came in.

    ``claimed``: an anonymous sender speaks, so nothing of it changes a person we already know.
    ``source`` and ``campaign`` are codes; ``external`` is (system, id) of the lead elsewhere. ``custom`` are typed
    values of the lead's own fields by key, ``person_custom`` of the person's.
    """

    full_name: str = ""
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    job_title: str = ""
    language: str = ""
    company_name: str = ""
    industry: str = ""
    employees: int | None = None
    region: str = ""
    need: str = ""
    message: str = ""
    source: str = ""
    channel: str = ""
    campaign: str = ""
    landing_page: str = ""
    referrer: str = ""
    utm: Mapping[str, str] = field(default_factory=dict)
    extras: Mapping[str, str] = field(default_factory=dict)
    custom: Mapping[str, Value] = field(default_factory=dict)
    person_custom: Mapping[str, Value] = field(default_factory=dict)
    external: tuple[str, str] | None = None
    touch_kind: str = ""
    touch_title: str = ""
    consents: tuple[ConsentGiven, ...] = ()
    claimed: bool = False
    owner: User | None = None


@dataclass(frozen=True, slots=True)
class Captured:
    """``known``: the person was here before. ``possible_duplicates``: other persons with one of the keys."""

    lead: Lead
    person: Person
    known: bool
    possible_duplicates: tuple[int, ...] = ()


def capture_lead(enquiry: Enquiry, *, by: Actor, now: datetime, arrived_at: datetime | None = None) -> Captured:
    """Receive → identify; score, stage, owner and clock follow in the same transaction.

    Raises ``Refusal`` for an address that cannot be one or for an enquiry that says nothing at all.
    """
    enquiry = _seen(enquiry)
    _check(enquiry)
    with history.act("capture_lead", by=by, now=now):
        _refuse_taken(enquiry, by)
        match = _identify(enquiry, by)
        found = next(iter(records_by(Person, "pk", [match.person_id] if match.person_id else [])), None)
        known, person = found is not None, found or _new_person(enquiry, by, now)
        if known and not enquiry.claimed:
            learn(person, enquiry, by=by, now=now)
        lead = _open_lead(person, enquiry, known=known, arrived_at=arrived_at or now, by=by, now=now)
        history.about(lead)
        custom.set_values(lead, enquiry.custom, by=by, now=now)
        _own(lead, enquiry, by, now)
        _note(person, enquiry, known=known, by=by, now=now, arrived_at=arrived_at or now)
    reread(lead)
    return Captured(lead, person, known, match.possible_duplicates)


def _seen(enquiry: Enquiry) -> Enquiry:
    """Names of signs nobody sees are none."""
    full_name, company_name = ("" if is_blank(said) else said for said in (enquiry.full_name, enquiry.company_name))
    return replace(enquiry, full_name=full_name, company_name=company_name)


def _check(enquiry: Enquiry) -> None:
    for email in enquiry.emails:
        if email.strip() and normalise_email(email) is None:
            raise Refusal("not_an_email", "email", value=email.strip())
    for phone in enquiry.phones:
        if phone.strip() and normalise_phone(phone) is None:
            raise Refusal("not_a_phone", "phone", value=phone.strip())
    if (enquiry.employees or 0) < 0:
        raise Refusal("negative", "employees")
    said = (enquiry.full_name, enquiry.company_name, *enquiry.emails, *enquiry.phones)
    if enquiry.external is None and all(map(is_blank, said)):
        raise Refusal("required", "full_name")


def _refuse_taken(enquiry: Enquiry, by: Actor) -> None:
    if enquiry.external is None:
        return
    system, external_id = enquiry.external
    lock_values(connection, [f"external:{system}:{external_id}"])
    if referred_to(system, [external_id], by=by):
        raise Refusal("external_id_taken", "external", value=f"{system}:{external_id}")


def _identify(enquiry: Enquiry, by: Actor) -> matching.Match:
    """Whose enquiry this is. Those who may not see everybody join nobody hidden, so they learn nothing."""
    keys = matching.keys_of(
        (matching.Point(form) for form in _forms(normalise_email, enquiry.emails)),
        (matching.Point(form) for form in _forms(normalise_phone, enquiry.phones)),
    )
    lock_values(connection, (f"{key.kind}:{key.value}" for key in keys))
    rows = having(keys)
    if isinstance(by, Principal) and is_blinkered(by):
        rows = rows.filter(person__in=Person.objects.visible_to(by))
    found = [
        matching.Candidate(row.person_id, key)
        for row in rows
        if (key := matching.MatchKey("email" if row.kind == "email" else "phone", row.value)) in keys
    ]
    return matching.choose_match(found)


def _forms(normalise: Any, values: Iterable[str]) -> list[str]:
    return [form for value in values if (form := normalise(value)) is not None]


def _new_person(enquiry: Enquiry, by: Actor, now: datetime) -> Person:
    person = people.add_person(
        full_name=enquiry.full_name,
        emails=enquiry.emails,
        phones=enquiry.phones,
        job_title=enquiry.job_title,
        language=enquiry.language,
        by=by,
        now=now,
    )
    custom.set_values(person, enquiry.person_custom, by=by, now=now)
    return person


def learn(person: Person, enquiry: Enquiry, *, by: Actor, now: datetime) -> None:
    """A colleague or a trusted program speaks: blanks are filled and new addresses added, nothing replaced."""
    points = [point for point in records_by(ContactPoint, "person", [person.pk]) if point.absorbed_into_id is None]
    points.sort(key=lambda point: not point.is_primary)
    have = {point.normal for point in points}
    changes: dict[str, Any] = {}
    for name, kind, normalise, said in (
        ("emails", "email", normalise_email, enquiry.emails),
        ("phones", "phone", normalise_phone, enquiry.phones),
    ):
        if new := [value for value in said if value.strip() and normalise(value) not in have]:
            changes[name] = [point.value for point in points if point.kind == kind] + new
    for name in ("full_name", "job_title", "language"):
        if not getattr(person, name) and getattr(enquiry, name):
            changes[name] = getattr(enquiry, name)
    if enquiry.person_custom:
        there = values_of([person]).get(person.pk, {})
        changes["custom"] = {key: said for key, said in enquiry.person_custom.items() if key not in there}
    if changes:
        people.edit_person(person, changes=changes, by=by, now=now)


def _open_lead(
    person: Person, enquiry: Enquiry, *, known: bool, arrived_at: datetime, by: Actor, now: datetime
) -> Lead:
    lead = stored(
        Lead(
            person=person,
            company_name=enquiry.company_name.strip()[:200],
            industry=enquiry.industry.strip()[:80],
            employees=enquiry.employees,
            region=enquiry.region.strip()[:80],
            need=enquiry.need.strip()[:200],
            message=enquiry.message.strip(),
            source=_named(Source, enquiry.source, "source"),
            channel=enquiry.channel,
            campaign=_named(Campaign, enquiry.campaign, "campaign"),
            landing_page=enquiry.landing_page[:500],
            referrer=enquiry.referrer[:500],
            utm=dict(enquiry.utm),
            extras=dict(enquiry.extras),
            claims=_claims(enquiry) if known and enquiry.claimed else {},
            arrived_at=arrived_at,
            created_at=now,
        )
    )
    if enquiry.external is not None:
        system, external_id = enquiry.external
        stored(LeadReference(lead=lead, system=system, external_id=external_id, sender_id=numbering_of(by)))
    return lead


def _named(model: Any, code: str, name: str) -> Any:
    if not code:
        return None
    found = model.objects.filter(code=code).first()
    if found is None:
        raise Refusal("unknown_source" if name == "source" else "unknown_choice", name, value=code)
    return found


def _claims(enquiry: Enquiry) -> dict[str, Any]:
    """What the stranger said of somebody we know: kept on the lead, believed by nobody yet."""
    claims: dict[str, Any] = {
        "full_name": enquiry.full_name,
        "emails": list(enquiry.emails),
        "phones": list(enquiry.phones),
        "job_title": enquiry.job_title,
        "custom": {key: as_json(value) for key, value in enquiry.person_custom.items()},
        "consents": [consent.purpose for consent in enquiry.consents],
    }
    return {name: value for name, value in claims.items() if value}


def _own(lead: Lead, enquiry: Enquiry, by: Actor, now: datetime) -> None:
    """Who adds a lead by hand keeps it, unless the person has an owner already (settle sees to that)."""
    if enquiry.owner is None or _has_owner(lead):
        return
    lead.owner = enquiry.owner
    update_row(lead, ["owner"])
    stored(
        Assignment(
            lead=lead,
            owner=enquiry.owner,
            basis=AssignmentBasis.BY_HAND,
            by_id=by.id,
            occurred_at=now,
            recorded_at=now,
        )
    )


def _has_owner(lead: Lead) -> bool:
    return Lead.objects.filter(person=lead.person_id, owner__is_active=True).exclude(pk=lead.pk).exists()


def _note(person: Person, enquiry: Enquiry, *, known: bool, by: Actor, now: datetime, arrived_at: datetime) -> None:
    if enquiry.touch_kind:
        touchpoints.record_touchpoint(
            person,
            kind=enquiry.touch_kind,
            channel=enquiry.channel,
            campaign=_named(Campaign, enquiry.campaign, "campaign"),
            title=enquiry.touch_title,
            detail=enquiry.message,
            url=enquiry.landing_page,
            occurred_at=arrived_at,
            by=by,
            now=now,
        )
    if known and enquiry.claimed:
        return  # a stranger gives no consent for somebody else
    address = next((value for value in (*enquiry.emails, *enquiry.phones) if value.strip()), "")
    for consent in enquiry.consents:
        people.record_consent(
            person,
            purpose=consent.purpose,
            given=True,
            confirmed=not enquiry.claimed,
            address=address,
            wording=consent.wording,
            wording_version=consent.wording_version,
            language=consent.language,
            url=consent.url,
            ip=consent.ip,
            basis="form" if enquiry.claimed else "staff",
            by=by,
            now=now,
        )
