"""Two people change the addresses of one person."""

import pytest

from khoi.people.models import Person
from khoi.people.services import add_person
from tests.cast import NOW
from tests.lifecycle.conftest import program_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def hoa(ready, admin):
    return add_person(full_name="Hoa", emails=["hoa@example.vn"], phones=["0912345678"], by=admin.by, now=NOW)


@pytest.fixture
def program(admin):
    return program_of(admin)


def emails(hoa):
    return list(hoa.contact_points.filter(kind="email").order_by("-is_primary", "id").values_list("value", flat=True))


def change(program, hoa, version, **body):
    return program.patch(f"/people/{hoa.public_id}", body, if_match=version)


def test_cor_05_an_address_another_added_is_not_lost(program, hoa):
    seen = program.get(f"/people/{hoa.public_id}")["ETag"]
    first = change(program, hoa, seen, emails=["hoa@example.vn", "b@example.vn"])
    second = change(program, hoa, seen, emails=["hoa@example.vn", "c@example.vn"])

    assert first["ETag"] != seen
    assert (second.status_code, second.json()["conflicts"]) == (
        409,
        {
            "emails": {
                "mine": ["hoa@example.vn", "c@example.vn"],
                "theirs": ["hoa@example.vn", "b@example.vn"],
                "base": ["hoa@example.vn"],
            }
        },
    )
    assert emails(hoa) == ["hoa@example.vn", "b@example.vn"]


def test_an_address_another_took_out_is_told_and_known_from_before(program, hoa):
    seen = program.get(f"/people/{hoa.public_id}")["ETag"]
    change(program, hoa, seen, emails=[])
    told = change(program, hoa, seen, emails=["hoa@example.vn", "c@example.vn"]).json()["conflicts"]["emails"]

    assert (told["theirs"], told["base"]) == ([], ["hoa@example.vn"])


def test_different_lists_and_the_same_wish_go_together(program, hoa):
    seen = program.get(f"/people/{hoa.public_id}")["ETag"]
    assert change(program, hoa, seen, emails=["b@example.vn"]).status_code == 200
    assert change(program, hoa, seen, phones=["0987654321"]).status_code == 200
    assert change(program, hoa, seen, emails=["B@example.vn"]).status_code == 200


def test_the_form_shows_the_three_lists_side_by_side(admin, hoa):
    browser, url = admin.browser(), f"/people/{hoa.public_id}/edit/?lang=en"
    opened = browser.get(url).context
    typed = {name: value or "" for name, value in opened["form"].initial.items()} | opened["hidden"]
    browser.post(url, typed | {"emails": "b@example.vn"})
    answer = browser.post(url, typed | {"emails": "c@example.vn"})

    assert answer.status_code == 409
    clash = answer.context["form"]["emails"].field.clash
    assert clash == {"base": "hoa@example.vn", "theirs": "b@example.vn", "mine": "c@example.vn"}


def test_the_history_of_a_person_tells_of_addresses_that_came_and_went(admin, program, hoa):
    seen = program.get(f"/people/{hoa.public_id}")["ETag"]
    change(program, hoa, seen, emails=["moi@example.vn"])
    page = admin.browser().get(f"/history/of/person/{hoa.public_id}/").content.decode()

    assert "hoa@example.vn" in page
    assert "moi@example.vn" in page
    assert Person.objects.get(pk=hoa.pk).full_name == "Hoa"
