"""A stranger sends a form. What looks like spam is kept aside, and everybody gets the same answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from django.db import transaction

from khoi.capture.models import Form, Submission
from khoi.capture.queries import forms as queries
from khoi.capture.rules import asking
from khoi.custom.rules import Kind, Value
from khoi.history import services as history
from khoi.history.rules.actors import VISITOR, Actor
from khoi.kit.refusals import Refusal
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle

#: Nobody fills in a form faster than this; programs do.
LEAST_SECONDS: Final = 2
#: From one address within an hour: more is taken for a flood, and ten times as much is not even kept.
MOST_PER_HOUR: Final = 30
MOST_KEPT_PER_HOUR: Final = 10 * MOST_PER_HOUR
#: The field no human sees. Whoever fills it in is a program.
TRAP: Final = "homepage"


@dataclass(frozen=True, slots=True)
class Visit:
    """Where the sender came from: the page the form stood on, the one before, the campaign's marks in its address."""

    page: str = ""
    referrer: str = ""
    utm: Mapping[str, str] | None = None
    shown_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """``lead`` is None for what was held as spam. The sender is never told which it was, nor whom we know."""

    lead: Lead | None
    verdict: str
    already: bool = False


def submit_form(
    form: Form,
    payload: Mapping[str, Any],
    *,
    key: str,
    language: str,
    ip: str,
    user_agent: str,
    visit: Visit | None = None,
    by: Actor = VISITOR,
    now: datetime,
) -> Receipt:
    """Keep what was sent and open a lead from it, once per key.

    ``payload``: answers by field code, ``consent`` and ``marketing`` as booleans. Raises ``Refusal`` with
    the first wrong field; nothing is kept then. What comes too fast, too often or with the hidden field
    filled in is kept with the verdict ``spam`` and answered like everything else.
    """
    visit, key = visit or Visit(), _key(key)
    if (earlier := Submission.objects.filter(form=form, key=key).select_related("lead").first()) is not None:
        return Receipt(earlier.lead, earlier.verdict, already=True)
    kept = {**payload, "page": visit.page, "consent_version": form.consent_version}
    if held_for := _held_for(payload, visit, ip, now):
        return _hold(form, kept, held_for, key=key, language=language, ip=ip, user_agent=user_agent, now=now)
    enquiry = _enquiry(form, payload, visit, language, ip)
    try:
        with history.act("capture_lead", by=by, now=now, key=f"form:{form.pk}:{key}"):
            lead = lifecycle.capture_lead(enquiry, by=by, now=now).lead
            _keep(form, kept, queries.LEAD, key, language, ip, user_agent, now, lead=lead)
    except history.AlreadyDone:
        found = Submission.objects.filter(form=form, key=key).select_related("lead").first()
        return Receipt(found.lead if found else None, queries.LEAD, already=True)
    lead.refresh_from_db()  # the stage, owner and score it was given when the act was settled
    return Receipt(lead, queries.LEAD)


def release_submission(submission: Submission, *, by: Actor, now: datetime) -> Lead:
    """What was held as spam is an enquiry after all: it becomes the lead it would have been."""
    if submission.lead is not None:
        return submission.lead
    form, payload = submission.form, dict(submission.payload)
    if payload.get("consent_version") != form.consent_version:
        payload |= dict.fromkeys(queries.CONSENTS, False)  # other words were shown than stand there now
    visit = Visit(page=str(payload.get("page", "")))
    enquiry = _enquiry(form, payload, visit, submission.language, submission.ip)
    with history.act("capture_lead", by=by, now=now):
        captured = lifecycle.capture_lead(enquiry, arrived_at=submission.received_at, by=by, now=now)
        Submission.objects.filter(pk=submission.pk).update(lead=captured.lead, verdict=queries.LEAD)
    captured.lead.refresh_from_db()
    return captured.lead


def _key(key: str) -> str:
    return key if len(key) <= 64 else sha256(key.encode()).hexdigest()


def _held_for(payload: Mapping[str, Any], visit: Visit, ip: str, now: datetime) -> str:
    """Why it is taken for spam: trap, fast or flood; "" for an enquiry."""
    if str(payload.get(TRAP, "")).strip():
        return "trap"
    if visit.shown_at is not None and now - visit.shown_at < timedelta(seconds=LEAST_SECONDS):
        return "fast"
    return "flood" if queries.sent_from(ip, now=now) >= MOST_PER_HOUR else ""


def _hold(form: Form, payload: Mapping[str, Any], held_for: str, **about: Any) -> Receipt:
    if queries.sent_from(about["ip"], now=about["now"]) < MOST_KEPT_PER_HOUR:
        _keep(
            form,
            {**payload, "held_for": held_for},
            queries.SPAM,
            *(about[name] for name in ("key", "language", "ip", "user_agent", "now")),
        )
    return Receipt(None, queries.SPAM)


def _keep(
    form: Form,
    payload: Mapping[str, Any],
    verdict: str,
    key: str,
    language: str,
    ip: str,
    user_agent: str,
    now: datetime,
    lead: Lead | None = None,
) -> None:
    """The row, once per key: of two requests at the same moment the second finds it there."""
    asked = {question.code for question in asking.read_questions(form.fields) or ()}
    known = {*asking.CODES, *asked, *queries.CONSENTS, TRAP, "held_for", "page", "consent_version"}
    words = {name: _said(value) for name, value in payload.items() if name in known}
    about = {
        "lead": lead,
        "payload": words,
        "language": language[:5],
        "ip": ip[:45],
        "user_agent": user_agent[:300],
        "verdict": verdict,
        "received_at": now,
    }
    with transaction.atomic():
        Submission.objects.get_or_create(form=form, key=key, defaults=about)


def _said(value: Any) -> Any:
    return value if isinstance(value, bool | int) else str(value).replace("\0", "")[:5000]


def _enquiry(form: Form, payload: Mapping[str, Any], visit: Visit, language: str, ip: str) -> lifecycle.Enquiry:
    own = queries.own_fields_of(form)
    questions, kinds = queries.questions_of(form, own), {code: field.kind for code, field in own.items()}
    said = {question.code: str(_said(payload.get(question.code, ""))).strip() for question in questions}
    for problem in asking.problems(questions, said, kinds, language):
        raise Refusal(problem.code, problem.field, **problem.data)
    return lifecycle.Enquiry(
        full_name=said.get("name", ""),
        emails=(said["email"],) if said.get("email") else (),
        phones=(said["phone"],) if said.get("phone") else (),
        job_title=said.get("job_title", ""),
        language=language,
        company_name=said.get("company", ""),
        industry=said.get("industry", ""),
        employees=asking.employees_of(said.get("employees", "")),
        region=said.get("region", ""),
        need=said.get("need", ""),
        message=said.get("message", ""),
        source=form.source.code if form.source else "",
        channel=form.channel,
        campaign=form.campaign.code if form.campaign else "",
        landing_page=visit.page,
        referrer=visit.referrer,
        utm=dict(visit.utm or {}),
        touch_kind=form.touch_kind,
        touch_title=form.name,
        custom=_own(said, kinds, language, "lead"),
        person_custom=_own(said, kinds, language, "person"),
        consents=_consents(form, payload, visit, language, ip),
        claimed=True,
    )


def _own(said: Mapping[str, str], kinds: Mapping[str, Kind], language: str, whose: str) -> dict[str, Value]:
    """Key → the typed answer, for fields of the lead or of the person."""
    values = asking.own_values(said, kinds, language).items()
    return {own[1]: value for code, value in values if (own := asking.own_of(code)) and own[0] == whose}


def _consents(
    form: Form, payload: Mapping[str, Any], visit: Visit, language: str, ip: str
) -> tuple[lifecycle.ConsentGiven, ...]:
    """One for each box that was ticked, with the very words beside it."""
    texts = queries.texts_of(form, language)
    return tuple(
        lifecycle.ConsentGiven(
            purpose=purpose,
            wording=texts[name],
            wording_version=form.consent_version,
            language=language,
            url=visit.page[:500],
            ip=ip,
        )
        for name, purpose in queries.CONSENTS.items()
        if payload.get(name) is True and texts.get(name)
    )
