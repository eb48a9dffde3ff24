from khoi.design import rules


def test_a_person_shows_family_and_given_name() -> None:
    assert rules.initials("Trần Thu An") == "TA"
    assert rules.initials("đặng hữu Phước") == "ĐP"


def test_a_company_shows_the_words_that_tell_it_apart() -> None:
    assert rules.initials("Công ty Bao bì Lá Sen", company=True) == "LS"


def test_a_name_of_one_word_or_none_still_shows_something() -> None:
    assert rules.initials("Bình") == "B"
    assert rules.initials("  ") == "?"
    assert rules.initials("Nguyễn (An)") == "N"


def test_a_sparkline_rises_to_its_highest_point() -> None:
    drawn = rules.spark([1, 5, 9])
    assert drawn is not None
    assert (drawn.x, drawn.y, drawn.rising) == (50.0, 3.0, True)
    assert drawn.line.startswith("M1 15L")


def test_a_flat_sparkline_runs_in_the_middle() -> None:
    drawn = rules.spark([4, 4])
    assert drawn is not None
    assert drawn.line == "M1 9L50 9"


def test_one_point_makes_no_line() -> None:
    assert rules.spark([7]) is None


def test_a_stream_narrows_with_the_count() -> None:
    steps = [rules.StreamStep("Lead", 100, "100", "50%"), rules.StreamStep("Won", 50, "50")]
    drawn = rules.stream(steps, pinch=0, height=190)
    assert drawn is not None
    # 100 leads fill the whole depth of 100 units from 44; 50 leave a quarter of it free above and below
    assert drawn.body.startswith("M0 44.0L")
    assert "69.0" in drawn.parts[0].passage
    assert drawn.parts[0].pinched
    assert drawn.parts[1].passage == ""


def test_a_step_nobody_reached_still_has_a_trickle() -> None:
    drawn = rules.stream([rules.StreamStep("Lead", 0, "0"), rules.StreamStep("Won", 0, "0")], height=190)
    assert drawn is not None
    assert drawn.body.startswith("M0 92.5L")
