from unicodedata import normalize

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from khoi.kit.fold import fold, sort_key, words


def test_marks_case_and_doubled_spaces_are_folded_away():
    assert fold("  Nguyễn   Đức\tHÒA ") == "nguyen duc hoa"


def test_look_alikes_of_a_stroked_d_are_taken_for_it():
    assert fold("Ðặng") == fold("Ɖặng") == fold("Đặng") == "dang"
    assert sort_key("Ðạt") == sort_key("Đạt")


def test_composed_and_decomposed_text_fold_alike():
    assert fold("ế") == fold("ê\u0301") == "e"


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


def test_words_are_cut_at_everything_that_is_neither_letter_nor_digit():
    assert words("Công ty CP Thép-Việt (VN) 24/7") == ("cong", "ty", "cp", "thep", "viet", "vn", "24", "7")


def test_the_alphabet_is_the_vietnamese_one():
    names = ["Đạt", "Dũng", "Ân", "Ánh", "Ăn", "Eo", "Êm", "Ông", "Oanh", "Ơn", "Ưu", "Uyên", "Zoe"]
    assert sorted(names, key=sort_key) == [
        "Ánh",
        "Ăn",
        "Ân",
        "Dũng",
        "Đạt",
        "Eo",
        "Êm",
        "Oanh",
        "Ông",
        "Ơn",
        "Uyên",
        "Ưu",
        "Zoe",
    ]


def test_tones_stand_in_dictionary_order():
    assert sorted(["mạ", "má", "mã", "mả", "mà", "ma"], key=sort_key) == ["ma", "mà", "mả", "mã", "má", "mạ"]


def test_letters_decide_before_tones_and_a_space_before_letters():
    assert sorted(["hoàng", "hoa lan", "hoả", "hoan"], key=sort_key) == ["hoả", "hoa lan", "hoan", "hoàng"]


def test_small_comes_before_capital_only_when_all_else_is_equal():
    assert sorted(["An", "an", "án", "Ba"], key=sort_key) == ["an", "An", "án", "Ba"]


@pytest.mark.postgres
@pytest.mark.django_db
def test_the_order_is_the_one_of_the_unicode_library():
    families = ["Nguyễn", "Đặng", "Dương", "Ân", "Ông", "Ưng", "Ngô", "Nguyen"]
    given_names = [
        "An",
        "Ân",
        "Ánh",
        "Ăn",
        "ánh",
        "Hoà",
        "Hoa",
        "Hoàng",
        "Hoa Lan",
        "3A",
        "24/7",
        "Zoe",
        "Mai",
        "Mạ",
        "Mã",
    ]
    names = [f"{family} {name}" for family in families for name in given_names] + given_names
    with connection.cursor() as cursor:
        cursor.execute('select name from unnest(%s::text[]) name order by name collate "vi-x-icu"', [names])
        assert [name for (name,) in cursor.fetchall()] == sorted(names, key=sort_key)


@given(st.text())
def test_the_key_does_not_depend_on_how_marks_are_encoded(text):
    assert sort_key(normalize("NFD", text)) == sort_key(normalize("NFC", text))
