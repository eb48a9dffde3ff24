"""Forms as a visitor meets them, and what came in through each."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from django.db.models import Count, Max, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from khoi.capture.models import Form, Submission
from khoi.capture.rules import asking
from khoi.custom.models import CustomField
from khoi.leads.models import Lead
from khoi.people.models import Purpose
from khoi.team.rules import Principal

LEAD, SPAM = "lead", "spam"
#: The boxes of a form, each with words of its own, and what ticking it allows.
CONSENTS: Final = {"consent": Purpose.ANSWER, "marketing": Purpose.MARKETING}
#: Sizes of a company to choose from, as people read them.
SIZES: Final[Mapping[str, str | Promise]] = {
    "1-19": _("Under 20"),
    "20-50": "20–50",
    "51-200": "51–200",
    "201-1000": "201–1000",
    "1000+": _("Over 1000"),
}


@dataclass(frozen=True, slots=True)
class Received:
    """A form with what came in through it; ``held``: taken for spam, waiting for somebody to look."""

    form: Form
    submissions: int
    leads: int
    held: int
    last_at: datetime | None


def live_form(slug: str) -> Form | None:
    """The form a stranger may fill in; None for one that is not published."""
    return Form.objects.filter(slug=slug, is_live=True).select_related("source", "campaign").first()


def forms_with_counts(actor: Principal) -> list[Received]:
    forms = Form.objects.visible_to(actor).select_related("source", "campaign").order_by("-is_live", "name", "id")
    rows = Submission.objects.values("form").annotate(
        n=Count("pk"), leads=Count("lead"), held=Count("pk", filter=Q(verdict=SPAM)), last=Max("received_at")
    )
    found: dict[int, dict[str, Any]] = {row["form"]: dict(row) for row in rows}
    none: dict[str, Any] = {"n": 0, "leads": 0, "held": 0, "last": None}
    return [_received(form, found.get(form.pk, none)) for form in forms]


def _received(form: Form, row: dict[str, Any]) -> Received:
    return Received(form, row["n"], row["leads"], row["held"], row["last"])


def size_chosen(lead: Lead) -> str:
    """The size of their company a visitor chose, in words; "" when nobody did, or the lead says otherwise by now."""
    answers = Submission.objects.filter(lead=lead).order_by("-received_at", "-id").values_list("payload", flat=True)
    chosen = next((str(said["employees"]) for said in answers if said.get("employees")), "")
    stands = lead.employees is not None and asking.employees_of(chosen) == lead.employees
    return str(SIZES[chosen]) if stands else ""


def latest_submissions(form: Form, *, most: int = 50) -> list[Submission]:
    """What came in, newest first; leads are looked up by those who may see them."""
    return list(Submission.objects.filter(form=form).order_by("-received_at", "-id")[:most])


def held_submission(form: Form, pk: int) -> Submission | None:
    """What the form took for spam, by its id."""
    found: Submission | None = Submission.objects.filter(form=form, pk=pk, verdict=SPAM).select_related("form").first()
    return found


def sent_from(ip: str, *, now: datetime) -> int:
    """How often this address sent a form within the last hour."""
    return Submission.objects.filter(ip=ip, received_at__gt=now - timedelta(hours=1)).count() if ip else 0


def questions_of(form: Form, own: Mapping[str, CustomField]) -> tuple[asking.Question, ...]:
    """What it asks; a field of one's own only as long as it is in use (``own``, see ``own_fields_of``)."""
    asked = asking.read_questions(form.fields) or ()
    return tuple(question for question in asked if question.code in asking.CODES or question.code in own)


def own_fields_of(form: Form) -> dict[str, CustomField]:
    """Code → the field, for those of one's own that it asks and that are in use."""
    codes = [question.code for question in asking.read_questions(form.fields) or () if asking.own_of(question.code)]
    every = own_questions() if codes else {}
    return {code: every[code] for code in codes if code in every}


def own_questions() -> dict[str, CustomField]:
    """Code → the field, for all that a form may ask: those of leads, then those of people."""
    fields = CustomField.objects.filter(object__in=["lead", "person"], archived_at=None)
    return {
        f"{'person.' if field.object == 'person' else ''}{field.named}": field
        for field in fields.order_by("object", "position", "id")
    }


def texts_of(form: Form, language: str) -> dict[str, Any]:
    """The form's words in the language, in the first one it has when it was never written in that one."""
    found: dict[str, Any] = form.texts.get(language) or next(iter(form.texts.values()), {})
    return dict(found)


def consent_mark(form: Form, language: str) -> str:
    """Which words of consent the form shows in the language: their version, and the words themselves as a short hash.

    The number alone is not enough: taken back and changed again, other words get the same one.
    """
    texts = texts_of(form, language)
    words = json.dumps([language, *(texts.get(name, "") for name in CONSENTS)], ensure_ascii=False)
    return f"{form.consent_version}.{sha256(words.encode()).hexdigest()[:16]}"
