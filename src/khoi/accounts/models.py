"""Account, and Contact: a person's verified role at an account."""

from typing import Any
from uuid import uuid4

from django.db import models
from django.db.models import Index, Q, UniqueConstraint
from django.utils.translation import gettext_lazy as _

from khoi.custom.models import SAYS, CustomValue, constraints_of, indexes_of
from khoi.history.models import fact
from khoi.people.models import Person
from khoi.team.models import User, owned
from khoi.team.rules import PARTNER, Principal


class ContactKind(models.TextChoices):
    CUSTOMER = "customer", _("Customer")
    PARTNER = "partner", _("Partner")
    SUPPLIER = "supplier", _("Supplier")


class AccountSet(models.QuerySet["Account"]):
    def visible_to(self, actor: Principal) -> "AccountSet":
        """One's own, and those where one has a deal."""
        if actor.role == PARTNER:
            return self.none()
        if actor.sees_all:
            return self.all()
        deals = Account.objects.filter(owned(actor, "opportunities__owner"), opportunities__isnull=False)
        return self.filter(owned(actor) | Q(pk__in=deals.values("pk")))


@fact(
    20,
    personal=["name", "phone", "website", "tax_code"],
    derived=["search", "name_key"],
    plain=["industry", "currency", "region"],
)
class Account(models.Model):
    """An organisation or household that buys, may buy, partners or supplies.

    ``annual_revenue`` in minor units of ``currency``. ``name_key``: folded name without the company's legal form.
    """

    occurred_field = "created_at"

    public_id = models.UUIDField(default=uuid4, editable=False)
    name = models.CharField(max_length=200)
    industry = models.CharField(max_length=80, blank=True)
    employees = models.IntegerField(null=True)
    annual_revenue = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, default="VND")
    region = models.CharField(max_length=80, blank=True)
    website = models.CharField(max_length=200, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    tax_code = models.CharField(max_length=20, blank=True)
    owner = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="accounts")
    created_at = models.DateTimeField()
    name_key = models.CharField(max_length=200, blank=True)
    search = models.TextField(blank=True)

    objects = AccountSet.as_manager()

    class Meta:
        db_table = "accounts_account"
        constraints = [UniqueConstraint(fields=["public_id"], name="account_public_id_is_unique")]
        indexes = [
            Index(fields=["name_key"], name="account_by_name_key"),
            Index(fields=["owner", "id"], name="account_of_owner"),
        ]

    def __str__(self) -> str:
        return self.name


class OfAccountSet(models.QuerySet[Any]):
    """Rows that hang on an account are seen with it."""

    def visible_to(self, actor: Principal) -> "OfAccountSet":
        return self.filter(account__in=Account.objects.visible_to(actor))


@fact(22, personal=SAYS, part_of="account")
class AccountValue(CustomValue):
    """What stands in one custom field of an account."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="custom_values", db_index=False)

    objects = OfAccountSet.as_manager()

    class Meta:
        db_table = "accounts_account_value"
        constraints = constraints_of("account")
        indexes = indexes_of("account")


class ContactSet(models.QuerySet["Contact"]):
    def visible_to(self, actor: Principal) -> "ContactSet":
        return self.filter(account__in=Account.objects.visible_to(actor))


class LiveContacts(models.Manager["Contact"]):
    """Without the rows that were absorbed; also what ``person.contacts`` and ``account.contacts`` show."""

    def get_queryset(self) -> ContactSet:
        return ContactSet(self.model, using=self._db).filter(absorbed_into=None)

    def visible_to(self, actor: Principal) -> ContactSet:
        return self.get_queryset().visible_to(actor)


@fact(21, subject="person", personal=["job_title"])
class Contact(models.Model):
    """A person's formal role at an account.

    ``absorbed_into``: the same role of the person whom this row's person was merged into.
    """

    occurred_field = "created_at"

    public_id = models.UUIDField(default=uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="contacts")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="contacts")
    kind = models.CharField(max_length=10, choices=ContactKind.choices, default=ContactKind.CUSTOMER)
    job_title = models.CharField(max_length=200, blank=True)
    absorbed_into = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="absorbed")
    created_at = models.DateTimeField()

    objects = LiveContacts()
    every = ContactSet.as_manager()

    class Meta:
        db_table = "accounts_contact"
        constraints = [
            UniqueConstraint(fields=["public_id"], name="contact_public_id_is_unique"),
            UniqueConstraint(
                fields=["person", "account"],
                condition=Q(absorbed_into=None),
                name="person_is_one_contact_of_an_account",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.account_id}"
