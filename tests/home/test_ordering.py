from khoi.home.rules.ordering import BANDS, REASONS, Call, arrange


def test_what_waiting_would_cost_most_comes_first():
    calls = [Call(("lead", n), reason, 0) for n, reason in enumerate(reversed(REASONS))]
    assert [place.call.reason for place in arrange(calls)] == list(REASONS)


def test_a_lead_stands_in_the_queue_once_for_its_most_pressing_reason():
    calls = [Call(("lead", 7), "hot", 0), Call(("lead", 7), "late", 0), Call(("lead", 7), "cooling", 0)]
    (place,) = arrange(calls)
    assert (place.call.reason, place.also) == ("late", ("hot", "cooling"))


def test_a_deal_and_a_lead_with_one_number_are_two():
    assert len(arrange([Call(("lead", 7), "late", 0), Call(("deal", 7), "still", 0)])) == 2


def test_among_calls_of_one_reason_the_smaller_figure_comes_first():
    calls = [Call(("lead", 1), "late", 90.0), Call(("lead", 2), "late", 5.0)]
    assert [place.call.subject[1] for place in arrange(calls)] == [2, 1]


def test_bands_never_mix():
    calls = [Call(("lead", n), reason, -n) for n, reason in enumerate(REASONS)]
    bands = [BANDS.index(place.band) for place in arrange(calls)]
    assert bands == sorted(bands)
