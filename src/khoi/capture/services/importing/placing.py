"""What the numbers in a row of a lead point at: the person it is, the account it belongs to, the deal it became."""

from collections.abc import Iterable
from typing import Final

from khoi.accounts.models import Account, Contact
from khoi.capture.queries.import_rows import Incoming
from khoi.capture.rules.mapping import ExternalKey
from khoi.capture.services.importing.context import Context
from khoi.capture.services.importing.humans import Human
from khoi.kit.db.writing import insert_rows, update_rows
from khoi.leads.models import Lead
from khoi.pipeline.models import Opportunity

CHUNK: Final = 500


class Places:
    """For the leads of a file, a batch at a time."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.numbers = context.numbers

    def begin(self, rows: Iterable[Incoming]) -> None:
        links = [
            (name, link) for row in rows for name, link in row.parsed.links.items() if name in ("account", "person")
        ]
        self.numbers.begin(links)
        accounts = {pk for (object_, _), pk in self.numbers.known.items() if object_ == "account"}
        self.accounts = Account.objects.in_bulk(accounts)
        self.placed: list[tuple[Lead, Account]] = []
        self.became: list[tuple[str, Lead]] = []
        self.moved: dict[int, Lead] = {}

    def people(self) -> set[int]:
        return {pk for (object_, _), pk in self.numbers.known.items() if object_ == "person"}

    def human(self, row: Incoming) -> Human | None:
        link = row.parsed.links.get("person")
        pk = self.numbers.known.get(("person", link.id)) if link else None
        return self.context.people.humans.get(pk) if pk else None

    def put(self, row: Incoming, lead: Lead) -> bool:
        """Whether the lead stands somewhere new."""
        if (deal := row.parsed.links.get("opportunity")) is not None:
            self.became.append((deal.id, lead))
        link = row.parsed.links.get("account")
        account = self.accounts.get(self.numbers.known.get(("account", link.id), 0)) if link else None
        if account is None:
            return False
        self.placed.append((lead, account))
        if lead.account_id is not None:
            return False
        lead.account = account
        lead.company_name = lead.company_name or account.name
        if lead.pk:
            self.moved[lead.pk] = lead
        return True

    def write(self) -> None:
        """After the leads."""
        if self.moved:
            update_rows(self.moved.values(), ["account", "company_name"])
        wanted = {(lead.person_id, account.pk): (lead, account) for lead, account in self.placed}
        people = {person for person, _ in wanted}
        there = (
            set(Contact.objects.filter(person__in=people).values_list("person_id", "account_id")) if people else set()
        )
        insert_rows(
            [
                Contact(
                    person_id=lead.person_id,
                    account=account,
                    job_title=lead.person.job_title,
                    created_at=self.context.now,
                )
                for pair, (lead, account) in wanted.items()
                if pair not in there
            ]
        )
        self.context.move.became |= {number: lead.pk for number, lead in self.became}


def join_leads(context: Context, system: str) -> None:
    """Leads whose deal was here before them, in an earlier file: the deal is theirs now."""
    waiting, context.move.became = list(context.move.became.items()), {}
    for start in range(0, len(waiting), CHUNK):
        chunk = dict(waiting[start : start + CHUNK])
        context.numbers.begin(("opportunity", ExternalKey(system, number)) for number in chunk)
        known = {number: pk for (_, number), pk in context.numbers.known.items()}
        deals = Opportunity.objects.filter(pk__in=known.values(), lead=None).in_bulk()
        taken = set(Opportunity.objects.filter(lead__in=chunk.values()).values_list("lead_id", flat=True))
        joined = []
        for number, pk in known.items():
            if pk in deals and chunk[number] not in taken:
                deals[pk].lead_id = chunk[number]
                joined.append(deals[pk])
        if joined:
            update_rows(joined, ["lead"])
