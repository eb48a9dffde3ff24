"""What stands in the fields of a record, as a page shows it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import models
from django.utils.translation import get_language, gettext

from khoi.custom.models import CustomField
from khoi.custom.queries.asking import field_asked
from khoi.custom.queries.reading import typed_back, values_of
from khoi.custom.rules import Value, as_json
from khoi.design.templatetags import formats
from khoi.kit.money import Money


@dataclass(frozen=True, slots=True)
class Standing:
    """A field of a record with its value; ``words`` are "" when there is none, ``url`` is set for a link."""

    field: CustomField
    value: Value
    label: str
    words: str
    url: str = ""


def standing_in(record: models.Model) -> list[Standing]:
    """Every field in use, filled or not, in the order of the fields."""
    return standings([record], CustomField.objects.of(record)).get(record.pk, [])


def claimed_lines(record: type[models.Model], said: Mapping[str, object]) -> list[str]:
    """What somebody said should stand in the fields of such a record, key → value as JSON has it, as lines."""
    if not said:
        return []
    language = get_language() or "en"
    fields = [field for field in CustomField.objects.of(record) if field.key in said]
    return [f"{field.name(language)}: {words_of(field, typed_back(field, said[field.key]))}" for field in fields]


def said_of(record: type[models.Model], named: str, value: object) -> str:
    """A value of a field as conditions on such a record name it, typed or as JSON has it, or several of them, as people
    read it; "" for none."""
    field = field_asked(record, named)
    if field is None or value is None:
        return "" if value is None else str(value)
    several = value if isinstance(value, list | tuple) else [value]
    if field.type == "multi_choice":
        return words_of(field, typed_back(field, list(several)))
    return ", ".join(
        words_of(field, typed_back(field, as_json(one) if isinstance(one, Decimal | date) else one)) or str(one)
        for one in several
    )


def standings(records: Iterable[models.Model], fields: Iterable[CustomField]) -> dict[int, list[Standing]]:
    """Record id → what stands in these fields, in their order; one query for all the records."""
    records, fields, language = list(records), list(fields), get_language() or "en"
    found = values_of(records, fields) if fields else {}
    return {
        record.pk: [_standing(field, found.get(record.pk, {}).get(field.key), language) for field in fields]
        for record in records
    }


def _standing(field: CustomField, value: Value, language: str) -> Standing:
    url = value if field.type == "link" and isinstance(value, str) else ""
    return Standing(field, value, field.name(language), words_of(field, value), url)


def words_of(field: CustomField, value: Value, *, full: bool = False) -> str:
    """The value as people of the page's language read it; "" for none. ``full`` writes money out."""
    match value:
        case None:
            return ""
        case bool():
            return gettext("yes") if value else gettext("no")
        case Decimal():
            return formats.number(value)
        case int():
            return formats.money_full(value, field.currency) if full else formats.money(value, field.currency)
        case tuple():
            return ", ".join(_choices(field).get(code, code) for code in value)
        case str():
            return _choices(field).get(value, value) if field.type == "choice" else _short(field, value)
    return formats.day(value)


def plain_cells(records: Iterable[models.Model], fields: Iterable[CustomField], language: str) -> dict[int, list[str]]:
    """Record id → its cells in a file, as many as there are fields; one query for all the records."""
    records, fields = list(records), list(fields)
    found = values_of(records, fields) if fields else {}
    return {
        record.pk: [plain_words(field, found.get(record.pk, {}).get(field.key), language) for field in fields]
        for record in records
    }


def plain_words(field: CustomField, value: Value, language: str) -> str:
    """The value for a cell of a file: choices in words, days as 2026-12-31, figures plain, so that every program
    reads them alike and an import reads them back."""
    match value:
        case None:
            return ""
        case bool():
            return gettext("yes") if value else gettext("no")
        case Decimal():
            return str(value)
        case int():
            return str(Money(value, field.currency).major)
        case tuple():
            names = field.choice_names(language)
            return "; ".join(names.get(code, code) for code in value)
        case str():
            return field.choice_names(language).get(value, value) if field.type == "choice" else value
    return value.isoformat()


def _short(field: CustomField, value: str) -> str:
    """A link without what every link begins with."""
    return value.split("://", 1)[-1].rstrip("/") if field.type == "link" else value


def _choices(field: CustomField) -> Mapping[str, str]:
    return field.choice_names(get_language() or "en")
