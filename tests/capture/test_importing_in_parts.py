"""A long list comes in by parts: one change, which can be paused, broken off, gone on with and taken back."""

import os
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from khoi.capture.models import ImportRun
from khoi.capture.queries.import_signs import sign_path
from khoi.capture.queries.imports import imports_folder
from khoi.capture.services import importing
from khoi.capture.services.importing import course, parts, running, signs
from khoi.history.models import Act
from khoi.history.services import verify
from khoi.kit.tabular import read_table
from khoi.leads.models import Lead
from khoi.team import services as team
from khoi.timemachine import services as timemachine
from tests.capture.importing import LEADS, csv, facts, take
from tests.cast import NOW

#: People of whom the file tells twice, by a number or an address; a row without a usable address, one without a stage.
LIST = csv(
    "ID,Name,Email,Phone,Company,Source,Stage",
    "1,Đỗ Thị Lan,lan@sen.example,,Sen Trắng,Hội chợ,",
    "2,Vũ Văn Nam,nam@tre.example,,Tre Xanh,Hội chợ,mql",
    "3,Lê Văn Tư,,0912 345 678,Lúa Vàng,Web,",
    "4,Hồ Thị Năm,nam@@tre,,Tre Xanh,Web,",
    "1,Đỗ Thị Lan,lan2@sen.example,,Sen Trắng,Hội chợ,",
    "5,Bùi Văn Sáu,sau@mo.example,,Mơ,Web,no stage",
    "6,Lan Đỗ,lan@sen.example,,Sen Trắng,Web,",
    "7,Ngô Thị Bảy,bay@mo.example,,Mơ,Báo,",
    "8,Tô Văn Tám,tam@mo.example,,Mơ,Báo,sal",
    "9,Kiều Chín,chin@mo.example,,Mơ,Báo,",
)


class Killed(BaseException):
    """Nothing runs any more, not even what cleans up."""


@pytest.fixture(autouse=True)
def short(monkeypatch, ready, settings, tmp_path):
    """Parts of four rows, two of them read at a time."""
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(parts, "BATCH", 2)
    monkeypatch.setattr(course, "FIRST", 4)
    monkeypatch.setattr(course, "MOST", 4)
    monkeypatch.setattr(transaction, "on_commit", lambda do, **_: do())


@pytest.fixture
def run(short, chi):
    run = importing.receive_file([LIST], filename="khach.csv", by=chi.by, now=NOW)
    return importing.describe_run(run, changes={"mapping": LEADS}, by=chi.by, now=NOW)


def start(run, member) -> None:
    importing.start_run(run, by=member.by, now=NOW)


def work(run: ImportRun, *, minutes: int = 0) -> ImportRun:
    importing.import_next(clock=lambda: NOW + timedelta(minutes=minutes))
    run.refresh_from_db()
    return run


def broken_off(run, monkeypatch, place: str) -> None:
    """The process dies in the second part, before or behind the last thing it does in it."""
    keep = course.Course.keep

    def dying(self):
        if self.parts == 1 and place == "before":
            raise Killed
        keep(self)
        if self.parts == 2:
            raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(course.Course, "keep", dying)
        patch.setattr(running, "write_failure", lambda *_: None)
        with pytest.raises(Killed):
            work(run)
    os.utime(sign_path(run), (NOW.timestamp(), NOW.timestamp()))
    run.refresh_from_db()


def rejected(run) -> list[str]:
    with read_table(imports_folder() / run.rejected_file) as table:
        return [row.cells[2] for row in table.rows]


def told() -> list[tuple[object, ...]]:
    """Every lead with what the list says of it and of its person."""
    leads = Lead.objects.select_related("person", "source").order_by("id")
    return [
        (lead.person.full_name, lead.company_name, lead.source.name, lead.lifecycle_stage, lead.extras, _reach(lead))
        for lead in leads
    ]


def _reach(lead) -> tuple[list[str], list[str]]:
    points = lead.person.contact_points.order_by("id").values_list("normal", flat=True)
    return list(points), list(lead.references.values_list("external_id", flat=True))


def in_one(by) -> tuple[object, dict[str, int]]:
    """What the same list makes of the same workspace in one go."""
    with transaction.atomic():
        result = take(by, LIST)
        found = told()
        transaction.set_rollback(True)
    return found, result.counts


def test_it_is_one_change_in_several_acts_and_what_one_act_would_have_made(run, chi, admin):
    before, (whole, counts) = facts(), in_one(chi.by)
    start(run, chi)
    work(run)
    first, *others = Act.objects.filter(verb="import_file").order_by("position")

    assert (run.state, run.parts, run.act_id) == ("done", 3, first.pk)
    assert {act.part_of_id for act in others} == {first.pk}
    assert {name: run.counts[name] for name in counts} == counts
    assert rejected(run) == ["5"]
    assert told() == whole
    assert {path.suffix for path in imports_folder().iterdir()} == {".csv"}

    undone = timemachine.undo(first, by=admin.by, now=NOW)
    assert facts() == before
    timemachine.undo(undone.act, by=admin.by, now=NOW)
    assert told() == whole
    assert verify().ok


def test_paused_it_keeps_what_is_in_and_goes_on_behind_it(run, chi):
    whole, counts = in_one(chi.by)
    start(run, chi)
    signs.wish(run, "pause")
    work(run)
    assert (run.state, run.parts, run.counts["rows"], run.counts["of"], Lead.objects.count()) == ("paused", 1, 2, 10, 2)

    start(run, chi)
    work(run)
    assert (run.state, {name: run.counts[name] for name in counts}) == ("done", counts)
    assert told() == whole


@pytest.mark.parametrize("place", ["before", "behind"])
def test_killed_in_the_middle_of_a_part_it_goes_on_behind_the_last_whole_one(run, chi, monkeypatch, place):
    whole, counts = in_one(chi.by)
    start(run, chi)
    broken_off(run, monkeypatch, place)
    assert (run.state, run.parts, Lead.objects.count()) == ("running", 1, 4)

    assert work(run, minutes=1).state == "running"
    work(run, minutes=7)
    assert (run.state, {name: run.counts[name] for name in counts}) == ("done", counts)
    assert rejected(run) == ["5"]
    assert told() == whole


def test_cancelled_at_work_it_lets_the_file_go_and_what_is_in_can_be_taken_back(run, chi, admin):
    before = facts()
    start(run, chi)
    signs.wish(run, "cancel")
    work(run)
    assert (run.state, run.stored_as, Lead.objects.count()) == ("cancelled", "", 2)
    assert not list(imports_folder().iterdir())

    timemachine.undo(Act.objects.get(pk=run.act_id), by=admin.by, now=NOW)
    assert facts() == before


def test_taken_back_while_it_rests_it_begins_anew(run, chi, admin):
    start(run, chi)
    signs.wish(run, "pause")
    work(run)
    timemachine.undo(Act.objects.get(pk=run.act_id), by=admin.by, now=NOW)
    start(run, chi)
    work(run)
    assert (run.state, run.counts["rows"], run.counts["created"], Lead.objects.count()) == ("done", 10, 8, 8)


def test_taken_back_while_it_is_at_work_it_stops(run, chi, admin, monkeypatch):
    begin = parts.Parts.take

    def undoing(self, most):
        if self.course.parts == 1:
            raise AssertionError("a part came in behind what was taken back")
        return begin(self, most)

    monkeypatch.setattr(parts.Parts, "take", undoing)
    monkeypatch.setattr(signs.Signs, "wished", lambda self: _undo_first(run, admin))
    start(run, chi)
    work(run)
    assert (run.state, run.error["code"], Lead.objects.count()) == ("failed", "taken_back", 0)


def _undo_first(run, admin) -> str:
    """Between two parts somebody takes back what is in."""
    first = Act.objects.filter(verb="import_file", undone_by=None, position__isnull=False).first()
    if first is not None and not transaction.get_connection().khoi_open:
        timemachine.undo(first, by=admin.by, now=NOW)
    return ""


def test_what_stops_it_leaves_the_parts_that_are_in(run, chi, monkeypatch):
    begin = parts.Parts.take

    def failing(self, most):
        if self.course.parts == 2:
            raise OSError(28, "No space left on device")
        return begin(self, most)

    start(run, chi)
    with monkeypatch.context() as patch:
        patch.setattr(parts.Parts, "take", failing)
        work(run)
    assert (run.state, run.error["code"], run.parts) == ("failed", "disk_full", 2)
    assert rejected(run) == ["5"]

    start(run, chi)
    work(run)
    assert (run.state, run.counts["rows"], run.counts["created"]) == ("done", 10, 8)
    assert rejected(run) == ["5"]


def test_what_comes_in_as_a_whole_stops_with_nothing_changed(run, chi):
    before = facts()
    start(run, chi)
    ImportRun.objects.update(dry_run=True)
    signs.wish(run, "cancel")
    work(run)
    assert (run.state, run.act_id, facts()) == ("cancelled", None, before)


def test_another_process_that_took_it_over_is_left_alone(run, chi, monkeypatch):
    start(run, chi)
    monkeypatch.setattr(
        signs.Signs, "wished", lambda self: str(ImportRun.objects.update(started_at=NOW + timedelta(hours=1)))[:0]
    )
    work(run)
    assert (run.state, run.parts, Lead.objects.count()) == ("running", 0, 0)


def test_what_the_command_takes_in_is_not_stopped_from_the_pages(run, chi):
    ImportRun.objects.update(state="running", started_at=NOW, stored_as="")
    url = reverse("capture:import", args=[run.public_id])
    assert chi.browser().post(reverse("capture:pause_import", args=[run.public_id])).status_code == 422
    assert reverse("capture:cancel_import", args=[run.public_id]) not in chi.browser().get(url).content.decode()


def test_the_pages_pause_it_and_go_on(run, chi):
    page, url = chi.browser(), reverse("capture:import", args=[run.public_id])
    start(run, chi)
    ImportRun.objects.update(state="running", started_at=NOW)
    signs.Signs(run)(2, 10)
    text = page.get(url).content.decode()
    assert reverse("capture:pause_import", args=[run.public_id]) in text
    assert '<progress max="10" value="2">' in text

    page.post(reverse("capture:pause_import", args=[run.public_id]))
    assert reverse("capture:pause_import", args=[run.public_id]) not in page.get(url).content.decode()
    ImportRun.objects.update(state="waiting")
    work(run)
    ImportRun.objects.update(counts=run.counts | {"rows": 4_002, "of": 10_000})  # of long ones the speed is told
    shown = page.get(url)
    assert (shown.context["is_partly_in"], shown.context["may_go_on"]) == (True, True)

    page.post(reverse("capture:start_import", args=[run.public_id]))
    work(run)
    assert (run.state, page.get(url).context["is_partly_in"]) == ("done", False)


def test_programs_pause_it_go_on_and_let_it_go(run, admin):
    _, key = team.issue_token(admin.user, name="test", scopes=("read", "write"), by=admin.by, now=NOW)
    call = Client(headers={"Authorization": f"Bearer {key}"}).post
    start(run, admin)
    urls = {what: f"/api/imports/{run.public_id}/{what}" for what in ("pause", "resume", "cancel")}
    assert call(urls["pause"]).json()["state"] == "paused"
    assert call(urls["pause"]).json()["code"] == "not_at_work"
    assert call(urls["resume"]).json()["state"] == "waiting"
    assert call(urls["cancel"]).json()["state"] == "cancelled"


@given(st.lists(st.integers(0, 5_000)), st.lists(st.integers(0, 5_000)))
def test_marks_hold_what_they_were_given_and_tell_what_is_new(first, second):
    marks = course.Marks()
    marks.take(first)
    marks.news()
    marks.take(second)
    news = [pk for low, high in marks.news() for pk in range(low, high + 1)]

    assert news == sorted(set(second) - set(first))
    assert {pk for pk in range(5_001) if pk in marks} == {*first, *second}
