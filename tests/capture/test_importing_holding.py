"""The addresses of a file, kept in little memory."""

from hypothesis import given
from hypothesis import strategies as st

from khoi.capture.services.importing.holding import Holders

KEYS = st.tuples(st.sampled_from(["email", "phone"]), st.text(max_size=3))


@given(st.lists(st.tuples(KEYS, st.integers(1, 2**40)), max_size=60), KEYS)
def test_whoever_had_an_address_first_has_it(put, asked):
    holders, plain = Holders(), dict[tuple[str, str], int]()
    holders._make(4)
    for key, person in put:
        holders.setdefault(key, person)
        plain.setdefault(key, person)
    assert [holders.get(key) for key in (*plain, asked)] == [plain.get(key) for key in (*plain, asked)]


def test_a_hundred_thousand_addresses_take_less_than_five_megabytes():
    holders = Holders()
    for number in range(100_000):
        holders.setdefault(("email", f"{number}@sen.example"), number)
    held = holders.digests.itemsize * len(holders.digests) + holders.people.itemsize * len(holders.people)
    assert (holders.get(("email", "99999@sen.example")), held < 50 * 100_000) == (99_999, True)
