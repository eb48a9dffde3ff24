"""How much slower a list of leads goes by a custom field than by a column of the lead itself.

    KHOI_DATA=/a/new/folder python bench/own_fields.py [LEADS]

Fills an empty database (SQLite in that folder, or the one of KHOI_DATABASE_URL) with LEADS leads (100,000 unless told
otherwise) that hold the same values twice: in their own columns and in custom fields. Then the first page, a page deep
in the list and the count are asked for by both, one lead and 500 at once are written in both ways with all that follows
from it, and the medians stand side by side.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count as numbers
from itertools import islice
from random import Random
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "khoi.settings")

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.db.models import Q  # noqa: E402
from django.test import override_settings  # noqa: E402

from khoi.campaigns.models import Source  # noqa: E402
from khoi.custom import services as custom  # noqa: E402
from khoi.custom.models import CustomField  # noqa: E402
from khoi.custom.queries import answering, joined, matching, one_by_one  # noqa: E402
from khoi.history import services as history  # noqa: E402
from khoi.history.rules.actors import SYSTEM  # noqa: E402
from khoi.kit.db.writing import insert_rows, update_rows  # noqa: E402
from khoi.leads import services as leads  # noqa: E402
from khoi.leads.models import Lead, LeadValue  # noqa: E402
from khoi.leads.queries import LeadFilter, leads_matching, part_by_own, part_of  # noqa: E402
from khoi.lifecycle import services as lifecycle  # noqa: E402
from khoi.people.models import Person  # noqa: E402
from khoi.team.rules import OWNER_OF_THE_MACHINE  # noqa: E402
from khoi.workspace import queries as workspace  # noqa: E402

NOW = datetime(2026, 11, 19, tzinfo=UTC)
TIMES, PAGE, CAP = 25, 20, 10_000
#: Each write is of another value.
NUMBERS = numbers(1)
SIZES = ("small", "medium", "large", "huge", "rare")


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main(leads: int) -> None:
    call_command("migrate", verbosity=0)
    lifecycle.prepare_workspace(name="Bench", by=SYSTEM, now=NOW)
    if not Lead.objects.exists():
        with override_settings(KHOI_SETTLE=""):  # for the filling alone: the writes below are with all that follows
            fill(leads)
    with connection.cursor() as cursor:
        cursor.execute("vacuum analyze" if connection.vendor == "postgresql" else "analyze")
    fields = {field.key: field for field in CustomField.objects.all()}
    say(f"{connection.vendor}, {Lead.objects.count():,} leads, {LeadValue.objects.count():,} values")
    say(f"{'':34}{'own column':>14}{'custom field':>14}{'ratio':>8}")
    for name, plain, own in questions(fields):
        first, second = medians(plain, own)
        say(f"{name:34}{first:>11.1f} ms{second:>11.1f} ms{second / first:>8.2f}")


def fill(leads: int) -> None:
    """The same values twice: source and size, employees and pallets, day of arrival and a date."""
    fields = {
        "size": custom.add_field("lead", type="choice", label="Size", choices=SIZES, in_lists=True, by=SYSTEM, now=NOW),
        "pallets": custom.add_field("lead", type="number", label="Pallets", in_lists=True, by=SYSTEM, now=NOW),
        "since": custom.add_field("lead", type="date", label="Since", in_lists=True, by=SYSTEM, now=NOW),
        "note": custom.add_field("lead", type="text", label="Note", by=SYSTEM, now=NOW),
    }
    sources = {code: custom_source(code) for code in SIZES}
    random, rows = Random(7), iter(range(leads))
    while part := list(islice(rows, 5_000)):
        with history.act("bench", by=SYSTEM, now=NOW):
            people = [Person(full_name=f"Nguyễn Văn {number}", created_at=NOW) for number in part]
            insert_rows(people)
            made = [lead_of(person, random, sources) for person in people]
            insert_rows(made)
            insert_rows([value for lead in made for value in values_of(lead, fields)])


def custom_source(code: str) -> Source:
    with history.act("bench", by=SYSTEM, now=NOW):
        found: Source = Source.objects.create(code=f"size_{code}", name=code, created_at=NOW)
    return found


def lead_of(person: Person, random: Random, sources: dict[str, Source]) -> Lead:
    size = random.choices(SIZES, weights=(40, 30, 20, 9.9, 0.1))[0]
    arrived = NOW - timedelta(minutes=random.randrange(1_000_000))
    lead = Lead(
        person=person, source=sources[size], employees=random.randrange(1000), arrived_at=arrived, created_at=NOW
    )
    lead.lasts_until = random.randrange(2**50)
    return lead


def values_of(lead: Lead, fields: dict[str, CustomField]) -> Iterator[LeadValue]:
    about: dict[str, Any] = {"lead": lead, "person": lead.person, "slot": ""}
    assert lead.source is not None
    yield LeadValue(field=fields["size"], code=lead.source.name, **about)
    yield LeadValue(field=fields["pallets"], number=(lead.employees or 0) * 10_000, **about)
    yield LeadValue(field=fields["since"], day=lead.arrived_at.date(), **about)
    yield LeadValue(field=fields["note"], text=f"Kho {lead.employees}", folded=f"kho {lead.employees}", **about)


Ask = Callable[[], object]


def questions(fields: dict[str, CustomField]) -> Iterator[tuple[str, Ask, Ask]]:
    for size in ("small", "large", "rare"):
        plain, own = LeadFilter(sources=(f"size_{size}",)), asks(fields, "size", "in", [size])
        yield f"first page, {size}", lambda f=plain: first(f), lambda f=own: first(f)
        yield f"count, {size}", lambda f=plain: count(f), own_count(fields, "size", "in", [size])
        mine, counted = replace(plain, view="mine"), asks(fields, "size", "in", [size], counting=True, view="mine")
        yield f"count, {size}, one's own", lambda f=mine: count(f), lambda f=counted: count(f)
    range_own = asks(fields, "pallets", "gte", 900)
    yield "first page, number from 900", lambda: first_of(Q(employees__gte=900)), lambda: first(range_own)
    since = (NOW - timedelta(days=30)).date()
    arrived = Q(arrived_at__gte=datetime(since.year, since.month, since.day, tzinfo=UTC))
    dated = asks(fields, "since", "gte", since.isoformat())
    many = own_count(fields, "pallets", "gte", 900)
    yield "count, number from 900", lambda: count_of(Q(employees__gte=900)), many
    yield "first page, last 30 days", lambda: first_of(arrived), lambda: first(dated)
    everything = LeadFilter()
    yield "sorted, first page", lambda: sorted_by("arrived"), lambda: own_sorted(fields["since"], everything)
    after, own_after = deep("arrived"), own_deep(fields["since"])
    yield (
        "sorted, page 500",
        lambda: sorted_by("arrived", after),
        lambda: own_sorted(fields["since"], everything, own_after),
    )
    yield "sorted by number, first page", lambda: sorted_by("score"), lambda: own_sorted(fields["pallets"], everything)
    some = list(Lead.objects.order_by("id")[:500])
    yield "write one lead", lambda: write_one(some[0]), lambda: write_one(some[1], own=True)
    yield "write 500 leads", lambda: write_many(some), lambda: write_many(some, own=True)


def own_count(fields: dict[str, CustomField], key: str, op: str, value: object) -> Ask:
    """As the list counts where one field alone is asked for."""
    found = answering(Lead, [{"field": f"custom.{key}", "op": op, "value": value}], fields[key])
    assert found is not None
    return lambda: found.order_by()[:CAP].count()


def asks(
    fields: dict[str, CustomField], key: str, op: str, value: object, *, counting: bool = False, view: str = "all"
) -> LeadFilter:
    tree = {"field": f"custom.{key}", "op": op, "value": value}
    if counting:
        return LeadFilter(view, own=(joined(Lead, [tree], fields[key]) or Q(),))
    if (common := one_by_one(Lead, [tree], fields[key])) is not None:
        return LeadFilter(view, own=(common,))
    return LeadFilter(view, own=(matching(Lead, tree, fields.values(), now=NOW, zone=workspace.zone()),))


def rows(wanted: LeadFilter) -> Any:
    return leads_matching(OWNER_OF_THE_MACHINE, wanted)


def first(wanted: LeadFilter) -> object:
    return part_of(rows(wanted), size=PAGE)


def first_of(test: Q) -> object:
    return part_of(rows(LeadFilter()).filter(test), size=PAGE)


def count_of(test: Q) -> object:
    return rows(LeadFilter()).filter(test).order_by()[:CAP].count()


def count(wanted: LeadFilter) -> object:
    return rows(wanted).order_by()[:CAP].count()


def sorted_by(sort: str, after: str = "") -> object:
    return part_of(rows(LeadFilter()), sort=sort, after=after, size=PAGE)


def own_sorted(field: CustomField, wanted: LeadFilter, after: str = "") -> object:
    return part_by_own(rows(wanted), field, down=True, after=after, size=PAGE)


def deep(sort: str) -> str:
    return part_of(rows(LeadFilter()), sort=sort, size=10_000).after


def own_deep(field: CustomField) -> str:
    return part_by_own(rows(LeadFilter()), field, down=True, size=10_000).after


def write_one(lead: Lead, *, own: bool = False) -> object:
    number = next(NUMBERS)
    changes: dict[str, Any] = {"custom": {"pallets": Decimal(number)}} if own else {"employees": number}
    return leads.edit_lead(lead, changes=changes, by=SYSTEM, now=NOW)


def write_many(some: list[Lead], *, own: bool = False) -> None:
    number = next(NUMBERS)
    with history.act("bench", by=SYSTEM, now=NOW):
        if own:
            custom.fill_many({lead: {"pallets": Decimal(number)} for lead in some})
            return
        for lead in some:
            lead.employees = number
        update_rows(some, ["employees"])


def medians(first: Ask, second: Ask) -> tuple[float, float]:
    """Milliseconds, taken in turns so that whatever else the machine does falls on both; the first time warms up and
    is not counted."""
    first(), second()
    pairs = [(timed(first), timed(second)) for _ in range(TIMES)]
    return statistics.median(one for one, _ in pairs), statistics.median(other for _, other in pairs)


def timed(ask: Ask) -> float:
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
