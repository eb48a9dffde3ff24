"""What a public form asks, and what is wrong with an answer to it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from khoi.custom.rules import Kind, NotAValue, Value, read_text
from khoi.kit.emails import normalise_email
from khoi.kit.phones import normalise_phone, phone_problem

__all__ = [
    "BANDS",
    "CODES",
    "LIMITS",
    "Problem",
    "Question",
    "employees_of",
    "origin_of",
    "own_of",
    "own_values",
    "problems",
    "read_questions",
    "steps_of",
]

#: What a form may ask, in the order it is offered to whoever builds one. Value: most characters of an answer.
LIMITS: Final[Mapping[str, int]] = {
    "name": 200,
    "phone": 40,
    "email": 254,
    "company": 200,
    "job_title": 200,
    "employees": 20,
    "industry": 80,
    "region": 80,
    "need": 200,
    "message": 4000,
}
CODES: Final = tuple(LIMITS)
#: Sizes a visitor chooses from → the least number of employees it means.
BANDS: Final[Mapping[str, int]] = {"1-19": 1, "20-50": 20, "51-200": 51, "201-1000": 201, "1000+": 1001}

#: A field of the workspace's own: of the lead, or of the person behind ``person.``.
_OWN: Final = re.compile(r"(?P<whose>person\.)?custom\.(?P<key>[a-z][a-z0-9_]{0,39})")
_ORIGIN: Final = re.compile(r"https?://[a-z0-9]([a-z0-9.-]{0,252}[a-z0-9])?(:\d{1,5})?")
#: Mobile numbers as they are dialled at home: ten digits, the second of them one of these.
_MOBILE: Final = re.compile(r"0[35789]\d*")


@dataclass(frozen=True, slots=True)
class Question:
    """One field of a form, by its code: one of ours, ``custom.<key>`` or ``person.custom.<key>``; ``required``: it must
    be filled in."""

    code: str
    required: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with the answer to ``field``: a code of ``kit.refusals`` and what its sentence needs."""

    field: str
    code: str
    data: Mapping[str, object] = dataclasses.field(default_factory=dict)


def read_questions(stored: object) -> tuple[Question, ...] | None:
    """The questions a stored list means: ``{"code", "required"}`` each, or the bare code; None for anything else.

    A form that cannot be answered to is none: it asks for a phone number or an email.
    """
    if not isinstance(stored, list):
        return None
    found = [_question(entry) for entry in stored]
    codes = [question.code for question in found if question]
    reachable = {"phone", "email"} & set(codes)
    if len(codes) != len(stored) or len(set(codes)) != len(codes) or not reachable:
        return None
    return tuple(question for question in found if question)


def _question(entry: object) -> Question | None:
    code = entry.get("code") if isinstance(entry, dict) else entry
    required = entry.get("required", False) if isinstance(entry, dict) else False
    if not isinstance(code, str) or not isinstance(required, bool) or (code not in LIMITS and own_of(code) is None):
        return None
    return Question(code, required)


def own_of(code: str) -> tuple[str, str] | None:
    """("lead" or "person", key) of a code that means a field of the workspace's own."""
    found = _OWN.fullmatch(code)
    return (("person" if found["whose"] else "lead"), found["key"]) if found else None


def own_values(answers: Mapping[str, str], kinds: Mapping[str, Kind], language: str) -> dict[str, Value]:
    """Code → the typed answer, for answers that have no problem; an empty one is none."""
    said = {code: read_text(kind, answers.get(code, ""), language) for code, kind in kinds.items()}
    return {code: value for code, value in said.items() if value is not None}


def problems(
    questions: Sequence[Question],
    answers: Mapping[str, str],
    kinds: Mapping[str, Kind] | None = None,
    language: str = "vi",
) -> tuple[Problem, ...]:
    """Everything that keeps these answers from being an enquiry, in the order of the form. ``kinds``: code → what a
    field of the workspace's own takes, written in ``language``."""
    own = kinds or {}
    found = [
        problem
        for question in questions
        if (problem := _problem(question, answers.get(question.code, ""), own.get(question.code), language))
    ]
    asked = {question.code for question in questions}
    reached = any(answers.get(code, "").strip() for code in ("phone", "email"))
    if not reached and not any(problem.field in {"phone", "email"} for problem in found):
        found.append(Problem("phone" if "phone" in asked else "email", "unreachable"))
    return tuple(found)


def _problem(question: Question, raw: str, kind: Kind | None, language: str) -> Problem | None:
    text, code = raw.strip(), question.code
    if not text:
        return Problem(code, "required") if question.required else None
    if kind is not None:
        return _own_problem(code, text, kind, language)
    if len(text) > LIMITS[code]:
        return Problem(code, "too_long", {"limit": LIMITS[code]})
    if code == "email" and normalise_email(text) is None:
        return Problem(code, "not_an_email", {"value": text})
    if code == "phone" and normalise_phone(text) is None:
        return Problem(code, _phone_code(text), {"value": text})
    if code == "employees" and text not in BANDS:
        return Problem(code, "unknown_choice", {"value": text})
    return None


def _own_problem(code: str, text: str, kind: Kind, language: str) -> Problem | None:
    """A choice that is closed is no longer offered, so nobody can have chosen it here."""
    try:
        value = read_text(kind, text, language)
    except NotAValue as wrong:
        return Problem(code, wrong.code, wrong.data)
    chosen = value if isinstance(value, tuple) else (value,)
    return Problem(code, "unknown_choice", {"value": text}) if kind.closed.intersection(map(str, chosen)) else None


def _phone_code(text: str) -> str:
    """Why the number is none, as precisely as the digits let us say."""
    digits = re.sub(r"\D", "", text)
    if re.fullmatch(r"[\d\s().·-]+", text) and _MOBILE.fullmatch(digits):
        if len(digits) == 9:
            return "phone_one_short"
        if len(digits) != 10:
            return "phone_short" if len(digits) < 10 else "phone_long"
    return {
        "too_short": "phone_short",
        "too_long": "phone_long",
        "unknown_range": "phone_range",
        "unknown_country": "phone_range",
    }.get(phone_problem(text) or "", "not_a_phone")


def employees_of(band: str) -> int | None:
    """The least number of employees of a size; None for none chosen."""
    return BANDS.get(band)


def steps_of(text: str) -> list[list[str]]:
    """ "What happens | when" line by line → pairs; a line without a bar has only its first half."""
    lines = [line.partition("|") for line in text.splitlines() if line.strip()]
    return [[first.strip()[:120], rest.strip()[:200]] for first, _, rest in lines][:6]


def origin_of(address: str) -> str | None:
    """``https://www.name.vn`` of an address that may show the form in a frame; None when it is no web address."""
    scheme, mark, rest = address.strip().lower().partition("://")
    origin = f"{scheme}{mark}{rest.split('/')[0]}"
    return origin if _ORIGIN.fullmatch(origin) else None
