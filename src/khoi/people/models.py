"""Person, the ways to reach them, the keys they are recognised by, and what they consented to."""

from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import CheckConstraint, F, Index, Q, UniqueConstraint
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from khoi.custom.models import SAYS, CustomValue, constraints_of, indexes_of
from khoi.history.models import decision, derived, fact
from khoi.team.models import owned
from khoi.team.rules import PARTNER, Principal


class ContactPointKind(models.TextChoices):
    EMAIL = "email", _("Email")
    PHONE = "phone", _("Phone")


class PersonSet(models.QuerySet["Person"]):
    def live(self) -> "PersonSet":
        """Those who stand for themselves: whoever was merged into somebody else is found as that one."""
        return self.filter(merged_into=None)

    def known_to(self, actor: Principal) -> "PersonSet":
        """The visible ones and everybody merged into them: of whom history may speak."""
        seen = Person.objects.visible_to(actor).values("pk")
        return self.filter(Q(pk__in=seen) | Q(merged_into__in=seen))

    def visible_to(self, actor: Principal) -> "PersonSet":
        """Live people. Who may see a lead, deal or account may see its people. Asked through the relations' names,
        because those rooms stand above this one."""
        if actor.sees_all:
            return self.live()
        seen = models.Q(pk__in=Person.objects.filter(owned(actor, "leads__owner"), leads__isnull=False).values("pk"))
        if actor.role != PARTNER:
            deals = Person.objects.filter(owned(actor, "opportunities__owner"), opportunities__isnull=False)
            accounts = Person.objects.filter(owned(actor, "contacts__account__owner"), contacts__isnull=False)
            seen |= Q(pk__in=deals.values("pk")) | Q(pk__in=accounts.values("pk"))
        return self.live().filter(seen)


@fact(10, subject="pk", personal=["full_name", "job_title"], derived=["search"], plain=["language"])
class Person(models.Model):
    """A human being we hold data on. One row per human; the name may be unknown.

    Two rows that turn out to be one human are merged: everything hangs on the survivor, the other row stays as it
    was and ``merged_into`` names the survivor, always in one step. ``erased_at``: since then nothing personal is
    known; the row stays for the figures. ``search`` is folded words of names, emails and
    phones, each behind a space; rebuilt by settle.
    """

    occurred_field = "created_at"

    public_id = models.UUIDField(default=uuid4, editable=False)
    full_name = models.CharField(max_length=200, blank=True)
    job_title = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=5, blank=True)
    created_at = models.DateTimeField()
    merged_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="merged")
    merged_at = models.DateTimeField(null=True)
    erased_at = models.DateTimeField(null=True)
    search = models.TextField(blank=True)

    objects = PersonSet.as_manager()

    class Meta:
        db_table = "people_person"
        constraints = [
            UniqueConstraint(fields=["public_id"], name="person_public_id_is_unique"),
            CheckConstraint(
                condition=Q(merged_into=None, merged_at=None)
                | (Q(merged_into__isnull=False, merged_at__isnull=False) & ~Q(merged_into=F("id"))),
                name="person_is_merged_into_another_at_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name


class LivePoints(models.Manager["ContactPoint"]):
    """Without the rows that were absorbed; also what ``person.contact_points`` shows."""

    def get_queryset(self) -> "models.QuerySet[ContactPoint]":
        return super().get_queryset().filter(absorbed_into=None)


@fact(11, subject="person", personal=["value", "normal"], part_of="person")
class ContactPoint(models.Model):
    """A way to reach a person, as written and as compared (``normal``: lower-cased email, E.164 phone).

    ``absorbed_into``: the same address of the person whom this row's person was merged into.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="contact_points")
    kind = models.CharField(max_length=10, choices=ContactPointKind.choices)
    value = models.CharField(max_length=320)
    normal = models.CharField(max_length=320)
    is_primary = models.BooleanField(default=False)
    absorbed_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="absorbed")
    created_at = models.DateTimeField()

    objects = LivePoints()
    every: "models.Manager[ContactPoint]" = models.Manager()

    class Meta:
        db_table = "people_contact_point"
        constraints = [
            UniqueConstraint(
                fields=["person", "kind", "normal"],
                condition=Q(absorbed_into=None),
                name="contact_point_is_listed_once_per_person",
            ),
            UniqueConstraint(fields=["person", "kind"], condition=Q(is_primary=True), name="one_primary_of_each_kind"),
        ]

    def __str__(self) -> str:
        return self.value


class OfPersonSet(models.QuerySet[Any]):
    """Rows that hang on a person are seen with them."""

    def visible_to(self, actor: Principal) -> "OfPersonSet":
        return self.filter(person__in=Person.objects.visible_to(actor))


@fact(14, subject="person", personal=SAYS, part_of="person")
class PersonValue(CustomValue):
    """What stands in one custom field of a person. One of two that became one stands behind the other's."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="custom_values")
    absorbed_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="absorbed")

    objects = OfPersonSet.as_manager()

    class Meta:
        db_table = "people_person_value"
        constraints = constraints_of("person", among=Q(absorbed_into=None))
        indexes = indexes_of("person")


@derived
class MatchKey(models.Model):
    """What a person is recognised by. Rebuilt from names, contact points, and where their leads and contacts say they
    work and live."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, db_index=False, related_name="match_keys")
    kind = models.CharField(max_length=12)
    value = models.CharField(max_length=320)

    class Meta:
        db_table = "people_match_key"
        constraints = [UniqueConstraint(fields=["kind", "value", "person"], name="match_key_is_listed_once")]
        indexes = [Index(fields=["person", "kind", "value"], name="match_key_of_person")]

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


class PairSet(models.QuerySet[Any]):
    """Of any table of pairs of people."""

    def to_review(self) -> "PairSet":
        """Without the pairs that somebody has said are two, as these people or as those they were merged from."""
        said = NotTheSame.objects.annotate(
            one=Coalesce("first__merged_into", "first"), other=Coalesce("second__merged_into", "second")
        )
        pair = Q(one=models.OuterRef("first"), other=models.OuterRef("second"))
        turned = Q(one=models.OuterRef("second"), other=models.OuterRef("first"))
        return self.filter(~models.Exists(said.filter(pair | turned)))

    def visible_to(self, actor: Principal) -> "PairSet":
        """Both have to be seen: a pair tells of both."""
        seen = Person.objects.visible_to(actor).values("pk")
        return self.filter(first__in=seen, second__in=seen)


@derived
class PossibleDuplicate(models.Model):
    """Two people who may be one, ``first`` the longer known. Rebuilt from the match keys; ``reasons``: codes of
    rules.likeness, ``sure`` in percent. It is open until they are merged or somebody says that they are two."""

    first = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="possible_duplicates_after")
    second = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="possible_duplicates_before")
    reasons = models.JSONField(default=list)
    sure = models.SmallIntegerField()

    objects = PairSet.as_manager()

    class Meta:
        db_table = "people_possible_duplicate"
        constraints = [
            UniqueConstraint(fields=["first", "second"], name="pair_is_listed_once"),
            CheckConstraint(condition=Q(first__lt=F("second")), name="pair_begins_with_the_longer_known"),
        ]
        indexes = [Index(fields=["-sure", "id"], name="pair_by_sureness")]

    def __str__(self) -> str:
        return f"{self.first_id} ~ {self.second_id}"


class NotTheSameSet(models.QuerySet["NotTheSame"]):
    def visible_to(self, actor: Principal) -> "NotTheSameSet":
        seen = Person.objects.known_to(actor).values("pk")
        return self.filter(first__in=seen, second__in=seen)


@fact(13)
class NotTheSame(models.Model):
    """Somebody looked at two people and said that they are two. They are not proposed again."""

    first = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="told_apart_after")
    second = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="told_apart_before")
    said_at = models.DateTimeField()

    objects = NotTheSameSet.as_manager()

    class Meta:
        db_table = "people_not_the_same"
        constraints = [
            UniqueConstraint(fields=["first", "second"], name="two_people_are_told_apart_once"),
            CheckConstraint(condition=Q(first__lt=F("second")), name="told_apart_begins_with_the_longer_known"),
        ]

    def __str__(self) -> str:
        return f"{self.first_id} ≠ {self.second_id}"


@fact(15, plain=["digest"], permanent=True)
class Suppression(models.Model):
    """An address of somebody who was erased, as a keyed digest (see rules.suppressing): whoever comes with it again
    gets no marketing until they ask for it themself."""

    digest = models.CharField(max_length=64)
    since = models.DateTimeField()

    class Meta:
        db_table = "people_suppression"
        constraints = [UniqueConstraint(fields=["digest"], name="address_is_suppressed_once")]

    def __str__(self) -> str:
        return self.digest[:8]


class Purpose(models.TextChoices):
    ANSWER = "answer", _("Answer this request")
    MARKETING = "marketing", _("News and offers")


@decision(
    12,
    subject="person_ref",
    personal=["address", "wording", "url", "ip"],
    derived=["person"],
    plain=["language", "basis"],
    permanent=True,
)
class Consent(models.Model):
    """One entry of the consent ledger: who agreed to what, in which exact words, when and how.

    Appended only, and stepped around by undo: ``person`` may let go, ``person_ref`` and the address stay.
    ``person`` is whoever ``person_ref`` was merged into. ``confirmed`` is False while only a stranger at a form has
    said so.
    """

    person = models.ForeignKey(Person, null=True, on_delete=models.SET_NULL, related_name="consents")
    person_ref = models.BigIntegerField()
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    state = models.CharField(max_length=10, choices=[("given", _("given")), ("withdrawn", _("withdrawn"))])
    confirmed = models.BooleanField(default=False)
    address = models.CharField(max_length=320)
    wording = models.TextField()
    wording_version = models.IntegerField()
    language = models.CharField(max_length=5)
    url = models.CharField(max_length=500, blank=True)
    ip = models.CharField(max_length=45, blank=True)
    basis = models.CharField(max_length=40)
    occurred_at = models.DateTimeField()
    recorded_at = models.DateTimeField()

    class Meta:
        db_table = "people_consent"
        indexes = [Index(fields=["person_ref", "purpose", "occurred_at"], name="consent_of_person")]

    def __str__(self) -> str:
        return f"{self.purpose} {self.state}"
