from khoi.kit.search import terms


def test_words_are_looked_for_at_their_beginning_without_marks():
    assert terms("Nguyễn Thị HOA") == (" nguyen", " thi", " hoa")


def test_digits_typed_in_groups_are_one_number_found_anywhere():
    assert terms("0912 345") == ("0912345",)


def test_an_international_number_finds_its_digits():
    assert terms("+84 912") == ("84912",)
    assert terms("0084 912") == ("84912",)


def test_a_name_and_a_number_are_two_terms():
    assert terms("hoa 0912 345") == (" hoa", "0912345")


def test_one_or_two_digits_only_begin_a_word():
    assert terms("kho 3") == (" kho", " 3")


def test_nothing_but_signs_is_no_term():
    assert terms(" –,. ") == ()


def test_an_endless_text_is_looked_for_by_its_beginning():
    assert [len(term) for term in terms("x" * 100_000)] == [201]
