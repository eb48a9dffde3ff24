"""Pages of history: what is there, for whom, and the way back."""

import pytest
from django.urls import reverse

from khoi.activities.services import log_activity
from khoi.history import services as history
from khoi.history.models import Act
from khoi.history.rules.actors import VISITOR
from khoi.people.models import Person
from khoi.team.models import Team
from tests.cast import NOW
from tests.timemachine.conftest import add_lead, change

pytestmark = pytest.mark.django_db

LIST = "/history/"


def text(response) -> str:
    assert response.status_code == 200
    return str(response.content.decode())


def act_url(act, name="act") -> str:
    return reverse(f"timemachine:{name}", args=[act.pk])


def test_the_list_says_who_did_what(hers, an):
    change(hers, an, region="Huế")
    page = text(an.browser().get(LIST + "?lang=en"))
    assert "Nguyễn Thị An" in page
    assert "Changed a lead" in page
    assert f"/leads/{hers.public_id}/" in page


def test_a_stranger_knows_nothing_of_acts_on_hidden_records(hers, an, dung):
    act = change(hers, an, region="Huế")
    assert act_url(act) not in text(dung.browser().get(LIST))
    assert dung.browser().get(act_url(act)).status_code == 404
    assert dung.browser().post(act_url(act, "undo")).status_code == 404


def test_the_list_is_filtered_by_who_and_what(hers, an, binh):
    mine, his = change(hers, an, region="Huế"), change(hers, binh, region="Vinh")
    assert act_url(his) not in text(binh.browser().get(LIST, {"who": an.pk}))
    assert act_url(mine) in text(binh.browser().get(LIST, {"who": an.pk, "verb": "edit_lead"}))
    assert act_url(mine) not in text(binh.browser().get(LIST, {"verb": "convert_lead"}))


def test_the_list_goes_on_where_it_ended(ready, admin):
    for n in range(60):
        with history.act("add_team", by=admin.by, now=NOW):
            Team.objects.create(name=f"Đội {n}", created_at=NOW)
    first = text(admin.browser().get(LIST))
    assert first.count('data-at="who"') == 50
    last_shown = Act.objects.order_by("-position")[49].position
    second = text(admin.browser().get(LIST, {"before": last_shown}))
    assert f"before={last_shown}" in first
    assert second.count('data-at="who"') == Act.objects.count() - 50
    assert 'rel="next"' in first
    assert 'rel="next"' not in second


def test_somebody_who_sees_little_gets_what_they_see(hers, an, dung):
    for n in range(70):
        change(hers, an, region=f"Quận {n}")
    add_lead(dung, "Lan")
    mine = Act.objects.latest("id")
    for n in range(70):
        change(hers, an, region=f"Phường {n}")
    page = text(dung.browser().get(LIST))
    assert act_url(mine) in page
    assert not any(act_url(act) in page for act in Act.objects.filter(verb="edit_lead"))


@pytest.mark.parametrize("before", ["x", "-1", "99999999999999999999", "²"])
def test_a_strange_place_to_go_on_from_is_no_place(hers, an, before):
    assert an.browser().get(LIST, {"before": before}).status_code == 200


def test_an_act_shows_every_row_from_what_to_what(hers, an):
    page = text(an.browser().get(act_url(change(hers, an, region="Huế", employees=40)) + "?lang=en"))
    assert '<th scope="row">Region</th><td><s>Hà Nội</s></td><td>Huế</td>' in page
    assert '<th scope="row">Employees</th><td><s>–</s></td><td>40</td>' in page


def test_values_are_shown_as_people_read_them(hers, an, binh, django_assert_max_num_queries):
    with history.act("assign_lead", by=binh.by, now=NOW) as act:
        type(hers).objects.filter(pk=hers.pk).update(owner=binh.user, work_status="attempting", lifecycle_stage="lead")
    page = text(binh.browser().get(act_url(act) + "?lang=en"))
    assert "<s>Nguyễn Thị An</s></td><td>Trần Văn Bình</td>" in page
    assert "<s>New</s></td><td>Attempting</td>" in page


def test_rows_somebody_may_not_see_are_only_counted(hers, his, an, admin):
    with history.act("edit_leads", by=admin.by, now=NOW) as act:
        for lead in (hers, his):
            Person.objects.filter(pk=lead.person_id).update(job_title="Kế toán")
    page = text(an.browser().get(act_url(act) + "?lang=en"))
    assert "Hoa" in page
    assert "Lan" not in page
    assert "1 further row" in page
    assert "1 further row" not in text(admin.browser().get(act_url(act) + "?lang=en"))


def test_a_name_behind_a_foreign_key_is_hidden_from_who_may_not_see_it(hers, his, an, admin):
    with history.act("log", by=admin.by, now=NOW) as act:
        hers.bant.create(person=his.person, kind="need", text="nước", occurred_at=NOW)
    page = text(an.browser().get(act_url(act)))
    assert "Lan" not in page


def test_what_visitors_do_is_told(ready, admin):
    with history.act("capture_lead", by=VISITOR, now=NOW) as act:
        Person.objects.create(full_name="Hoa", created_at=NOW)
    assert "A visitor" in text(admin.browser().get(act_url(act) + "?lang=en"))


def test_a_record_tells_its_history(hers, an):
    change(hers, an, region="Huế")
    page = text(an.browser().get(f"/history/of/lead/{hers.public_id}/?lang=en"))
    assert page.index("Huế") < page.rindex("Hà Nội")
    assert "Changed a lead" in page


def test_a_code_is_told_in_words(hers, an):
    log_activity(hers.person, lead=hers, kind="email", direction="in", body="Cần báo giá", by=an.by, now=NOW)
    page = text(an.browser().get(act_url(Act.objects.latest("id")) + "?lang=en"))

    assert '<th scope="row">Direction</th><td>from them</td>' in page


@pytest.mark.parametrize("kind", ["lead", "person", "user", "history"])
def test_a_stranger_finds_no_history_of_a_record(hers, dung, kind):
    assert dung.browser().get(f"/history/of/{kind}/{hers.public_id}/").status_code == 404


def test_undo_asks_first_and_then_takes_back(hers, an):
    act, browser = change(hers, an, region="Huế"), an.browser()
    assert "Undo this?" in text(browser.get(act_url(act, "undo") + "?lang=en"))
    answer = browser.post(act_url(act, "undo"), {"next": f"/leads/{hers.public_id}/"})
    assert (answer.status_code, answer["Location"]) == (302, f"/leads/{hers.public_id}/")
    hers.refresh_from_db()
    assert hers.region == "Hà Nội"
    assert "undone" in text(browser.get(LIST + "?lang=en"))


def test_undo_names_what_would_go_along_and_takes_it_when_agreed(hers, an):
    act, browser = change(hers, an, region="Huế"), an.browser()
    later = change(hers, an, region="Vinh")
    asked = browser.post(act_url(act, "undo"))
    assert asked.status_code == 409
    assert act_url(later) in asked.content.decode()
    assert f'name="agreed" value="{later.pk}"' in asked.content.decode()
    browser.post(act_url(act, "undo"), {"agreed": str(later.pk)})
    hers.refresh_from_db()
    assert hers.region == "Hà Nội"


def test_an_undo_can_be_done_again(hers, an):
    act, browser = change(hers, an, region="Huế"), an.browser()
    browser.post(act_url(act, "undo"))
    assert "Redo" in text(browser.get(act_url(Act.objects.latest("id")) + "?lang=en"))
    browser.post(act_url(Act.objects.latest("id"), "undo"))
    hers.refresh_from_db()
    assert hers.region == "Huế"


def test_what_cannot_be_taken_back_says_why(hers, an):
    act, browser = change(hers, an, region="Huế"), an.browser()
    for _ in range(2):
        answer = browser.post(act_url(act, "undo") + "?lang=en", follow=True)
    assert "This was undone before." in answer.content.decode()


def test_no_undo_by_get(hers, an):
    an.browser().get(act_url(change(hers, an, region="Huế"), "undo"))
    hers.refresh_from_db()
    assert hers.region == "Huế"


def test_the_number_of_queries_does_not_grow_with_the_list(hers, an, django_assert_max_num_queries):
    for n in range(30):
        change(hers, an, region=f"Quận {n}")
    browser = an.browser()
    browser.get(LIST)
    with django_assert_max_num_queries(40):
        browser.get(LIST)


def test_an_import_of_thousands_shows_a_part(ready, admin):
    with history.act("import_file", by=admin.by, now=NOW) as act:
        Person.objects.bulk_create([Person(full_name=f"Người {n}", created_at=NOW) for n in range(450)])
    page = text(admin.browser().get(act_url(act) + "?lang=en"))
    assert page.count("data-op=") == 200
    assert "250 further rows" in page
