"""What lists by custom fields hold: the files of deals and of leads, somebody merged, a field that is not listed."""

from decimal import Decimal

from khoi.custom import services as custom
from khoi.custom.models import CustomField
from khoi.custom.queries import part_by
from khoi.lifecycle import services as lifecycle
from khoi.people import services as people
from khoi.people.models import Person
from tests.cast import NOW
from tests.custom.lists.test_others import add, names


def test_a_field_that_is_not_listed_is_no_column(fields, lead, an):
    page = an.browser().get("/leads/").content.decode()
    assert "own.size" not in page


def test_the_file_of_deals_holds_what_the_list_shows_in_its_order(add_field, ready, an, binh):
    add_field("opportunity", "number", "Pallets", in_lists=True)
    for number, (name, pallets) in enumerate((("Kho một", 3), ("Kho hai", 20), ("Kho ba", 7))):
        custom.set_values(add("opportunity", name, number, an), {"pallets": Decimal(pallets)}, by=an.by, now=NOW)
    address = "/pipeline/deals.csv?own.pallets.from=5&sort=-own.pallets&lang=en"
    head, *lines = b"".join(binh.browser().get(address)).decode().strip().splitlines()
    assert head.endswith('"Pallets"')
    assert [line.split(",")[0].strip('"\ufeff') for line in lines] == ["Kho hai", "Kho ba"]


def test_the_file_of_leads_is_in_the_order_of_the_field(add_field, lead, binh, an):
    add_field("lead", "number", "Pallets", in_lists=True)
    enquiry = lifecycle.Enquiry(full_name="Bùi Văn Tám", phones=("0912345999",), owner=an.user)
    other = lifecycle.capture_lead(enquiry, by=an.by, now=NOW).lead
    custom.set_values(lead, {"pallets": Decimal(3)}, by=an.by, now=NOW)
    custom.set_values(other, {"pallets": Decimal(8)}, by=an.by, now=NOW)
    lines = b"".join(binh.browser().get("/leads/export/?view=all&sort=-own.pallets")).decode().strip().splitlines()
    assert ["Bùi Văn Tám" in lines[1], "Nguyễn Thị Hoa" in lines[2]] == [True, True]


def test_somebody_merged_stands_once_with_the_value_that_holds(add_field, ready, an):
    add_field("person", "number", "Pallets", in_lists=True)
    kept, other = (add("person", name, number, an) for number, name in enumerate(("Hoa", "Hòa")))
    custom.set_values(kept, {"pallets": Decimal(3)}, by=an.by, now=NOW)
    custom.set_values(other, {"pallets": Decimal(9)}, by=an.by, now=NOW)
    people.merge_people(kept, loser=other, choices={}, by=an.by, now=NOW)
    field = CustomField.objects.get(key="pallets")
    assert part_by(Person.objects.all(), field, down=False)[0][0].pk == kept.pk
    assert names(an.browser().get("/people/?sort=own.pallets")) == ["Hoa"]
    assert names(an.browser().get("/people/?own.pallets.from=9")) == []
