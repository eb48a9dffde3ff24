"""Bringing a table in through the pages: upload, columns, preview, run, rejected rows."""

import io
import json
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from khoi.capture.models import ImportRun
from khoi.capture.queries.imports import imports_folder
from khoi.capture.services import importing
from khoi.history.models import Act
from khoi.history.services import undo_act
from khoi.kit.tabular import write_xlsx
from khoi.leads.models import Lead
from khoi.people.models import Person
from khoi.pipeline.models import Opportunity
from tests.capture.importing import csv
from tests.capture.test_moving_in_layouts import ZOHO, shuffled

TABLE = csv(
    "Họ tên;SĐT;Email;Công ty;Ngày tạo;Sở thích",
    "Đỗ Thị Lan;0912 345 678;lan@sen.example;Sen Trắng;04/03/2026;trồng sen",
    "Vũ Văn Nam;;nam@@tre;Tre Xanh;05/03/2026;",
    ";;;;06/03/2026;",
)


@pytest.fixture(autouse=True)
def at_once(monkeypatch):
    """The tests run in a transaction that is never committed."""
    monkeypatch.setattr(transaction, "on_commit", lambda do, **_: do())


@pytest.fixture
def page(ready, chi, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return chi.browser()


def upload(page, content=TABLE, name="khách.csv"):
    return page.post(reverse("capture:imports"), {"file": SimpleUploadedFile(name, content)})


def started(page):
    return page.get(upload(page).url), ImportRun.objects.latest("id")


def chosen(page, run, do, **changes):
    """Send the form of the columns as it was shown."""
    url = reverse("capture:import", args=[run.public_id])
    shown = page.get(url).context["columns"]
    said = {field.html_name: field.value() or "" for field in shown}
    return page.post(url, {**said, "do": do, **changes})


def work():
    while importing.import_next(clock=timezone.now):
        pass


def test_several_files_are_seen_for_what_they_are_and_come_in_as_one(page, admin):
    browser = admin.browser()
    files = [SimpleUploadedFile(name, shuffled(text, 3)) for name, text in ZOHO.items()]
    files.append(SimpleUploadedFile("ghi.csv", csv("x,y", "1,2")))
    url = browser.post(reverse("capture:imports"), {"file": files}).url
    seen = {file.run.file_name: (file.system, file.rows) for file in browser.get(url).context["files"]}
    assert seen["Deals.csv"] == ("Zoho CRM", "Cơ hội")
    assert seen["ghi.csv"] == ("", "")

    terms = {"source": "Chợ phiên Bưởi", "cost": "2 triệu", "consent": "Đồng ý tại quầy"}
    browser.post(url, {"do": "try", **terms})
    work()
    assert not Lead.objects.exists()
    assert browser.get(url).context["may_start"]
    run = ImportRun.objects.get(public_id=url.rstrip("/").rpartition("/")[2])
    browser.post(reverse("capture:start_import", args=[run.public_id]))
    work()
    answer = browser.get(url)
    assert [file.counts.get("created") for file in answer.context["files"]] == [3, 1, 1, 1, None]
    assert answer.context["counts"]["created"] == 6
    assert answer.context["became"] == ["lead", "opportunity", "account", "person"]
    assert "unknown_owner" in {kind["code"] for file in answer.context["odd_files"] for kind in file.kinds}
    assert (Lead.objects.count(), Opportunity.objects.count()) == (3, 1)
    assert Lead.objects.filter(source__name="Chợ phiên Bưởi").count() == 2
    act = Act.objects.get(pk=answer.context["run"].act_id)
    assert {"source", "cost", "basis"} <= json.loads(act.why).keys()
    undo_act(act, by=admin.by, now=timezone.now())
    assert not Lead.objects.exists()
    listed = browser.get(reverse("capture:imports")).context
    assert listed["undone"] == {run.pk for run in listed["runs"] if run.file_name != "ghi.csv"}


def test_the_columns_of_one_of_several_are_said_and_lead_back_to_all(page):
    files = [SimpleUploadedFile(name, shuffled(ZOHO[name], 3)) for name in ("Deals.csv", "Accounts.csv")]
    url = page.post(reverse("capture:imports"), {"file": files}).url
    other = ImportRun.objects.get(file_name="Accounts.csv")
    shown = page.get(reverse("capture:import", args=[other.public_id]), {"columns": 1}).context["columns"]
    said = {field.html_name: field.value() or "" for field in shown}
    answer = page.post(reverse("capture:import", args=[other.public_id]), {**said, "do": "show"})

    assert answer.url == url
    assert ImportRun.objects.get(pk=other.pk).mapping


def test_before_the_first_file_the_page_says_what_will_happen(page):
    text = page.get(reverse("capture:imports")).content.decode()

    assert 'class="empty"' in text
    assert "CSV, XLSX" in text


def test_an_upload_shows_how_it_is_read_and_what_its_columns_mean(page):
    answer, run = started(page)
    draft = answer.context["draft"]

    assert (run.state, run.file_name, draft.encoding, draft.rows, draft.whole) == (
        "draft",
        "khách.csv",
        "utf-8",
        3,
        True,
    )
    uses = ["person_name", "phone", "email", "company", "arrived_at", "extra"]
    assert [heading.use for heading in draft.headings] == uses
    assert draft.shown[0].cells[:2] == ("Đỗ Thị Lan", "0912 345 678") or "Đỗ Thị Lan" in draft.shown[0].cells
    assert {kind["code"] for kind in draft.kinds} == {"bad_email", "no_identity"}
    assert not Lead.objects.exists()


def test_a_started_import_is_taken_in_by_a_job(page):
    _, run = started(page)
    assert chosen(page, run, "start").status_code == 302
    run.refresh_from_db()
    assert run.state == "waiting"
    work()
    run.refresh_from_db()

    assert (run.state, run.counts["created"], run.counts["rejected"], run.stored_as) == ("done", 2, 1, "")
    assert Lead.objects.get(person__full_name="Đỗ Thị Lan").extras == {"Sở thích": "trồng sen"}


def test_the_result_has_counts_the_rejected_rows_and_the_way_back(page):
    _, run = started(page)
    chosen(page, run, "start")
    work()
    run.refresh_from_db()
    text = page.get(reverse("capture:import", args=[run.public_id])).content.decode()
    file = page.get(reverse("capture:rejected_rows", args=[run.public_id]))

    assert reverse("timemachine:undo", args=[run.act_id]) in text
    assert "khach-rejected.csv" in file["Content-Disposition"]
    assert "06/03/2026" in b"".join(file.streaming_content).decode("utf-8-sig")


def test_columns_can_mean_something_else(page):
    _, run = started(page)
    chosen(page, run, "show", column_5="need", column_3="drop", source="Hội chợ 2026")
    chosen(page, run, "start")
    work()
    lead = Lead.objects.get(person__full_name="Đỗ Thị Lan")

    assert (lead.need, lead.company_name, lead.source.name) == ("trồng sen", "", "Hội chợ 2026")


def test_a_number_of_the_other_system_finds_the_leads_again(page):
    content = csv("Mã,Họ tên,Công ty", "7,Lan,Sen")
    for company in (b"Sen", b"Sen Hong"):
        upload(page, content.replace(b"Sen", company))
        run = ImportRun.objects.latest("id")
        chosen(page, run, "start", column_0="key", system="sổ cũ")
        work()

    assert Lead.objects.values_list("company_name", "references__system").get() == ("Sen Hong", "sổ cũ")


def test_a_number_needs_the_name_of_its_system(page):
    _, run = started(page)
    answer = chosen(page, run, "start", column_0="key")

    assert answer.status_code == 422
    assert "system" in answer.context["columns"].errors


def test_trying_it_out_changes_nothing_and_can_be_done_in_earnest(page):
    _, run = started(page)
    chosen(page, run, "try")
    work()
    run.refresh_from_db()
    assert (run.state, run.dry_run, run.counts["created"], Lead.objects.count()) == ("done", True, 2, 0)

    page.post(reverse("capture:start_import", args=[run.public_id]))
    work()
    assert Lead.objects.count() == 2


def test_what_waits_can_be_cancelled_and_what_is_done_cannot(page):
    _, run = started(page)
    chosen(page, run, "start")
    page.post(reverse("capture:cancel_import", args=[run.public_id]))
    work()
    run.refresh_from_db()
    assert (run.state, Lead.objects.count(), list(imports_folder().iterdir())) == ("cancelled", 0, [])

    assert page.post(reverse("capture:cancel_import", args=[run.public_id])).status_code == 422


def test_started_twice_it_comes_in_once(page):
    _, run = started(page)
    first, second = (
        chosen(page, run, "start"),
        page.post(reverse("capture:import", args=[run.public_id]), {"do": "start"}),
    )
    work()

    assert (first.status_code, second.status_code) == (302, 422)
    assert Lead.objects.count() == 2


def test_while_it_runs_the_page_asks_again_by_itself(page):
    _, run = started(page)
    chosen(page, run, "start")
    text = page.get(reverse("capture:import", args=[run.public_id])).content.decode()

    assert 'hx-trigger="every 1s"' in text


def test_a_run_whose_process_died_is_taken_up_again(page):
    _, run = started(page)
    chosen(page, run, "start")
    now = timezone.now()
    ImportRun.objects.update(state="running", started_at=now - timedelta(seconds=30))
    assert not importing.import_next(clock=lambda: now)
    assert importing.import_next(clock=lambda: now + timedelta(minutes=6))

    assert Lead.objects.count() == 2


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7", b"\x00\x01\x02" * 100, b"PK\x03\x04 nothing"])
def test_what_is_no_table_is_refused_and_not_kept(page, content):
    answer = upload(page, content)

    assert answer.status_code == 422
    assert not ImportRun.objects.exists()
    assert not imports_folder().exists() or not list(imports_folder().iterdir())


def test_what_is_too_large_is_refused(page, settings):
    settings.UPLOAD_LIMIT = 1000
    answer = upload(page, TABLE * 20)

    assert answer.status_code == 422
    assert not list(imports_folder().iterdir())


def test_a_name_of_a_file_is_a_label_and_never_a_path(page):
    upload(page, name="../../khoi.db")

    assert ImportRun.objects.get().file_name == "khoi.db"
    assert [path.suffix for path in imports_folder().iterdir()] == [".upload"]


def test_another_sheet_makes_other_columns(page):
    out = io.BytesIO()
    write_xlsx(out, ["Họ tên", "Email"], [["Lan", "lan@sen.example"]], sheet="Khách")
    answer = page.get(upload(page, out.getvalue(), "khach.xlsx").url)

    assert (answer.context["draft"].kind, answer.context["draft"].sheet) == ("sheet", "Khách")


def test_another_encoding_is_read_when_the_detection_was_wrong(page):
    _, run = started(page)
    page.post(reverse("capture:import", args=[run.public_id]), {"do": "read", "encoding": "windows-1252", "layout": ""})
    draft = page.get(reverse("capture:import", args=[run.public_id])).context["draft"]

    assert draft.headings[0].name.startswith("Há»")


def test_a_file_of_a_known_layout_is_recognised(page):
    upload(page, csv("mql_id,first_contact_date,landing_page_id,origin", "a1,2018-02-01,p1,social"))
    run = ImportRun.objects.get()
    chosen(page, run, "start")
    work()
    lead = Lead.objects.get()

    assert (lead.lifecycle_stage, lead.extras, lead.source.code) == ("mql", {"Landing page": "p1"}, "social")
    assert Person.objects.get().full_name == ""


def test_the_very_same_file_is_pointed_out(page):
    _, run = started(page)
    chosen(page, run, "start")
    work()
    draft = started(page)[0].context["draft"]

    assert draft.before == run


def test_a_marketer_with_narrow_sight_sees_only_their_own_runs(page, binh):
    _, run = started(page)

    assert binh.browser().get(reverse("capture:import", args=[run.public_id])).status_code == 404
    assert not binh.browser().get(reverse("capture:imports")).context["runs"]


def test_a_rep_may_not_import(page, an):
    assert an.browser().get(reverse("capture:imports")).status_code == 403
    assert (
        an.browser().post(reverse("capture:imports"), {"file": SimpleUploadedFile("x.csv", TABLE)}).status_code == 403
    )


def test_rejected_rows_go_after_a_month(page):
    _, run = started(page)
    chosen(page, run, "start")
    work()
    importing.forget_runs(now=timezone.now() + timedelta(days=31))

    assert not list(imports_folder().iterdir())
    assert page.get(reverse("capture:rejected_rows", args=[run.public_id])).status_code == 404
