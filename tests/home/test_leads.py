"""The list of leads in a browser."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from khoi.activities.models import Task
from khoi.history.models import Act
from khoi.leads.models import Lead
from tests.home.conftest import ago


def names(page):
    return re.findall(r'<span class="who"><a class="cut" href="[^"]+" data-preload>([^<]*)</a>', page.content.decode())


def test_a_rep_begins_with_her_own_leads(capture, an, binh):
    capture("Của An")
    capture("Của Bình", owner=binh)
    assert names(an.browser().get("/leads/")) == ["Của An"]
    assert sorted(names(an.browser().get("/leads/?view=all"))) == ["Của An", "Của Bình"]


def test_a_stranger_sees_an_empty_list(capture, dung):
    capture("Của An")
    assert names(dung.browser().get("/leads/?view=all")) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=tran", ["Trần Thị Hoa"]),
        ("q=hoa+tran", ["Trần Thị Hoa"]),
        ("q=0912+345", ["Trần Thị Hoa"]),
        ("q=sen", ["Trần Thị Hoa"]),
        ("source=webinar", ["Lê Văn Sơn"]),
        ("stage=suspect&stage=sql", []),
        ("owner=me", ["Lê Văn Sơn", "Trần Thị Hoa"]),
        ("owner=none", []),
        ("temperature=hot", []),
        ("status=new", ["Lê Văn Sơn", "Trần Thị Hoa"]),
        ("stage=nonsense", []),
    ],
)
def test_the_address_is_the_filter(capture, an, query, found):
    capture("Trần Thị Hoa", phone="0912 345 678", company_name="Công ty Lá Sen")
    capture("Lê Văn Sơn", source="webinar", email="son@example.vn")
    assert sorted(names(an.browser().get(f"/leads/?{query}"))) == found


def test_more_rows_take_no_more_queries(capture, an):
    browser = an.browser()

    def queries():
        with CaptureQueriesContext(
            connection,
        ) as asked:
            browser.get("/leads/?view=all")
        return len(asked)

    for n in range(2):
        capture(f"Người {n}", touch_kind="price_request", phone=f"0912 000 00{n}")
    few = queries()
    for n in range(2, 9):
        capture(f"Người {n}", touch_kind="price_request", phone=f"0912 000 00{n}")
    assert queries() <= few <= 24


def test_load_more_goes_on_behind_the_last_row(capture, an, monkeypatch):
    for name in ("FIRST", "MORE"):
        monkeypatch.setattr(f"khoi.home.views.leads.{name}", 2)
    for n in range(5):
        capture(f"Người {n}", at=ago(days=n))
    browser, seen, url = an.browser(), [], "/leads/?sort=arrived"
    while url:
        page = browser.get(url)
        seen += names(page)
        following = re.search(r'class="btn" href="(\?[^"]+)" rel="next"', page.content.decode())
        url = "/leads/" + following[1].replace("&amp;", "&") if following else ""
    assert seen == [f"Người {n}" for n in range(5)]


def test_no_match_says_which_condition_to_drop(capture, an):
    capture("Trần Thị Hoa")
    page = an.browser().get("/leads/?lang=en&q=zzz&stage=sql").content.decode()
    assert "Drop “zzz”" in page
    assert "Drop Stage: SQL" in page


def test_no_leads_at_all_offers_the_first(open_all_day, an):
    page = an.browser().get("/leads/?lang=en").content.decode()
    assert "All leads flow together here" in page


def rows_of(response):
    body = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(body)))


def test_the_export_holds_exactly_the_filtered_list(capture, chi):
    capture("Trần Thị Hoa", phone="0912 345 678", email="hoa@example.vn", company_name="Lá Sen")
    capture("Lê Văn Sơn", source="webinar")
    (row,) = rows_of(chi.browser().get("/leads/export/?lang=en&q=hoa"))
    assert (row["Name"], row["Company"], row["Phone"], row["Email"], row["Source"]) == (
        "Trần Thị Hoa",
        "Lá Sen",
        "0912 345 678",
        "hoa@example.vn",
        "Web form",
    )


def test_no_exported_cell_starts_a_formula(capture, chi):
    capture('=HYPERLINK("http://x")', company_name="+1+1")
    (row,) = rows_of(chi.browser().get("/leads/export/?lang=en"))
    assert row["Name"].startswith("'=")
    assert row["Company"].startswith("'+")


def test_a_workbook_is_one(capture, chi):
    capture("Trần Thị Hoa")
    response = chi.browser().get("/leads/export/?as=xlsx")
    assert b"".join(response.streaming_content).startswith(b"PK")


def test_a_rep_may_not_carry_the_list_away(capture, an):
    assert an.browser().get("/leads/export/").status_code == 403


def test_chosen_leads_are_given_in_one_act_that_can_be_taken_back(capture, an, binh):
    chosen = [str(capture(f"Người {n}").public_id) for n in range(3)]
    binh.browser().post("/leads/assign/", {"pick": chosen, "owner": str(binh.user.public_id)})
    assert set(Lead.objects.values_list("owner", flat=True)) == {binh.pk}
    act = Act.objects.latest("id")
    assert act.verb == "assign_leads"
    binh.browser().post(f"/history/{act.pk}/undo/")
    assert set(Lead.objects.values_list("owner", flat=True)) == {an.pk}


def test_what_one_does_not_see_one_cannot_choose(capture, dung):
    lead = capture("Của An")
    dung.browser().post("/leads/disqualify/", {"pick": [str(lead.public_id), "x"], "reason": "no_need"})
    lead.refresh_from_db()
    assert lead.lifecycle_stage != "disqualified"


def test_chosen_leads_are_put_out_for_a_reason(capture, an):
    lead = capture("Của An")
    an.browser().post("/leads/disqualify/", {"pick": [str(lead.public_id)], "reason": "no_need"})
    lead.refresh_from_db()
    assert (lead.lifecycle_stage, lead.exit_reason) == ("disqualified", "no_need")


def test_the_next_step_is_typed_in_its_cell(capture, an):
    lead = capture("Của An")
    due = timezone.localtime(timezone.now() + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    cell = an.browser().post(
        f"/leads/{lead.public_id}/next-step/", {"title": "Gửi giá", "due_at": due}, headers={"HX-Request": "true"}
    )
    assert Task.objects.get(lead=lead).title == "Gửi giá"
    assert cell.content.decode().startswith("<td")


def test_changing_the_next_step_keeps_one_task_and_emptying_it_is_done(capture, an):
    lead, browser = capture("Của An"), an.browser()
    for title in ("Gửi giá", "Gọi lại", ""):
        browser.post(f"/leads/{lead.public_id}/next-step/", {"title": title})
    task = Task.objects.get(lead=lead)
    assert task.title == "Gọi lại"
    assert task.done_at is not None


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("path", ["/", "/leads/", "/people/", "/accounts/", "/activities/", "/add/", "/search/?q=a"])
def test_every_page_is_there_in_both_languages(capture, an, path, language):
    capture("Của An", phone="0912 345 678")
    page = an.browser().get(path, {"lang": language} if "?" not in path else None)
    assert page.status_code == 200
    assert f'<html lang="{language}"' in page.content.decode() or "?" in path


def test_leads_that_ended_are_shown_when_asked_for(capture, an):
    lead = capture("Đã Loại")
    capture("Đang Theo")
    browser = an.browser()
    browser.post(f"/leads/{lead.public_id}/disqualify/", {"reason": "no_need"})
    assert names(browser.get("/leads/")) == ["Đang Theo"]
    assert names(browser.get("/leads/?stage=disqualified")) == ["Đã Loại"]
    assert len(names(browser.get("/leads/?view=all"))) == 2
