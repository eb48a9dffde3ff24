import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khoi.kit.phones import normalise_phone, phone_problem, show_phone

OLD_AND_NEW = """0120→070 0121→079 0122→077 0126→076 0128→078 0123→083 0124→084 0125→085 0127→081 0129→082 0162→032
0163→033 0164→034 0165→035 0166→036 0167→037 0168→038 0169→039 0186→056 0188→058 0199→059"""


@pytest.mark.parametrize(
    "raw",
    [
        "0912 345 678",
        "0912.345.678",
        "+84 912 345 678",
        "84912345678",
        "0084912345678",
        "(+84) 0912-345-678",
        "912345678",
        "ĐT: 0912 345 678 (Zalo)",
        "０９１２３４５６７８",
        "0912345678 / 0987654321",
        "0912345678 - 0987654321",
        "0912345678zalo",
        "\u202a+84912345678\u202c",
        "tel:+84-912-345-678",
        "0912345678 x 12",
    ],
)
def test_however_it_is_typed_a_number_is_kept_one_way(raw):
    assert normalise_phone(raw) == "+84912345678"


@pytest.mark.parametrize("pair", OLD_AND_NEW.split())
@pytest.mark.parametrize("lead", ["0", "+84", "84", "0084", "+84 0", ""])
def test_old_eleven_digit_mobiles_become_todays_numbers(pair, lead):
    old, new = pair.split("→")
    assert normalise_phone(f"{lead}{old[1:]}1234567") == f"+84{new[1:]}1234567"


def test_an_old_prefix_abroad_is_left_alone():
    assert normalise_phone("+1 201 234 5678") == "+12012345678"
    assert normalise_phone("(201) 234-5678", region="US") == "+12012345678"


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("chưa có", "not_a_number"),
        ("0912ABC345", "not_a_number"),
        ("0912", "too_short"),
        ("091234567890123", "too_long"),
        ("+999 123456", "unknown_country"),
        ("0012345678", "too_short"),
        ("0112345678", "unknown_range"),
        ("0912345678", None),
    ],
)
def test_a_refusal_has_a_reason(raw, problem):
    assert phone_problem(raw) == problem


@given(st.text(alphabet="0123456789+() .-/xaĐ", max_size=24))
def test_there_is_a_number_exactly_when_there_is_no_problem(raw):
    assert (normalise_phone(raw) is None) == (phone_problem(raw) is not None)


@given(st.text(alphabet="0123456789+() .-", max_size=24))
def test_a_kept_number_is_the_form_of_itself(raw):
    kept = normalise_phone(raw)
    assert kept is None or normalise_phone(kept) == kept


@pytest.mark.parametrize(
    ("kept", "shown"),
    [
        ("+84912345678", "0912 345 678"),
        ("+842838251234", "028 3825 1234"),
        ("+16502530000", "+1 650-253-0000"),
        ("?", "?"),
    ],
)
def test_a_number_is_shown_as_people_here_write_it(kept, shown):
    assert show_phone(kept) == shown


@pytest.mark.data
def test_every_example_number_of_the_published_plan_is_kept_and_shown(shared_data):
    examples = re.findall(
        r"<exampleNumber>(\d+)</exampleNumber>", (shared_data / "vn_phone" / "VN_territory.xml").read_text()
    )
    assert len(examples) > 5
    for national in examples:
        number = f"+84{national}"
        if phonenumbers.is_valid_number(phonenumbers.parse(number)):
            assert normalise_phone(number) == number
            assert normalise_phone(show_phone(number)) == number


@pytest.mark.data
def test_landlines_of_every_area_code_are_kept(shared_data):
    lines = (shared_data / "vn_phone" / "geocoding_vi_84.txt").read_text().splitlines()
    areas = [line.split("|")[0] for line in lines if line[:1].isdigit()]
    assert len(areas) > 60
    for area in areas:
        national = area.removeprefix("84")
        assert normalise_phone(f"0{national}{'38251234'[: 10 - len(national)]}") is not None, area
