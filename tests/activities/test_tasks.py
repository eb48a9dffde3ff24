"""The list of tasks: what is late, due, coming and done."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from khoi.activities import services as activities
from khoi.activities.models import Task
from khoi.history.models import Act


@pytest.fixture
def tasks(open_all_day, an):
    now = timezone.now()
    dues = {"Trễ": now - timedelta(hours=1), "Tuần sau": now + timedelta(days=7), "Lúc nào": None}
    for title, due_at in dues.items():
        activities.add_task(title=title, owner=an.user, due_at=due_at, by=an.by, now=now)


def page(member, query=""):
    return member.browser().get(f"/activities/?lang=en&{query}").content.decode()


def test_tasks_stand_under_what_is_due(tasks, an):
    heads = re.findall(r'<h2 id="todo-(\w+)"', page(an))
    assert heads == ["late", "coming", "undated"]


def test_a_click_ticks_off_and_can_be_taken_back(tasks, an):
    task = Task.objects.get(title="Trễ")
    browser = an.browser()
    browser.post(f"/activities/{task.public_id}/done/")
    task.refresh_from_db()
    assert task.done_at is not None
    assert "Trễ" in page(an, "view=done")
    browser.post(f"/history/{Act.objects.latest('id').pk}/undo/")
    task.refresh_from_db()
    assert task.done_at is None


def test_a_second_click_changes_nothing(tasks, an):
    task = Task.objects.get(title="Trễ")
    browser = an.browser()
    browser.post(f"/activities/{task.public_id}/done/")
    acts = Act.objects.count()
    browser.post(f"/activities/{task.public_id}/done/")
    assert Act.objects.count() == acts


def test_a_strangers_task_is_404(tasks, dung):
    task = Task.objects.get(title="Trễ")
    assert dung.browser().get(f"/activities/{task.public_id}/").status_code == 404
    assert dung.browser().post(f"/activities/{task.public_id}/done/").status_code == 404
    assert "Trễ" not in page(dung, "whose=all")


def test_the_team_sees_each_others(tasks, binh):
    assert "Trễ" not in page(binh, "whose=mine")
    assert "Trễ" in page(binh, "whose=all")


def test_a_task_is_added_and_changed(open_all_day, an, binh):
    browser = an.browser()
    typed = {"title": "Gửi giá", "kind": "email", "due_at": "2030-01-05T09:30", "owner": str(an.user.public_id)}
    browser.post("/activities/add/", typed)
    task = Task.objects.get()
    assert timezone.localtime(task.due_at, timezone.get_default_timezone()).hour == 2  # 9:30 in Hanoi
    browser.post(f"/activities/{task.public_id}/", {**typed, "title": "Gọi", "owner": str(binh.user.public_id)})
    task.refresh_from_db()
    assert (task.title, task.owner_id) == ("Gọi", binh.pk)


def test_a_task_without_words_is_refused(open_all_day, an):
    answer = an.browser().post("/activities/add/", {"kind": "task", "owner": str(an.user.public_id)})
    assert answer.status_code == 422


def test_no_tasks_at_all_says_what_they_are_for(open_all_day, an):
    assert "A task is a promise with a day" in page(an)


def test_next_leads_only_to_our_own_pages(tasks, an):
    task = Task.objects.get(title="Trễ")
    answer = an.browser().post(f"/activities/{task.public_id}/done/", {"next": "https://example.com/"})
    assert answer["Location"] == "/activities/"


def test_a_long_list_is_cut_and_can_be_opened(open_all_day, an, monkeypatch):
    monkeypatch.setattr("khoi.activities.queries.FEW", 2)
    for n in range(3):
        activities.add_task(title=f"Việc {n}", owner=an.user, by=an.by, now=timezone.now())
    assert page(an).count('class="tick"') == 2
    assert page(an, "view=undated").count('class="tick"') == 3
