"""A condition as a sentence, in Vietnamese or English."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from typing import Final

from babel.dates import format_date, format_datetime

from khoi.kit.conditions.tree import All, Any, Condition, Field, Leaf, Not, Relative, Value, Within
from khoi.kit.money import Money, show_money
from khoi.kit.numbers import show_number

__all__ = ["sentence"]

_ENGLISH: Final[Mapping[str, str]] = {
    "eq": "{field} is {value}",
    "not_eq": "{field} is not {value}",
    "in": "{field} is {value}",
    "not_in": "{field} is not {value}",
    "contains": "{field} contains {value}",
    "not_contains": "{field} does not contain {value}",
    "starts_with": "{field} begins with {value}",
    "not_starts_with": "{field} does not begin with {value}",
    "gt": "{field} is over {value}",
    "gte": "{field} is at least {value}",
    "lt": "{field} is under {value}",
    "lte": "{field} is at most {value}",
    "gt_time": "{field} is after {value}",
    "gte_time": "{field} is on or after {value}",
    "lt_time": "{field} is before {value}",
    "lte_time": "{field} is on or before {value}",
    "between": "{field} is between {first} and {last}",
    "not_between": "{field} is not between {first} and {last}",
    "last": "{field} is in the last {value} days",
    "not_last": "{field} is not in the last {value} days",
    "next": "{field} is in the next {value} days",
    "not_next": "{field} is not in the next {value} days",
    "is_empty": "{field} is empty",
    "is_not_empty": "{field} is filled in",
    "or_empty": "{leaf} or is empty",
    "today": "today",
    "now": "now",
    "ago": "{days} days ago",
    "ahead": "{days} days from now",
    "yes": "yes",
    "no": "no",
    "or": " or ",
    "and": " and ",
    "nothing": "nothing",
    "not": "not ({part})",
    "always": "always",
    "never": "never",
}

_VIETNAMESE: Final[Mapping[str, str]] = {
    "eq": "{field} là {value}",
    "not_eq": "{field} không phải {value}",
    "in": "{field} là {value}",
    "not_in": "{field} không phải {value}",
    "contains": "{field} có chứa {value}",
    "not_contains": "{field} không chứa {value}",
    "starts_with": "{field} bắt đầu bằng {value}",
    "not_starts_with": "{field} không bắt đầu bằng {value}",
    "gt": "{field} trên {value}",
    "gte": "{field} từ {value} trở lên",
    "lt": "{field} dưới {value}",
    "lte": "{field} từ {value} trở xuống",
    "gt_time": "{field} sau {value}",
    "gte_time": "{field} từ {value} trở đi",
    "lt_time": "{field} trước {value}",
    "lte_time": "{field} chậm nhất {value}",
    "between": "{field} từ {first} đến {last}",
    "not_between": "{field} nằm ngoài khoảng {first} đến {last}",
    "last": "{field} trong {value} ngày qua",
    "not_last": "{field} không trong {value} ngày qua",
    "next": "{field} trong {value} ngày tới",
    "not_next": "{field} không trong {value} ngày tới",
    "is_empty": "chưa có {field}",
    "is_not_empty": "đã có {field}",
    "or_empty": "{leaf} hoặc chưa có",
    "today": "hôm nay",
    "now": "lúc này",
    "ago": "{days} ngày trước",
    "ahead": "{days} ngày nữa",
    "yes": "có",
    "no": "không",
    "or": " hoặc ",
    "and": " và ",
    "nothing": "gì cả",
    "not": "không phải ({part})",
    "always": "luôn luôn",
    "never": "không bao giờ",
}

# How `not` of an operator is said; the words then add "or is empty", because a missing value makes `not` hold.
_OPPOSITES: Final[Mapping[str, str]] = {
    "eq": "not_eq",
    "ne": "eq",
    "in": "not_in",
    "not_in": "in",
    "contains": "not_contains",
    "starts_with": "not_starts_with",
    "gt": "lte",
    "gte": "lt",
    "lt": "gte",
    "lte": "gt",
    "between": "not_between",
    "last": "not_last",
    "next": "not_next",
    "is_empty": "is_not_empty",
    "is_not_empty": "is_empty",
}


def sentence(condition: Condition, fields: Mapping[str, Field], language: str, zone: tzinfo = UTC) -> str:
    """`condition` in words of `language` ("vi", else English), with the labels of `fields`; moments as told in `zone`.

    Lazy labels are read in the language that is active, so activate `language` first.
    """
    return _Speaker(_VIETNAMESE if language == "vi" else _ENGLISH, fields, language, zone).say(condition)


class _Speaker:
    def __init__(self, words: Mapping[str, str], fields: Mapping[str, Field], language: str, zone: tzinfo) -> None:
        self.words = words
        self.fields = fields
        self.language = language
        self.zone = zone

    def say(self, condition: Condition, *, inside: bool = False) -> str:
        match condition:
            case Leaf():
                return self._leaf(condition)
            case Not(Leaf() as leaf):
                return self._not_leaf(leaf)
            case Not(Not(part)):
                return self.say(part, inside=inside)
            case Not(part):
                return self.words["not"].format(part=self.say(part))
            case All(parts):
                return self._group(parts, "and", "always", inside=inside)
            case Any(parts):
                return self._group(parts, "or", "never", inside=inside)

    def _group(self, parts: tuple[Condition, ...], joint: str, empty: str, *, inside: bool) -> str:
        said = [self.say(part, inside=len(parts) > 1) for part in parts]
        text = self.words[joint].join(said) or self.words[empty]
        return f"({text})" if inside and len(parts) > 1 else text

    def _leaf(self, leaf: Leaf) -> str:
        op = _said_as(leaf)
        return self._phrase(leaf, "not_eq" if op == "ne" else op)

    def _not_leaf(self, leaf: Leaf) -> str:
        phrase = self._phrase(leaf, _OPPOSITES[_said_as(leaf)])
        if leaf.op in {"is_empty", "is_not_empty"}:
            return phrase
        return self.words["or_empty"].format(leaf=phrase)

    def _phrase(self, leaf: Leaf, op: str) -> str:
        field = self.fields[leaf.field]
        timed = f"{op}_time" if leaf.type in {"date", "moment"} else op
        words = self.words.get(timed, self.words[op])
        label = str(field.label or field.key)
        if isinstance(leaf.value, tuple) and op in {"between", "not_between"}:
            first, last = (self._value(item, field) for item in leaf.value)
            return words.format(field=label, first=first, last=last)
        return words.format(field=label, value=self._value(leaf.value, field))

    def _value(self, value: Value, field: Field) -> str:
        match value:
            case tuple():
                return self.words["or"].join(self._value(item, field) for item in value) or self.words["nothing"]
            case bool():
                return self.words["yes" if value else "no"]
            case Within(days):
                return str(days)
            case Relative(days):
                return self._relative(days, field.type)
            case date():
                return self._date(value)
            case Decimal():
                return show_number(value, self.language)
            case int() if field.type == "money":
                return show_money(Money(value, field.currency), self.language, compact=True)
            case str() if field.type == "text":
                return f"“{value}”"
        return str(dict(field.choices).get(str(value), value))

    def _relative(self, days: int, kind: str) -> str:
        if not days:
            return self.words["today" if kind == "date" else "now"]
        return self.words["ago" if days < 0 else "ahead"].format(days=abs(days))

    def _date(self, value: date) -> str:
        if isinstance(value, datetime):
            return format_datetime(value.astimezone(self.zone), "short", locale=self.language)
        return format_date(value, "dd/MM/yyyy" if self.language == "vi" else "medium", locale=self.language)


def _said_as(leaf: Leaf) -> str:
    if isinstance(leaf.value, Within):
        return "next" if leaf.value.ahead else "last"
    return leaf.op
