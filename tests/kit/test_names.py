import pytest
from hypothesis import given
from hypothesis import strategies as st

from khoi.kit.names import Name, initials, is_blank, name_key, parse_name


@pytest.mark.parametrize(
    ("full", "language", "name"),
    [
        ("Nguyễn Thị Minh Anh", "vi", Name("Nguyễn", "Thị Minh", "Anh")),
        ("Tôn Thất Bách", "vi", Name("Tôn Thất", "", "Bách")),
        ("Trần An", "vi", Name("Trần", "", "An")),
        ("An", "vi", Name("", "", "An")),
        ("", "vi", Name("", "", "")),
        ("John Smith", "vi", Name("Smith", "", "John")),
        ("Mary Jane Watson", "en", Name("Watson", "Jane", "Mary")),
        ("Nguyen Van An", "en", Name("Nguyen", "Van", "An")),
        ("An Nguyen", "en", Name("Nguyen", "", "An")),
        ("Smith, John Paul", "en", Name("Smith", "Paul", "John")),
    ],
)
def test_a_name_is_split_by_its_words_or_by_the_custom_of_the_language(full, language, name):
    assert parse_name(full, language) == name


@given(st.text(), st.sampled_from(["vi", "en"]))
def test_no_letter_of_a_name_is_lost(full, language):
    name = parse_name(full.replace(",", ""), language)
    assert sorted(f"{name.family}{name.middle}{name.given}".replace(" ", "")) == sorted(
        "".join(full.replace(",", "").split())
    )


@pytest.mark.parametrize(
    ("full", "letters"),
    [("Trần Thị Hoà An", "TA"), ("đặng", "Đ"), ("Smith, John", "SJ"), ("(Bình)", "B"), ("", ""), ("– –", "")],
)
def test_initials_are_of_the_first_and_the_last_word(full, letters):
    assert initials(full) == letters


def test_the_order_of_the_words_does_not_change_the_key():
    assert name_key("Nguyễn Văn An") == name_key("AN  nguyen, van") == "an nguyen van"


@pytest.mark.parametrize("text", ["", "  ", "\u00a0", "\u200b\u200d", "\ufeff", "\u3164", "\u2800", "\u0301", "\x00"])
def test_what_shows_nothing_is_blank(text):
    assert is_blank(text)


@pytest.mark.parametrize("text", ["An", "\u200bAn", "李", "٣", "🙂", "-", "A\u0302\u0301n"])
def test_what_shows_anything_is_not(text):
    assert not is_blank(text)
