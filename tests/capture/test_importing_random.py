"""Any table, however it repeats and contradicts itself: every row counted once, the same again changes nothing,
taking it back restores everything."""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from khoi.custom import services as custom
from khoi.history.models import Act
from khoi.history.rules.actors import SYSTEM
from khoi.history.services import undo_act
from khoi.kit.tabular import csv_safe
from khoi.lifecycle import services as lifecycle
from tests.capture.importing import DEALS, LEADS, facts, take
from tests.cast import NOW
from tests.left_out import examples

pytestmark = pytest.mark.django_db

NAMES = ["", "Lan", "Đỗ Thị Lan", "=SUM(A1)", "-", "'", '"', "a;b", "ẩn\u200bdanh", "x" * 300]
LEAD_ROWS = st.lists(
    st.tuples(
        st.sampled_from(["", "1", "2", "3"]),
        st.sampled_from(NAMES),
        st.sampled_from(["", "Giám đốc"]),
        st.sampled_from(["", "lan@sen.example", "LAN@sen.example", "nam@tre.example", "không có"]),
        st.sampled_from(["", "0912 345 678", "+84912345678", "12"]),
        st.sampled_from(["", "Sen", "Tre"]),
        st.sampled_from(["", "hội chợ", "Hội_chợ", "???", "unknown"]),
        st.sampled_from(["", "chi@example.vn", "Ai đó"]),
        st.sampled_from(["", "2026-03-04", "31/02/2026", "2026-03-05 10:00"]),
        st.sampled_from(["", "lead", "mql", "customer", "disqualified", "vip"]),
        st.sampled_from(["", "38", "41,5", "lớn"]),
        st.sampled_from(["", "", "39"]),
    ),
    max_size=12,
)
DEAL_ROWS = st.lists(
    st.tuples(
        st.sampled_from(["", "1", "2", "9"]),
        st.sampled_from(["", "Ấm", "Chén"]),
        st.sampled_from(["", "Sen", "Công ty Sen"]),
        st.sampled_from(["", "1.000", "nhiều"]),
        st.sampled_from(["", "proposal", "Đang bay"]),
        st.sampled_from(["", "2026-04-30", "2026-01-01"]),
        st.sampled_from(["", "2026-05-30"]),
        st.sampled_from(["", "price", "vì sao"]),
        st.sampled_from(["", "won", "lost"]),
        st.sampled_from(["", "38", "41,5", "lớn"]),
        st.sampled_from(["", "Gold", "silver", "Đồng"]),
        st.sampled_from(["", "lan@sen.example", "hoa@sen.example"]),
        st.sampled_from(["", "Lan", "Hoa"]),
        st.sampled_from(["", "Giám đốc", "Thợ"]),
    ),
    max_size=8,
)
LEAD_HEAD = ("ID", "Name", "Title", "Email", "Phone", "Company", "Source", "Owner", "Came", "Stage", "Shoe", "Size")
DEAL_HEAD = (
    *("ID", "Deal", "Company", "Amount", "Stage", "Won", "Lost", "Why", "Result"),
    *("Shoe", "Tier", "Email", "Name", "Title"),
)
WITH_NUMBER = LEADS + 'Shoe = "person.custom.shoe"\nSize = "person.custom.shoe"\n'
WITHOUT_NUMBER = WITH_NUMBER.replace('[key]\ncolumn = "ID"\nsystem = "old-crm"\n', "").replace(
    "[columns]", "[columns]\nID = { drop = true }"
)
OF_LEADS = DEALS.replace(
    "[columns]", '[columns]\nShoe = "person.custom.shoe"\nTier = { field = "account.custom.tier", otherwise = "extra" }'
)
# Somebody without an address is known again by their company alone, so every row has one.
OF_PEOPLE = OF_LEADS.replace('[join]\ncolumn = "ID"\nsystem = "old-crm"\n', '[constants]\ncompany = "Sen"\n').replace(
    "[columns]", '[columns]\nID = { drop = true }\nEmail = "email"\nName = "person_name"\nTitle = "job_title"'
)

by_hand = settings(
    max_examples=examples(15),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def by(ready, chi, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    custom.add_field("person", type="number", key="shoe", label="Shoe size", by=SYSTEM, now=NOW)
    custom.add_field("account", type="choice", key="tier", label="Tier", choices=["Gold", "Silver"], by=SYSTEM, now=NOW)
    return chi.by


def in_and_out(by, head, rows, mapping):
    content = b"".join(csv_safe(head, rows))
    before = facts()
    first = take(by, content, mapping=mapping)
    assert first.rows == sum(first.counts[name] for name in ("created", "updated", "unchanged", "skipped", "rejected"))
    after = facts()
    again = take(by, content, mapping=mapping)
    assert (again.act_id, again.rejected) == (None, first.rejected)
    assert facts() == after
    assert lifecycle.recompute(check=True, now=NOW).total == 0
    return before, first


def out_again(by, before, result):
    if result.act_id is not None:
        undo_act(Act.objects.get(pk=result.act_id), by=by, now=NOW)
    assert facts() == before


@pytest.mark.parametrize("mapping", [WITH_NUMBER, WITHOUT_NUMBER], ids=["with a number", "without"])
@by_hand
@given(rows=LEAD_ROWS)
def test_leads_come_in_once_and_go_out_exactly(by, mapping, rows):
    with transaction.atomic():
        before, first = in_and_out(by, LEAD_HEAD, rows, mapping)
        out_again(by, before, first)
        transaction.set_rollback(True)


@pytest.mark.parametrize("mapping", [OF_LEADS, OF_PEOPLE], ids=["of leads", "of people and companies"])
@by_hand
@given(rows=DEAL_ROWS)
def test_deals_come_in_once_and_go_out_exactly(by, mapping, rows):
    with transaction.atomic():
        take(by, "ID,Name,Email,Came", "1,Lan,lan@sen.example,2026-03-04", "2,Nam,nam@tre.example,2026-03-05")
        before, first = in_and_out(by, DEAL_HEAD, rows, mapping)
        out_again(by, before, first)
        transaction.set_rollback(True)
