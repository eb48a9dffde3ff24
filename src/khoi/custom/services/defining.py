"""Fields are added, renamed, put in order and archived; never deleted, and never of another type."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from babel.numbers import list_currencies

from khoi.custom.models import AskedWhen, CustomField, ObjectKind
from khoi.custom.queries import uses_of
from khoi.custom.rules import CHOOSING, MOST_CHOICES, TYPES, free_key, key_of
from khoi.history import services as history
from khoi.history.rules.actors import Actor
from khoi.kit.fold import fold
from khoi.kit.refusals import Refusal
from khoi.workspace import queries as workspace

EDITABLE: Final = frozenset({"label", "label_vi", "choices", "asked", "in_lists"})
LABEL: Final = 80
#: More in use than this make a page nobody reads.
MOST: Final = 100


def add_field(
    object: str,  # noqa: A002 - as the column and the programs say it
    *,
    type: str,  # noqa: A002
    label: str = "",
    label_vi: str = "",
    key: str = "",
    choices: Iterable[Mapping[str, Any] | str] = (),
    currency: str = "",
    asked: str = AskedWhen.NEVER,
    in_lists: bool = False,
    by: Actor,
    now: datetime,
) -> CustomField:
    """``label`` or ``label_vi`` is enough, the other is then the same. ``choices``: words, or ``{"label", "label_vi",
    "code"}`` each; codes and key are made from the words when none are given. ``currency``: of money, by default the
    workspace's."""
    _check_kind(object, type, asked)
    name = _label(label or label_vi, "label")
    made = _choices(choices, (), type)
    money = (currency or workspace.current().currency) if type == "money" else ""
    if money and money not in list_currencies():
        raise Refusal("unknown_currency", "currency", value=money)
    with history.act("add_field", by=by, now=now):
        if CustomField.objects.of(object).count() >= MOST:
            raise Refusal("too_many_fields", "label", limit=MOST)
        field: CustomField = CustomField.objects.create(
            object=object,
            key=_key(object, key, name),
            label=name,
            label_vi=_label(label_vi, "label_vi") if label_vi else "",
            type=type,
            choices=made,
            currency=money,
            asked=asked,
            in_lists=in_lists,
            position=_last(object) + 1,
            created_at=now,
        )
        history.about(field)
    return field


def edit_field(field: CustomField, *, changes: Mapping[str, Any], by: Actor, now: datetime) -> CustomField:
    """``choices`` are all of them, in order. One that is left out is closed: no longer offered, and kept where it
    was chosen."""
    if unknown := changes.keys() - EDITABLE:
        raise Refusal("unknown_field", sorted(unknown)[0], value=sorted(unknown)[0])
    values = dict(changes)
    for name in ("label", "label_vi"):
        if name in values:
            values[name] = _label(values[name], name) if name == "label" or values[name].strip() else ""
    if "choices" in values:
        values["choices"] = _choices(values["choices"], field.choices, field.type)
    _check_kind(field.object, field.type, values.get("asked", field.asked))
    with history.act("edit_field", by=by, now=now, subject=field):
        for name, value in values.items():
            setattr(field, name, value)
        if values:
            field.save(update_fields=list(values))
    return field


def archive_field(field: CustomField, *, by: Actor, now: datetime) -> CustomField:
    """Out of sight with all its values, none of which is lost. Not while a rule in force asks for it."""
    if rules := [use.where for use in uses_of(field) if use.rule]:
        raise Refusal("field_in_rules", "archived", where=", ".join(rules))
    return _archive(field, "archive_field", now, by=by, now=now)


def restore_field(field: CustomField, *, by: Actor, now: datetime) -> CustomField:
    """Back in use, with every value it had."""
    return _archive(field, "restore_field", None, by=by, now=now)


def _archive(field: CustomField, verb: str, at: datetime | None, *, by: Actor, now: datetime) -> CustomField:
    with history.act(verb, by=by, now=now, subject=field):
        if (field.archived_at is None) != (at is None):
            field.archived_at = at
            field.save(update_fields=["archived_at"])
    return field


def move_field(field: CustomField, *, before: CustomField | None, by: Actor, now: datetime) -> None:
    """To the place before another field of its object, or to the end."""
    with history.act("move_field", by=by, now=now, subject=field):
        others = [one for one in CustomField.objects.of(field.object).select_for_update() if one.pk != field.pk]
        place = next((at for at, one in enumerate(others) if before and one.pk == before.pk), len(others))
        for position, one in enumerate([*others[:place], field, *others[place:]], start=1):
            if one.position != position:
                one.position = position
                one.save(update_fields=["position"])


def _check_kind(object_: str, type_: str, asked: str) -> None:
    if object_ not in ObjectKind.values:
        raise Refusal("unknown_choice", "object", value=object_)
    if type_ not in TYPES:
        raise Refusal("unknown_choice", "type", value=type_)
    if asked not in AskedWhen.values:
        raise Refusal("unknown_choice", "asked", value=asked)


def _label(text: str, field: str) -> str:
    words = " ".join(str(text).split())
    if not words:
        raise Refusal("required", field)
    if len(words) > LABEL:
        raise Refusal("too_long", field, limit=LABEL)
    return words


def _key(object_: str, given: str, label: str) -> str:
    """Free among all fields of the object, also the archived ones: a key means one field for ever."""
    taken = set(CustomField.objects.filter(object=object_).values_list("key", flat=True))
    key = key_of(given or label)
    if given:
        if key != given:
            raise Refusal("not_a_key", "key", value=given)
        if key in taken:
            raise Refusal("name_taken", "key", value=key)
        return key
    return free_key(key or "field", taken)


def _choices(
    wanted: Iterable[Mapping[str, Any] | str], present: Iterable[Mapping[str, Any]], type_: str
) -> list[dict[str, Any]]:
    """As they are stored. One without a code is the present one of that name, or a new one."""
    if type_ not in CHOOSING:
        if list(wanted):
            raise Refusal("no_choices_here", "choices")
        return []
    by_code = {one["code"]: dict(one) for one in present}
    found: dict[str, dict[str, Any]] = {}
    for one in wanted:
        choice = _choice({"label": one} if isinstance(one, str) else one, by_code, found)
        found[choice["code"]] = choice
    if not found:
        raise Refusal("choices_needed", "choices")
    kept = {code: {**one, "closed": True} for code, one in by_code.items() if code not in found}
    if len(found) + len(kept) > MOST_CHOICES:
        raise Refusal("too_many_choices", "choices", limit=MOST_CHOICES)
    return [*found.values(), *kept.values()]


def _choice(
    said: Mapping[str, Any], by_code: Mapping[str, Mapping[str, Any]], found: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    if unknown := said.keys() - {"code", "label", "label_vi", "closed"}:
        raise Refusal("unknown_field", "choices", value=sorted(unknown)[0])
    label = _label(str(said.get("label") or said.get("label_vi") or ""), "choices")
    label_vi = " ".join(str(said.get("label_vi") or "").split())[:LABEL]
    named = {fold(word) for word in (label, label_vi) if word}
    if any(fold(one["label"]) in named for one in found.values()):
        raise Refusal("choice_said_twice", "choices", value=label)
    code = str(said.get("code") or "")
    if code and code != key_of(code):
        raise Refusal("not_a_key", "choices", value=code)
    code = code or _present(label, by_code) or free_key(key_of(label) or "choice", [*by_code, *found])
    return {"code": code, "label": label, "label_vi": label_vi, **({"closed": True} if said.get("closed") else {})}


def _present(label: str, by_code: Mapping[str, Mapping[str, Any]]) -> str:
    names = {fold(one["label"]): code for code, one in by_code.items()}
    names |= {fold(one["label_vi"]): code for code, one in by_code.items() if one.get("label_vi")}
    return names.get(fold(label), "")


def _last(object_: str) -> int:
    return int(
        CustomField.objects.filter(object=object_).order_by("-position").values_list("position", flat=True).first() or 0
    )
