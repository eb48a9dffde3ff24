"""New leads of a file are written once, as the end of the act would have left them."""

import pytest
from django.db import transaction

from khoi.custom import services as custom
from khoi.history.models import Change, code_of
from khoi.history.rules.actors import SYSTEM
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.lifecycle.services import entering
from khoi.lifecycle.services.deciding import SETTLED
from khoi.people.models import Consent, MatchKey, Person, PossibleDuplicate
from khoi.privacy import services as privacy
from khoi.qualification.models import StageChange
from khoi.routing.models import Assignment
from khoi.scoring import services as scoring
from tests.capture.importing import LEADS, take
from tests.cast import NOW

HEAD = "ID,Name,Title,Email,Phone,Company,Source,Owner,Came,Stage"
ROWS = [
    "1,Đỗ Thị Lan,Giám đốc,lan@sen.example,0912 345 678,Sen Trắng,hội chợ,,2026-03-04,mql",
    "2,Vũ Văn Nam,,nam@tre.example,,Tre Xanh,giới thiệu,an@example.vn,2026-03-05,",
    "3,Đỗ Lan,,lan2@sen.example,,Công ty Sen Trắng,website,,2026-11-19,",
    "4,Đỗ Thị Lan,,lan@sen.example,,,website,,2026-11-18,",
    "5,Người Quen,,quen@x.vn,0987654321,Suối Trong,website,,2026-11-18,",
    "6,,,,0933333333,,,,,",
]


@pytest.fixture
def by(ready, chi, admin):
    enquiry = lifecycle.Enquiry(full_name="Người Quen", emails=("quen@x.vn",), need="Lọc nước")
    lifecycle.capture_lead(enquiry, by=admin.by, now=NOW)
    return chi.by


def left():
    """Everything that settling decides or rebuilds, without ids."""
    whose = ("person__full_name", "person__search", "owner__email")
    leads = Lead.objects.order_by("id").values_list(*whose, *(name for name in SETTLED if name != "owner"))
    moves = StageChange.objects.order_by("lead", "id")
    given = Assignment.objects.order_by("lead", "id").values_list(
        "lead__person__full_name", "owner__email", "basis", "reason"
    )
    pairs = PossibleDuplicate.objects.order_by("first", "second")
    return [
        list(leads),
        [(one.lead.person.full_name, one.from_stage, one.to_stage, one.basis, one.met, one.missing) for one in moves],
        list(given),
        sorted(MatchKey.objects.values_list("person__full_name", "kind", "value")),
        list(pairs.values_list("first__full_name", "second__full_name", "reasons", "sure")),
    ]


def test_they_are_what_the_end_of_the_act_would_make_of_them(by, monkeypatch):
    with transaction.atomic():
        take(by, HEAD, *ROWS)
        at_once = left()
        transaction.set_rollback(True)
    monkeypatch.setattr(lifecycle, "enter_leads", lambda arrivals, now: entering._store(arrivals))
    take(by, HEAD, *ROWS)

    assert at_once == left()
    assert len(at_once[0]) == 7


def test_a_new_lead_is_written_once(by):
    result = take(by, HEAD, *ROWS)

    assert not Change.objects.filter(act=result.act_id, tbl=code_of(Lead), op="u").exists()
    assert lifecycle.recompute(check=True, now=NOW).total == 0


def test_a_person_whom_the_next_batch_tells_more_of_is_looked_at_again(by, monkeypatch):
    monkeypatch.setattr("khoi.capture.services.importing.taking.BATCH", 1)
    take(by, HEAD, ROWS[0], ROWS[3].replace("lan@sen.example,", "lan@sen.example,0901111222"))

    assert "0901111222" in Lead.objects.get(references__external_id="1").person.search
    assert lifecycle.recompute(check=True, now=NOW).total == 0


def test_an_erased_address_that_comes_again_in_a_file_stays_out_of_marketing(by, admin):
    take(by, HEAD, ROWS[1])
    privacy.erase_person(Person.objects.latest("id"), by=admin.by, now=NOW)
    take(by, HEAD, ROWS[1].replace("2,", "9,", 1))

    said = Consent.objects.filter(person=Person.objects.latest("id"))
    assert list(said.values_list("state", "basis")) == [("withdrawn", "suppressed")]


def test_a_rule_may_ask_for_what_the_same_file_puts_into_a_field_of_ones_own(by, admin):
    custom.add_field("lead", type="number", key="pallets", label="Pallets", by=SYSTEM, now=NOW)
    many = {"field": "custom.pallets", "op": "gte", "value": 100}
    entry = {"id": "big", "axis": "fit", "points": 30, "condition": many, "name": "Big warehouse"}
    scoring.publish_scorecard(half_life_days=30, entries=[entry], grades={"A": 20}, by=admin.by, now=NOW)
    take(by, f"{HEAD},Pallets", f"{ROWS[0]},1200", f"{ROWS[1]},5", mapping=f'{LEADS}Pallets = "custom.pallets"\n')

    assert list(Lead.objects.order_by("id").values_list("fit_points", flat=True))[-2:] == [30, 0]
