"""Building forms: what they ask, in which words, and where they may stand."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug

from khoi.campaigns.models import Campaign, Channel, Source
from khoi.capture.models import Form
from khoi.capture.queries.forms import own_questions
from khoi.capture.rules import asking
from khoi.history import services as history
from khoi.history.rules.actors import Actor
from khoi.kit.refusals import Refusal

EDITABLE: Final = frozenset(
    {"slug", "name", "fields", "texts", "source", "channel", "campaign", "touch_kind", "embed_on", "is_live"}
)
TOUCH_KINDS: Final = ("form", "price_request", "demo_request")
#: The words of a form in one language; the first five are needed, steps are pairs.
WORDS: Final = ("title", "button", "thanks", "consent", "intro", "marketing", "about_data")
NEEDED: Final = WORDS[:4]
_WORDINGS: Final = ("consent", "marketing")


def add_form(*, slug: str, name: str, by: Actor, now: datetime, **fields: Any) -> Form:
    """A form nobody sees before ``is_live``. Raises ``Refusal`` with the field that is wrong."""
    values = _checked({"slug": slug, "name": name, **fields}, pk=None)
    for needed in ("fields", "texts"):
        if needed not in values:
            raise Refusal("required", needed)
    with history.act("add_form", by=by, now=now):
        return Form.objects.create(consent_changed_at=now, created_at=now, **values)


def edit_form(form: Form, *, changes: Mapping[str, Any], by: Actor, now: datetime) -> Form:
    """Change a form. Other words of consent are another version, so each consent names the words it was given to."""
    values = _checked(changes, pk=form.pk)
    with history.act("edit_form", by=by, now=now, subject=form):
        form = Form.objects.select_for_update(of=("self",)).get(pk=form.pk)
        values = {name: value for name, value in values.items() if getattr(form, name) != value}
        if _wordings(values.get("texts", form.texts)) != _wordings(form.texts):
            values |= {"consent_version": form.consent_version + 1, "consent_changed_at": now}
        for field, value in values.items():
            setattr(form, field, value)
        form.save(update_fields=list(values))
    return form


def publish_form(form: Form, *, live: bool, by: Actor, now: datetime) -> Form:
    """On the web, or off it."""
    with history.act("publish_form" if live else "unpublish_form", by=by, now=now, subject=form):
        form.is_live = live
        form.save(update_fields=["is_live"])
    return form


def _wordings(texts: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    return {(lang, name): said for lang, words in texts.items() for name in _WORDINGS if (said := words.get(name, ""))}


def _checked(values: Mapping[str, Any], *, pk: int | None) -> dict[str, Any]:
    if unknown := values.keys() - EDITABLE:
        raise Refusal("unknown_field", sorted(unknown)[0], value=sorted(unknown)[0])
    return {name: _CHECKS[name](value, pk) if name in _CHECKS else value for name, value in values.items()}


def _slug(value: Any, pk: int | None) -> str:
    text = str(value).strip().lower()
    try:
        validate_slug(text)
    except ValidationError as wrong:
        raise Refusal("not_a_slug", "slug", value=text) from wrong
    if len(text) > 60:
        raise Refusal("too_long", "slug", limit=60)
    if Form.objects.filter(slug=text).exclude(pk=pk).exists():
        raise Refusal("name_taken", "slug", value=text)
    return text


def _name(value: Any, pk: int | None) -> str:
    if not (text := " ".join(str(value).split())):
        raise Refusal("required", "name")
    return text[:120]


def _fields(value: Any, pk: int | None) -> list[dict[str, Any]]:
    questions = asking.read_questions(value)
    if questions is None:
        raise Refusal("form_unreachable", "fields")
    there = own_questions()
    for question in questions:
        if question.code not in asking.CODES and question.code not in there:
            raise Refusal("unknown_field", "fields", value=question.code)
    return [{"code": q.code, "required": q.required} for q in questions]


def _texts(value: Any, pk: int | None) -> dict[str, Any]:
    """Language → words. A language without a title is left out; one of them must be written."""
    if not isinstance(value, Mapping) or value.keys() - dict(settings.LANGUAGES).keys():
        raise Refusal("unknown_choice", "texts", value=", ".join(sorted(map(str, value))))
    found = {lang: _words(lang, words) for lang, words in value.items() if any(words.values())}
    if not found:
        raise Refusal("required", "texts")
    return found


def _words(language: str, words: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := words.keys() - {*WORDS, "steps"}:
        raise Refusal("unknown_field", f"texts.{language}", value=sorted(unknown)[0])
    for name in NEEDED:
        if not str(words.get(name, "")).strip():
            raise Refusal("required", f"{name}_{language}")
    said: dict[str, Any] = {name: str(words[name]).strip()[:2000] for name in WORDS if words.get(name)}
    return said | {"steps": [[str(part) for part in step][:2] for step in words.get("steps", [])][:6]}


def _touch_kind(value: Any, pk: int | None) -> str:
    if value not in TOUCH_KINDS:
        raise Refusal("unknown_choice", "touch_kind", value=str(value))
    return str(value)


def _channel(value: Any, pk: int | None) -> str:
    if value not in Channel.values:
        raise Refusal("unknown_choice", "channel", value=str(value))
    return str(value)


def _embed_on(value: Any, pk: int | None) -> list[str]:
    origins = []
    for address in value:
        if (origin := asking.origin_of(str(address))) is None:
            raise Refusal("not_an_origin", "embed_on", value=str(address))
        origins.append(origin)
    return list(dict.fromkeys(origins))


def _source(value: Any, pk: int | None) -> Source | None:
    found: Source | None = _named(Source, value, "source", "unknown_source")
    return found


def _campaign(value: Any, pk: int | None) -> Campaign | None:
    found: Campaign | None = _named(Campaign, value, "campaign", "unknown_choice")
    return found


def _named(model: Any, value: Any, field: str, code: str) -> Any:
    if not value or isinstance(value, model):
        return value or None
    found = model.objects.filter(code=value).first()
    if found is None:
        raise Refusal(code, field, value=str(value))
    return found


_CHECKS: Final = {
    "slug": _slug,
    "name": _name,
    "fields": _fields,
    "texts": _texts,
    "touch_kind": _touch_kind,
    "channel": _channel,
    "embed_on": _embed_on,
    "source": _source,
    "campaign": _campaign,
}
