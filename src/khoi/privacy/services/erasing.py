"""A person is erased everywhere, in one act of its own that nothing takes back.

What the figures need stays: that there was a lead, its source, stage and owner, a deal and its amount. What says
who it was goes, from the rows of today and from history; the chain covers only digests of it and still holds.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.db import models, transaction

from khoi.accounts.models import Account, AccountValue
from khoi.activities.models import Task
from khoi.history import services as history
from khoi.history.models import KINDS, Act
from khoi.history.rules.actors import Actor
from khoi.kit.fold import fold
from khoi.kit.refusals import Refusal
from khoi.people import services as people
from khoi.people.models import ContactPoint, Person
from khoi.privacy.queries import Place, known_names, known_traces, links_of, places, selves
from khoi.privacy.queries.gone import accounts_once_theirs, addresses_gone, files_gone, gone_with
from khoi.privacy.queries.holdings import nothing_in
from khoi.privacy.services import belongings, forgetting, listing, sweeping
from khoi.workspace.models import File

ERASING: Final = "erase_person"
#: Why, as a code: the act's reason stays in the chain for ever, so it holds nobody's words.
REASONS: Final = ("asked", "consent_withdrawn", "purpose_ended", "retention_over")

Rows = dict[type[models.Model], set[int]]


@dataclass(frozen=True, slots=True)
class Erased:
    """``rows``: how many were emptied or deleted; ``files``: how many went from the disk. ``unswept``: tables whose
    old pages wait for the quiet hours."""

    act: Act
    rows: int
    files: int
    unswept: tuple[str, ...]


def erase_person(person: Person, *, reason: str = "asked", by: Actor, now: datetime) -> Erased:
    """Erase the person and all merged into them, whichever of them is named. Of somebody in the bin (``find_gone``) an
    empty row stands again, which says that they were erased; all else of them stays deleted.

    Raises ``Refusal``: ``already_erased``, ``import_under_way`` while a file that holds them is being read.
    """
    if reason not in REASONS:
        raise Refusal("unknown_choice", "reason", value=reason)
    if history.current_act() is not None:
        raise RuntimeError("an erasure is an act of its own: it is never taken back")
    with history.act(ERASING, by=by, now=now, subject=person, why={"reason": reason}, decides=False) as act:
        _put_back_emptied(person)
        root, _ = people.hold_roots(person.pk, person.pk)
        if root.erased_at is not None:
            raise Refusal("already_erased")
        act.subject_id = root.pk
        ids = selves(root)
        traces = known_traces(ids)
        gone = belongings.let_files_go(ids, traces)  # the runs are found through history, so before it forgets
        people.suppress(_addresses(ids), now=now)
        rows = _rows_of(ids)
        rows[File] |= files_gone(ids)
        _empty_accounts(ids, rows)
        links = links_of(ids, rows)
        gone += _unattached(rows.get(File, set()))
        for place in places():
            _erase_at(place, ids, rows)
        Task.objects.filter(pk__in=rows[Task], done_at=None).update(done_at=now)  # nobody is left to do it for
        Person.objects.filter(pk__in=ids).update(erased_at=now)
        count = forgetting.forget_history(act, ids, rows) + belongings.delete_loose(replace(traces, links=links))
        left = sweeping.note_unswept(rows, now=now)
    files = _after_commit(gone)
    return Erased(act, count, files, tuple(left))


def _after_commit(gone: list[belongings.Gone]) -> int:
    transaction.on_commit(lambda: belongings.unlink(gone))
    transaction.on_commit(listing.note_erasures)
    transaction.on_commit(sweeping.sweep_log)
    return len(gone)


def _put_back_emptied(person: Person) -> None:
    if Person.objects.filter(pk=person.pk).exists():
        return
    for one in (person, *gone_with(person)):
        row = {**_row_of(one), "full_name": "", "job_title": "", "search": ""}
        Person.objects.bulk_create([Person(**row)])


def _row_of(person: Person) -> dict[str, Any]:
    return {field.attname: getattr(person, field.attname) for field in Person._meta.concrete_fields}


def _addresses(ids: Iterable[int]) -> set[tuple[str, str]]:
    standing = set(ContactPoint.every.filter(person__in=list(ids)).values_list("kind", "normal"))
    return standing or addresses_gone(ids)


def _rows_of(ids: Iterable[int]) -> Rows:
    """Which rows speak of these people, while they can still be found."""
    found: Rows = {}
    for place in places():
        found.setdefault(place.model, set()).update(place.rows(ids).values_list("pk", flat=True))
    return found


def _erase_at(place: Place, ids: list[int], rows: Rows) -> None:
    mine = place.model._base_manager.filter(pk__in=rows[place.model])
    if place.on_erase == "delete":
        _delete(place.model, mine)
    elif place.on_erase == "empty" and (empty := place.emptied()):
        mine.update(**empty)


def _delete(model: type[models.Model], rows: "models.QuerySet[models.Model]") -> None:
    """Rows that stand behind others of the same table go first: nothing is deleted while something points at it."""
    if model is File:
        rows = rows.filter(attachments=None)
    if any(field.name == "absorbed_into" for field in model._meta.concrete_fields):
        while rows.filter(absorbed_into__isnull=False, absorbed=None).delete()[0]:
            pass
    rows.delete()


def _unattached(files: set[int]) -> list[belongings.Gone]:
    """What lies on the disk for these files alone: no other row has the same content."""
    digests = set(File.objects.filter(pk__in=files).values_list("digest", flat=True))
    shared = set(File.objects.filter(digest__in=digests).exclude(pk__in=files).values_list("digest", flat=True))
    return [belongings.Gone("file", digest) for digest in sorted(digests - shared)]


def _empty_accounts(ids: list[int], rows: Rows) -> None:
    """A household stands under the name of a person: an account of nobody else, called as they are."""
    names = {fold(name) for name in known_names(ids)}
    once = accounts_once_theirs(ids)
    theirs = Account.objects.filter(
        models.Q(contacts__person__in=ids)
        | models.Q(leads__person__in=ids)
        | models.Q(opportunities__person__in=ids)
        | models.Q(pk__in=once)
    )
    of_others = (
        models.Q(contacts__person__isnull=False) & ~models.Q(contacts__person__in=ids)
        | models.Q(leads__person__isnull=False) & ~models.Q(leads__person__in=ids)
        | models.Q(opportunities__person__isnull=False) & ~models.Q(opportunities__person__in=ids)
    )
    shared = set(Account.objects.filter(of_others).values_list("pk", flat=True))
    mine = {pk for pk, name in theirs.values_list("pk", "name") if fold(name) in names and pk not in shared}
    fields = [one for one in Account._meta.concrete_fields if one.column in KINDS[Account].personal]
    Account.objects.filter(pk__in=mine).update(**{one.name: nothing_in(one, Account) for one in fields})
    values = AccountValue._base_manager.filter(account__in=mine)
    rows[Account] = mine | forgetting.accounts_gone(once, names)
    rows[AccountValue] = set(values.values_list("pk", flat=True))
    values.delete()
