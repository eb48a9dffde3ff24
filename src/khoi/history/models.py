"""Act and Change, the head of the chain, and the register of which table is of which kind."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast

from django.db import models
from django.db.models import CheckConstraint, Index, Q, UniqueConstraint

from khoi.history.rules.tables import DECISION, DERIVED, FACT, TRANSIENT, Table

M = TypeVar("M", bound=type[models.Model])

#: Every model of Khơi by its class, with the kind it declared.
KINDS: dict[type[models.Model], Table] = {}

#: ``Change.tbl`` → the model that has this code.
CODES: dict[int, type[models.Model]] = {}

#: A model → the models whose rows are parts of its rows, each with the foreign key that leads back.
PARTS: dict[type[models.Model], list[tuple[type[models.Model], str]]] = defaultdict(list)


def _column(model: type[models.Model], name: str) -> str:
    field = cast("models.Field[Any, Any]", model._meta.get_field(name))
    return str(field.column)


def _columns(model: type[models.Model], names: Iterable[str]) -> frozenset[str]:
    return frozenset(_column(model, name) for name in names)


def fact(
    code: int,
    *,
    subject: str | None = None,
    personal: Iterable[str] = (),
    derived: Iterable[str] = (),
    secret: Iterable[str] = (),
    plain: Iterable[str] = (),
    permanent: bool = False,
    part_of: str | None = None,
) -> Callable[[M], M]:
    """Every change of the table is recorded. ``code`` is its number for ever.

    ``subject``: the field that holds the person the row speaks of (``pk`` for the person itself).
    ``personal``: fields whose old values an erasure must be able to take away.
    ``derived``: fields that ``recompute`` can rebuild; ``secret``: fields that never enter history;
    ``plain``: free texts that say nothing of a person. Every text without choices is one of the four.
    ``permanent`` rows are neither taken out nor put back by an undo (log-ins, keys).
    ``part_of``: the foreign key to the record whose history and version these rows belong to.
    """
    declared = _declare(FACT, code, subject, personal, derived, secret, plain, permanent=permanent, part_of=part_of)
    return cast("Callable[[M], M]", declared)


def decision(
    code: int,
    *,
    subject: str | None = None,
    personal: Iterable[str] = (),
    derived: Iterable[str] = (),
    secret: Iterable[str] = (),
    plain: Iterable[str] = (),
    permanent: bool = False,
) -> Callable[[M], M]:
    """Rows are appended and never changed. ``permanent`` ones are stepped around by undo."""
    declared = _declare(DECISION, code, subject, personal, derived, secret, plain, permanent=permanent)
    return cast("Callable[[M], M]", declared)


def derived(model: M) -> M:
    """The whole table can be rebuilt from facts and decisions; only an act may write it."""
    KINDS[model] = Table(name=model._meta.db_table, kind=DERIVED)
    return model


def transient(model: M) -> M:
    """Sessions, leases, queues, one-time secrets: no act, no history."""
    KINDS[model] = Table(name=model._meta.db_table, kind=TRANSIENT)
    return model


def _declare(
    kind: str,
    code: int,
    subject: str | None,
    personal: Iterable[str],
    derived_fields: Iterable[str],
    secret: Iterable[str],
    plain: Iterable[str],
    *,
    permanent: bool,
    part_of: str | None = None,
) -> Any:
    def register(model: type[models.Model]) -> type[models.Model]:
        if code in CODES and CODES[code]._meta.db_table != model._meta.db_table:
            raise ValueError(f"history code {code} belongs to {CODES[code].__name__}")
        CODES[code] = model
        KINDS[model] = Table(
            name=model._meta.db_table,
            kind=kind,
            code=code,
            subject="id" if subject == "pk" else _column(model, subject) if subject else None,
            personal=_columns(model, personal),
            unrecorded=_columns(model, derived_fields),
            secret=_columns(model, secret),
            plain=_columns(model, plain),
            permanent=permanent,
            part_of=_column(model, part_of) if part_of else None,
        )
        if part_of is not None:
            link = cast("models.ForeignKey[Any, Any]", model._meta.get_field(part_of))
            PARTS[link.remote_field.model].append((model, part_of))
        return model

    return register


def model_of(code: int) -> type[models.Model]:
    """The model behind a ``Change.tbl`` code."""
    try:
        return CODES[code]
    except KeyError:
        raise LookupError(f"no table has history code {code}") from None


def code_of(model: type[models.Model]) -> int:
    code = KINDS[model].code
    if code is None:
        raise LookupError(f"{model.__name__} is not recorded")
    return code


class ActSet(models.QuerySet["Act"]):
    def effective(self) -> "ActSet":
        """Acts that stand: neither taken back nor themselves an undo."""
        return self.filter(undone_by=None, is_undo=False)


class Act(models.Model):
    """Who did which verb, on what, why, and when.

    ``recorded_at`` is the clock and only grows; ``occurred_at`` is when it was true. ``position`` is the
    act's place in the chain, given in the last step of its transaction: a gapless cursor over all changes.
    ``why`` is JSON text of codes and ids, never a person's words. ``part_of``: the act that this one goes on with, for
    work that is too long for one transaction or that one may also want back by halves; listed, and taken back, with it.
    """

    recorded_at = models.DateTimeField()
    occurred_at = models.DateTimeField()
    verb = models.CharField(max_length=60)
    actor_kind = models.CharField(max_length=20)
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=200, blank=True)
    via = models.CharField(max_length=20)
    subject_tbl = models.SmallIntegerField(null=True)
    subject_id = models.BigIntegerField(null=True)
    key = models.CharField(max_length=200, null=True)
    why = models.TextField(default="{}")
    is_undo = models.BooleanField(default=False)
    undone_by = models.ForeignKey("self", null=True, on_delete=models.DO_NOTHING, related_name="undid")
    part_of = models.ForeignKey("self", null=True, on_delete=models.DO_NOTHING, related_name="parts", db_index=False)
    position = models.BigIntegerField(null=True)
    seal = models.BinaryField(null=True)
    chain = models.BinaryField(null=True)

    objects = ActSet.as_manager()

    #: Of an open act: stretches of ids of its changes, (after, up to), that were settled as they were written.
    settled: list[tuple[int, int]]

    class Meta:
        db_table = "history_act"
        constraints = [
            UniqueConstraint(fields=["key"], name="act_key_is_used_once"),
            UniqueConstraint(fields=["position"], name="act_has_one_place_in_the_chain"),
        ]
        indexes = [
            Index(fields=["subject_tbl", "subject_id", "id"], name="act_of_subject"),
            Index(fields=["recorded_at"], name="act_by_time"),
            Index(fields=["position"], name="act_that_takes_back", condition=Q(is_undo=True)),
            Index(fields=["part_of"], name="act_that_is_a_part", condition=Q(part_of__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.verb}"


class Change(models.Model):
    """One row touched by an act, with the values before. There are no after-values: they are the next
    change's before, or the row itself."""

    act = models.ForeignKey(Act, on_delete=models.DO_NOTHING, db_index=True)
    tbl = models.SmallIntegerField()
    row_id = models.BigIntegerField()
    subject_id = models.BigIntegerField(null=True)
    op = models.CharField(max_length=1)
    before = models.TextField(null=True)
    personal = models.TextField(null=True)
    salt = models.BinaryField(null=True)
    seal = models.BinaryField(null=True)

    class Meta:
        db_table = "history_change"
        constraints = [CheckConstraint(condition=Q(op__in=["i", "u", "d"]), name="change_is_insert_update_or_delete")]
        indexes = [
            Index(fields=["tbl", "row_id", "id"], name="change_of_row"),
            Index(fields=["subject_id"], name="change_of_person", condition=Q(personal__isnull=False)),
            Index(fields=["tbl", "id"], name="change_that_deleted", condition=Q(op="d")),
        ]

    def __str__(self) -> str:
        return f"{self.op} {self.tbl}/{self.row_id}"


class Head(models.Model):
    """The end of the chain: one row, locked last by every act."""

    position = models.BigIntegerField(default=0)
    chain = models.BinaryField(default=bytes(32))
    recorded_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "history_head"

    def __str__(self) -> str:
        return f"head at {self.position}"


@transient
class Answer(models.Model):
    """What an idempotent request was answered, so that the same key gets the same answer.

    Stored in the same transaction as the act; scoped to who asked and which route.
    """

    scope = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    body_hash = models.CharField(max_length=64)
    status = models.SmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    answered_at = models.DateTimeField()

    class Meta:
        db_table = "history_answer"
        constraints = [UniqueConstraint(fields=["scope", "key"], name="answer_is_given_once_per_key")]
        indexes = [Index(fields=["answered_at"], name="answer_by_age")]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"


# The history's own tables are written by triggers and by ``act`` alone; nothing records the recorder.
for _own in (Act, Change, Head):
    transient(_own)
