"""Many leads, changed at once and deleted at once, and both taken back."""

from uuid import UUID

from khoi.history import services as history
from khoi.history.models import Act
from khoi.home import services as home
from khoi.kit.db.writing import insert_rows
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.people.models import Person
from khoi.timemachine import services as timemachine
from khoi.timemachine.queries.dump import canonical
from tests.cast import NOW, Member, acting


def add_leads(count: int) -> None:
    with acting("import_file"):
        people = [
            Person(public_id=UUID(int=number), full_name=f"Khách Số {number}", created_at=NOW)
            for number in range(1, count + 1)
        ]
        insert_rows(people)
        insert_rows(
            [
                Lead(person=person, public_id=UUID(int=number), arrived_at=NOW, created_at=NOW)
                for number, person in enumerate(people, 1)
            ]
        )


def undo(act: Act, admin: Member) -> Act:
    return timemachine.undo(Act.objects.get(pk=act.pk), by=admin.by, now=NOW).act


def assign_there_and_back(count: int, owner: Member, admin: Member) -> None:
    """All facts are those of before after an undo, and those of after once it is done again; so with a deletion."""
    add_leads(count)
    before = list(canonical())
    assigned = home.assign_leads(list(Lead.objects.order_by("pk")), owner=owner.user, by=admin.by, now=NOW)
    after = list(canonical())
    assert (Lead.objects.filter(owner=owner.user).count(), after != before) == (count, True)
    undone = undo(assigned, admin)
    assert list(canonical()) == before
    undo(undone, admin)
    assert list(canonical()) == after
    deleted = lifecycle.delete_records(list(Lead.objects.order_by("pk")), by=admin.by, now=NOW, along=None)
    assert not Lead.objects.exists()
    undo(deleted, admin)
    assert list(canonical()) == after
    assert history.verify().ok
