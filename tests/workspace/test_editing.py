"""The workspace is changed as a whole that makes sense, or not at all."""

import pytest

from khoi.kit.refusals import Refusal
from khoi.workspace import queries
from khoi.workspace import services as workspace
from khoi.workspace.models import Workspace
from tests.cast import NOW


def edit(ready, by, **changes):
    return workspace.edit_workspace(ready, changes=changes, by=by, now=NOW)


def test_name_zone_and_hours_are_changed(ready, admin):
    edit(ready, admin.by, name="  Nước   Trong ", time_zone="Asia/Tokyo", work_days=[5, 0, 5], work_starts="07:30:00")
    kept = Workspace.objects.get()

    assert (kept.name, kept.time_zone, kept.work_days, kept.work_starts) == (
        "Nước Trong",
        "Asia/Tokyo",
        [0, 5],
        "07:30",
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", " "),
        ("name", "x" * 121),
        ("time_zone", "Asia/Saigon2"),
        ("time_zone", "../../etc/passwd"),
        ("currency", "ĐỒNG"),
        ("language", "fr"),
        ("response_minutes", 0),
        ("work_days", []),
        ("work_days", [7]),
        ("work_starts", "25:00"),
        ("work_ends", "08:00"),
        ("is_demo", True),
    ],
)
def test_what_makes_no_sense_is_refused(ready, admin, field, value):
    with pytest.raises(Refusal):
        edit(ready, admin.by, **{field: value})

    assert queries.current().name == "Nước Mát"


def test_the_settings_page_keeps_what_two_people_changed(ready, admin):
    browser = admin.browser()
    shown = browser.get("/settings/workspace/")
    form = {
        "version": shown.context["version"],
        "name": "Nước Mát",
        "language": "vi",
        "time_zone": "Asia/Ho_Chi_Minh",
        "currency": "VND",
        "work_days": [0, 1, 2, 3, 4],
        "work_starts": "08:00",
        "work_ends": "17:30",
        "response_minutes": 30,
    }
    browser.post("/settings/workspace/", form | {"response_minutes": 15})
    browser.post("/settings/workspace/", form | {"currency": "USD"})
    kept = Workspace.objects.get()

    assert (kept.response_minutes, kept.currency) == (15, "USD")
