"""The history as a state machine: any order of the product's verbs, compared after every step with the oracle."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final, TypeVar
from unittest.mock import patch

from django.db import connection, models, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from khoi.capture.services.importing import import_file
from khoi.history import services as history
from khoi.history.models import Act
from khoi.history.services import verifying
from khoi.home import services as home
from khoi.kit.db.asking import records_by
from khoi.kit.refusals import Refusal
from khoi.leads import services as leads
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.people import services as people
from khoi.people.models import Person
from khoi.pipeline import services as pipeline
from khoi.pipeline.models import Opportunity
from khoi.privacy import services as privacy
from khoi.timemachine import services as timemachine
from proof import tables
from proof.ledger import ERASING, Key, Refused, Rows
from proof.oracle import MERGING, FileRow, Oracle, renamed
from tests.cast import NOW, Member

T = TypeVar("T")
M = TypeVar("M", bound=models.Model)

#: Which of the rows that could be meant: the place is taken round.
PLACE: Final = st.integers(0, 11)
EMAIL: Final = st.sampled_from(["a@x.vn", "b@x.vn", "c@x.vn"])
COMPANY: Final = st.sampled_from(["", "", "Sen", "Tre"])
NEED: Final = st.sampled_from(["", "máy lọc", "vòi"])
DEAL: Final = st.sampled_from(["Máy lọc", "Vòi"])
JOB: Final = st.sampled_from(["", "Giám đốc"])
#: Values of fields of one's own: of people one of two and any of two, of leads a text, of deals a figure.
RANK: Final = st.sampled_from([None, "a", "b"])
LIKES: Final = st.sampled_from([None, ("x",), ("x", "y"), ("y",)])
GATE: Final = st.sampled_from([None, "Kho 1", "Kho 2"])
TONS: Final = st.sampled_from([None, 1, 2])
OF_PERSON: Final[st.SearchStrategy[dict[str, Any]]] = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"rank": RANK}),
    st.fixed_dictionaries({"likes": LIKES}),
    st.fixed_dictionaries({"rank": RANK, "likes": LIKES}),
)
SIDE: Final = st.sampled_from(["survivor", "loser"])
CHOICES: Final = st.dictionaries(st.sampled_from(["name", "job", "email", "rank"]), SIDE, max_size=2)
#: What the oracle calls by shorter names.
FIELD: Final = {"name": "full_name", "job": "job_title", "email": "email", "emails": "emails", "rank": "custom.rank"}
#: Rows of files. A number always comes with the same words.
FILE_ROWS: Final = (
    FileRow("1", "Một", "a@x.vn", "a", "Kho 1"),
    FileRow("2", "Hai", "d@x.vn", "b", ""),
    FileRow("3", "Ba", "e@x.vn", "", "Kho 3"),
)
MAPPING: Final = """
format = 1
name = "proof"
rows = "lead"
zone = "Asia/Ho_Chi_Minh"

[key]
column = "ID"
system = "old"

[columns]
Name = "person_name"
Email = "email"
Rank = "person.custom.rank"
Gate = "custom.gate"
"""


#: Of so many lives one is verified with all its tables; chosen by its acts, so that a life is always judged alike.
ALL_TABLES: Final = 8


def read(model: type[M], number: int) -> M:
    return records_by(model, "pk", [number])[0]


def nth(found: Sequence[T], place: int) -> T:
    return found[place % len(found)]


class Journey(RuleBasedStateMachine):
    """One example, in a transaction that is rolled back. ``first``: the dump of the workspace before anything;
    ``owners``: who may be given leads."""

    admin: Member
    owners: tuple[Member, ...]
    first: list[tuple[Any, ...]]

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.oracle = Oracle(admin=self.admin.pk)
        self.now = NOW
        self.base = self.last_act()
        self.ids: list[int] = []
        self.named = 0
        self.agreed = True

    def last_act(self) -> int:
        with connection.cursor() as cursor:
            cursor.execute("select max(id) from history_act")
            return int(cursor.fetchone()[0] or 0)

    @property
    def how(self) -> dict[str, Any]:
        return {"by": self.admin.by, "now": self.now}

    def step(self, product: Callable[[], object], oracle: Callable[[], object]) -> None:
        """Both do it, or both refuse it for the same reason; then they agree on every row and act."""
        self.now += timedelta(hours=1)
        self.oracle.now = self.now
        self.agreed = False
        expected = reason_of(oracle)
        found = reason_of(product)
        assert found == self.in_ids(expected), f"{found} is not {self.in_ids(expected)}"
        self.compare()

    def in_ids(self, refused: tuple[str, tuple[int, ...]] | None) -> tuple[str, tuple[int, ...]] | None:
        return refused and (refused[0], tuple(self.ids[number] for number in refused[1]))

    def compare(self) -> None:
        acts = tables.acts_after(self.base)
        ledger = self.oracle.ledger
        new = acts[len(self.ids) :]
        verbs, expected = [verb for _, verb, _, _ in new], [act.verb for act in ledger.acts[len(self.ids) :]]
        assert verbs == expected, f"acts: expected {expected}, found {verbs}"
        self.ids += [act for act, _, _, _ in new]
        found = tables.rows()
        self.oracle.rename(names_of(self.oracle.rows, found))
        assert found == self.oracle.rows, told(self.oracle.rows, found)
        held = {act for act, _, _, undone_by in acts if undone_by is not None}
        taken = {self.ids[act.number] for act in ledger.acts if ledger.is_taken_back(act.number)}
        assert held == taken, f"taken back: expected {taken}, found {held}"
        self.agreed = True

    # --- verbs

    @rule(email=st.one_of(st.just(""), EMAIL, EMAIL), company=COMPANY, gate=GATE, of_person=OF_PERSON)
    def create(
        self, email: str, company: str, gate: str | None = None, of_person: Mapping[str, Any] | None = None
    ) -> None:
        self.named += 1
        name, own, theirs = f"Người {self.named}", {"gate": gate}, of_person or {}
        enquiry = lifecycle.Enquiry(
            full_name=name,
            emails=(email,) if email else (),
            company_name=company,
            custom=own,
            person_custom=theirs,
        )
        self.step(
            lambda: lifecycle.capture_lead(enquiry, **self.how),
            lambda: self.oracle.capture(name=name, email=email, company=company, own=own, of_person=theirs),
        )

    @rule(place=PLACE, said=st.fixed_dictionaries({}, optional={"need": NEED, "gate": GATE}))
    def edit_lead(self, place: int, said: Mapping[str, Any]) -> None:
        if not (found := self.oracle.live_leads()):
            self.create("a@x.vn", "")
            return
        number = nth(found, place)
        lead = read(Lead, number)
        plain, own = parted(said, "need")
        self.step(
            lambda: leads.edit_lead(lead, changes=plain | {"custom": own}, **self.how),
            lambda: self.oracle.edit_lead(number, plain, own),
        )

    @rule(place=PLACE, said=st.fixed_dictionaries({}, optional={"name": DEAL, "tons": TONS}))
    def edit_deal(self, place: int, said: Mapping[str, Any]) -> None:
        if not (found := self.oracle.all("deal")):
            self.convert(place)
            return
        number = nth(found, place)
        deal = read(Opportunity, number)
        plain, own = parted(said, "name")
        typed = {key: value and Decimal(value) for key, value in own.items()}
        self.step(
            lambda: pipeline.edit_opportunity(deal, changes=plain | {"custom": typed}, **self.how),
            lambda: self.oracle.edit_deal(number, plain, own),
        )

    @rule(
        place=PLACE,
        job=st.one_of(st.none(), JOB),
        emails=st.one_of(st.none(), st.none(), st.lists(EMAIL, max_size=2, unique=True)),
        own=OF_PERSON,
    )
    def edit_person(
        self, place: int, job: str | None, emails: list[str] | None, own: Mapping[str, Any] | None = None
    ) -> None:
        if not (found := self.oracle.live_people()):
            self.create("b@x.vn", "Sen")
            return
        changes = {name: said for name, said in (("job", job), ("emails", emails)) if said is not None}
        self.edit_own(nth(found, place), own or {}, changes)

    def edit_own(self, number: int, own: Mapping[str, Any], changes: Mapping[str, Any] | None = None) -> None:
        person, changes = read(Person, number), changes or {}
        told = {FIELD[name]: said for name, said in changes.items()} | {"custom": own}
        self.step(
            lambda: people.edit_person(person, changes=told, **self.how),
            lambda: self.oracle.edit_person(number, changes, own),
        )

    @rule(one=PLACE, other=PLACE, then=RANK, since=RANK, apart=st.booleans())
    def live_as_one(self, one: int, other: int, then: str | None, since: str | None, apart: bool) -> None:
        """What the loser brought is changed on the survivor: chance alone hardly ever comes to part such a value."""
        found = self.oracle.live_people()
        if len(found) < 2:
            self.create("", "Tre")
            return
        survivor = nth(found, one)
        loser = nth([number for number in found if number != survivor], other)
        self.edit_own(loser, {"rank": then})
        self.unite(survivor, loser, {})
        self.edit_own(survivor, {"rank": since})
        if apart:
            self.take_back(self.standing(MERGING), -1, True)

    @rule(places=st.lists(PLACE, min_size=1, max_size=3), owner=st.integers(0, 1))
    def edit_in_bulk(self, places: list[int], owner: int) -> None:
        if not (found := self.oracle.live_leads()):
            self.create("", "Tre")
            return
        chosen = sorted({nth(found, place) for place in places})
        records = records_by(Lead, "pk", chosen)
        user = self.owners[owner].user
        self.step(
            lambda: home.assign_leads(records, owner=user, **self.how),
            lambda: self.oracle.assign(chosen, owner=user.pk),
        )

    @rule(place=PLACE)
    def convert(self, place: int) -> None:
        if not (found := self.oracle.live_leads()):
            self.create("c@x.vn", "")
            return
        number = nth(found, place)
        lead = read(Lead, number)
        self.step(lambda: lifecycle.convert_lead(lead, **self.how), lambda: self.oracle.convert(number))

    @rule(one=PLACE, other=PLACE, choices=CHOICES)
    def merge(self, one: int, other: int, choices: dict[str, str]) -> None:
        found = self.oracle.live_people()
        if len(found) < 2:
            self.create("", "Sen")
            return
        survivor = nth(found, one)
        self.unite(survivor, nth([number for number in found if number != survivor], other), choices)

    def unite(self, survivor: int, loser: int, choices: dict[str, str]) -> None:
        pair = {number: read(Person, number) for number in (survivor, loser)}
        sides: Any = {FIELD[name]: side for name, side in choices.items()}
        self.step(
            lambda: people.merge_people(pair[survivor], loser=pair[loser], choices=sides, **self.how),
            lambda: self.oracle.merge(survivor, loser, choices),
        )

    @rule(rows=st.lists(st.sampled_from(FILE_ROWS), min_size=1, max_size=2, unique=True))
    def import_twice(self, rows: list[FileRow]) -> None:
        lines = ["ID,Name,Email,Rank,Gate", *(",".join(row) for row in rows)]
        content = "\n".join(lines).encode()

        def take() -> Any:
            return import_file(content, filename="file.csv", mapping=MAPPING, **self.how)

        self.step(take, lambda: self.oracle.import_rows(rows))
        again = take()
        assert (again.act_id, again.rows) == (None, len(rows))

    @rule(place=PLACE)
    def delete_lead(self, place: int) -> None:
        if not (found := self.oracle.all("lead")):
            self.create("a@x.vn", "Sen")
            return
        number = nth(found, place)
        lead = read(Lead, number)
        self.step(
            lambda: lifecycle.delete_records([lead], along=None, **self.how), lambda: self.oracle.delete_lead(number)
        )

    @rule(place=PLACE)
    def delete_deal(self, place: int) -> None:
        if not (found := self.oracle.all("deal")):
            self.convert(place)
            return
        number = nth(found, place)
        deal = read(Opportunity, number)
        self.step(
            lambda: lifecycle.delete_records([deal], along=None, **self.how), lambda: self.oracle.delete_deal(number)
        )

    @rule(place=PLACE)
    def delete_person(self, place: int) -> None:
        if not (found := self.oracle.live_people()):
            self.create("b@x.vn", "")
            return
        number = nth(found, place)
        person = read(Person, number)
        self.step(
            lambda: lifecycle.delete_records([person], along=None, **self.how),
            lambda: self.oracle.delete_person(number),
        )

    @rule(place=st.integers(0, 40))
    def erase(self, place: int) -> None:
        """Rarely: what was erased can no more be taken back."""
        if not (found := self.oracle.live_people()) or place >= len(found):
            self.edit_person(place, "Giám đốc", None)
            return
        number = nth(found, place)
        person = read(Person, number)
        self.step(lambda: privacy.erase_person(person, **self.how), lambda: self.oracle.erase(number))

    # --- taking back

    @rule(place=PLACE, all_of_it=st.booleans())
    def undo(self, place: int, all_of_it: bool) -> None:
        """Any act, the latest first."""
        self.take_back(list(range(len(self.ids)))[::-1], place, all_of_it)

    @rule(place=PLACE, all_of_it=st.booleans())
    def redo(self, place: int, all_of_it: bool) -> None:
        self.take_back([act.number for act in self.oracle.ledger.acts[::-1] if act.is_undo], place, all_of_it)

    @rule(place=PLACE)
    def unmerge(self, place: int) -> None:
        self.take_back(self.standing(MERGING), place, True)

    @rule(place=PLACE)
    def restore(self, place: int) -> None:
        deleting = ("delete_lead", "delete_person", "delete_opportunity")
        self.take_back(self.standing(*deleting), place, True)

    def standing(self, *verbs: str) -> list[int]:
        return [n for n in sorted(self.oracle.ledger.standing()) if self.oracle.ledger.act(n).verb in verbs]

    def take_back(self, among: list[int], place: int, all_of_it: bool) -> None:
        if not among:
            self.create("c@x.vn", "Tre")
            return
        number = nth(among, place)
        act = read(Act, self.ids[number])
        self.step(
            lambda: timemachine.undo(act, with_dependents=all_of_it, **self.how),
            lambda: self.oracle.undo(number, with_dependents=all_of_it),
        )

    # --- the end of the example

    def teardown(self) -> None:
        try:
            if self.agreed:
                self.end()
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    def end(self) -> None:
        connection.check_constraints()
        with nullcontext() if len(self.ids) % ALL_TABLES == 0 else patch.object(verifying, "_unrecorded", no_table):
            verified = history.verify()
        assert verified.ok, verified
        drift = lifecycle.recompute(check=True, now=self.now)
        assert drift.total == 0, drift
        if not any(act.verb == ERASING for act in self.oracle.ledger.acts):
            self.undo_everything()

    def undo_everything(self) -> None:
        standing = sorted(self.oracle.ledger.standing())
        if self.oracle.rows:
            last = Act.objects.get(pk=self.ids[standing[-1]])
            along = [self.ids[number] for number in standing[:-1]]
            history.undo_act(last, along=along, **self.how)
        assert tables.dump() == self.first
        assert not tables.rows()


def parted(said: Mapping[str, Any], column: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What is said in a column of ours, and in a field of one's own."""
    return (
        {name: value for name, value in said.items() if name == column},
        {name: value for name, value in said.items() if name != column},
    )


def no_table() -> None:
    """Looking through every table for rows that came beside the acts takes a tenth of a life; they would also be left
    over when everything is taken back."""


def reason_of(do: Callable[[], object]) -> tuple[str, tuple[int, ...]] | None:
    """Why it was refused, and for which acts' sake; None when it was done."""
    try:
        do()
    except (Refused, history.Refused) as refused:
        return refused.reason, tuple(refused.dependents)
    except Refusal as refused:
        return refused.code, ()
    return None


def names_of(expected: Rows, found: Rows) -> dict[Key, int]:
    """The numbers the database gave to new rows: to those that say the same, else in the order in which they came."""
    names: dict[Key, int] = {}
    for table in tables.READ:
        new = sorted((key for key in expected if key[0] == table and key[1] < 0), reverse=True)
        real = sorted(key for key in found if key[0] == table and key not in expected)
        for key in new:
            row = renamed(key, expected[key], names)
            same = next((one for one in real if found[one] == row), real[0] if real else None)
            if same is not None:
                real.remove(same)
                names[key] = same[1]
    return names


def told(expected: Rows, found: Rows) -> str:
    lines = [
        f"{key}: expected {expected.get(key)}, found {found.get(key)}"
        for key in sorted(expected.keys() | found.keys())
        if expected.get(key) != found.get(key)
    ]
    return "\n".join(lines)
