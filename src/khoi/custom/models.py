"""The fields a workspace adds to its records, and the values that stand in them.

A value is a row. Each main object has a table of its own for them, in its own room, with the columns given here: so a
value points at its record by a real foreign key, and each index holds the values of one object alone.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.db import models
from django.db.models import BaseConstraint, CheckConstraint, Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from khoi.custom.rules import CHOOSING, CONDITION_TYPES, PREFIX, Kind
from khoi.history.models import fact
from khoi.kit.conditions import Field as Asked
from khoi.team.rules import Principal


class ObjectKind(models.TextChoices):
    LEAD = "lead", _("Lead")
    PERSON = "person", _("Person")
    ACCOUNT = "account", _("Account")
    OPPORTUNITY = "opportunity", _("Deal")


class FieldType(models.TextChoices):
    TEXT = "text", pgettext_lazy("type of a field", "Text")
    NUMBER = "number", pgettext_lazy("type of a field", "Number")
    MONEY = "money", _("Money")
    DATE = "date", _("Date")
    CHOICE = "choice", _("One of several")
    MULTI_CHOICE = "multi_choice", _("Any of several")
    YES_NO = "yes_no", _("Yes or no")
    LINK = "link", _("Link")


class AskedWhen(models.TextChoices):
    """Whether whoever adds a record on a page is asked for the value."""

    NEVER = "never", _("No")
    ASKED = "asked", _("Yes")
    REQUIRED = "required", _("Yes, and it must be filled in")


class CustomFieldSet(models.QuerySet["CustomField"]):
    def visible_to(self, actor: Principal) -> "CustomFieldSet":
        """Whoever sees a record sees what its fields are called."""
        return self.all()

    def of(self, record: "type[models.Model] | models.Model | str") -> "CustomFieldSet":
        """Those in use, in their order."""
        code = record if isinstance(record, str) else object_of(record)
        return self.filter(object=code, archived_at=None).order_by("position", "id")


@fact(6, plain=["key", "label", "label_vi", "choices", "currency"])
class CustomField(models.Model):
    """A field of a workspace's own. ``key`` names it for programs, for ever; ``type`` never changes either.

    ``choices``: ``{"code", "label", "label_vi", "closed"}`` each, in their order; a closed one is no longer offered
    and still stands where it was chosen. ``currency``: of a field of money, of all its values. ``in_lists``: shown as
    a column and a filter of the list. An archived field is hidden with all its values, which stay as they are.
    """

    object = models.CharField(max_length=12, choices=ObjectKind.choices)
    key = models.CharField(max_length=40)
    label = models.CharField(max_length=80)
    label_vi = models.CharField(max_length=80, blank=True)
    type = models.CharField(max_length=12, choices=FieldType.choices)
    choices = models.JSONField(default=list)
    currency = models.CharField(max_length=3, blank=True)
    asked = models.CharField(max_length=8, choices=AskedWhen.choices, default=AskedWhen.NEVER)
    in_lists = models.BooleanField(default=False)
    position = models.IntegerField()
    archived_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    objects = CustomFieldSet.as_manager()

    class Meta:
        db_table = "custom_field"
        constraints = [
            UniqueConstraint(fields=["object", "key"], name="custom_field_key_is_used_once"),
            CheckConstraint(condition=~Q(type="money") | ~Q(currency=""), name="money_field_has_a_currency"),
        ]

    def __str__(self) -> str:
        return self.label

    def name(self, language: str) -> str:
        """What people call it."""
        return self.label_vi if language.startswith("vi") and self.label_vi else self.label

    def choice_names(self, language: str) -> dict[str, str]:
        """Code → words, also of those no longer offered."""
        vietnamese = language.startswith("vi")
        return {one["code"]: (one.get("label_vi") if vietnamese else "") or one["label"] for one in self.choices}

    @property
    def kind(self) -> Kind:
        choices = {one["code"]: (one["label"], one.get("label_vi") or one["label"]) for one in self.choices}
        closed = frozenset(one["code"] for one in self.choices if one.get("closed"))
        return Kind(self.type, choices, self.currency, closed)

    @property
    def named(self) -> str:
        """As it is named beside fields of other kinds: ``custom.warehouse_count``."""
        return f"{PREFIX}{self.key}"

    @property
    def column(self) -> str:
        """The column of the values by which they are compared and sorted."""
        return COLUMNS[self.type]

    def in_conditions(self, language: str) -> Asked:
        """As conditions know it."""
        choices = tuple(self.choice_names(language).items()) if self.type in CHOOSING else ()
        return Asked(self.named, CONDITION_TYPES[self.type], self.name(language), choices, self.currency or "VND")


#: Type → the column that is compared and sorted.
COLUMNS: Final[Mapping[str, str]] = {
    FieldType.TEXT: "folded",
    FieldType.NUMBER: "number",
    FieldType.MONEY: "number",
    FieldType.DATE: "day",
    FieldType.CHOICE: "code",
    FieldType.MULTI_CHOICE: "code",
    FieldType.YES_NO: "yes",
    FieldType.LINK: "folded",
}
#: Everything a value may say of somebody, so that an erasure takes it.
SAYS: Final = ("slot", "text", "folded", "number", "day", "yes", "code")


class CustomValue(models.Model):
    """What stands in one field of one record: one row, for several choices one row each (``slot`` is then the code).

    ``number``: ten-thousandths of a number, or minor units of money. ``folded``: the beginning of the text as it is
    compared. NULL is no value. A row that was emptied stays, with nothing in it, so that its history is found from
    the record.
    """

    field = models.ForeignKey(CustomField, on_delete=models.PROTECT, related_name="+", db_index=False)
    slot = models.CharField(max_length=40, blank=True)
    text = models.CharField(max_length=500, null=True)
    folded = models.CharField(max_length=500, null=True)
    number = models.BigIntegerField(null=True)
    day = models.DateField(null=True)
    yes = models.BooleanField(null=True)
    code = models.CharField(max_length=40, null=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"value {self.pk}"


def constraints_of(record: str, among: Q | None = None) -> list[BaseConstraint]:
    """Of the table whose values hang on ``record``, the name of its foreign key; ``among`` which of its rows."""
    name = f"{record}_has_one_value_per_field"
    return [UniqueConstraint(fields=[record, "field", "slot"], name=name, condition=among)]


def indexes_of(record: str) -> list[Index]:
    """Filter and sort are ranges of these. Each holds only the rows that have such a value."""
    return [
        Index(
            fields=["field", column, record],
            name=f"{record[:11]}_value_by_{column}",
            condition=Q(**{f"{column}__isnull": False}),
        )
        for column in ("folded", "number", "day", "yes", "code")
    ]


def values_model(record: "type[models.Model] | models.Model") -> type[CustomValue]:
    """The table of the values of such records."""
    found: Any = record._meta.get_field("custom_values").related_model
    return found  # type: ignore[no-any-return]


def link_of(model: type[models.Model]) -> str:
    """The name of the foreign key that leads from a value to its record."""
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey) and field.remote_field.related_name == "custom_values":
            return str(field.name)
    raise LookupError(f"{model.__name__} hangs on no record")


def table_of(object_: str) -> tuple[type[CustomValue], str]:
    """The table of the values of an object, and the foreign key to it: both have the object's name."""
    return next((model, object_) for model in CustomValue.__subclasses__() if link_of(model) == object_)


def live(model: type[models.Model]) -> "models.QuerySet[Any]":
    """The values that hold: of two people who became one, not those that stand behind the other's."""
    rows: models.QuerySet[Any] = model._default_manager.all()
    return rows.filter(absorbed_into=None) if absorbs(model) else rows


def absorbs(model: type[models.Model]) -> bool:
    """Whether some of the values may stand behind another's, because their records became one."""
    return any(field.name == "absorbed_into" for field in model._meta.concrete_fields)


def whole_of(model: type[models.Model]) -> type[models.Model]:
    """The records the values hang on."""
    found: Any = model._meta.get_field(link_of(model)).related_model
    return found  # type: ignore[no-any-return]


def object_of(record: "type[models.Model] | models.Model") -> str:
    return link_of(values_model(record))


def beyond(record: "type[models.Model] | models.Model") -> dict[str, type[models.Model]]:
    """The other records whose fields may be asked for with such a one, by its foreign key to them. Its model says which
    as ``asks_beyond``: those that whoever sees the one sees too."""
    names: tuple[str, ...] = getattr(record, "asks_beyond", ())
    return {name: record._meta.get_field(name).related_model for name in names}  # type: ignore[misc]
