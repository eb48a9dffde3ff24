from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khoi.kit.emails import email_problem, normalise_email


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (" An.Nguyen@Example.COM ", "an.nguyen@example.com"),
        ("an+shop@example.com", "an+shop@example.com"),
        ("an@công-ty.vn", "an@xn--cng-ty-ixa.vn"),
        ("e\u0301ric@example.com", "éric@example.com"),
        ("an@faß.de", "an@xn--fa-hia.de"),
        ("an@xn--fa-hia.de", "an@xn--fa-hia.de"),
        ("葉士豪@臺網中心。tw", "葉士豪@xn--fiqq24b10vi0d.tw"),
        ("o'brien@mail.example.com.vn", "o'brien@mail.example.com.vn"),
    ],
)
def test_an_address_is_kept_one_way(raw, kept):
    assert normalise_email(raw) == kept


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        ("", "empty"),
        ("an", "no_at"),
        ("an@b@example.com", "many_at"),
        ("an@example.com\n", "control_character"),
        ("an@example.com\r\nBcc: x@example.com", "control_character"),
        ("a\0n@example.com", "control_character"),
        ("an nguyen@example.com", "forbidden_character"),
        ("An <an@example.com>", "forbidden_character"),
        ("a\u2066n@example.com", "forbidden_character"),
        ("a\u00adn@example.com", "forbidden_character"),
        ("a\ud800n@example.com", "forbidden_character"),
        ("\u0300an@example.com", "forbidden_character"),
        ("an@⒈example.com", "bad_domain"),
        ("an@xn--0.com", "bad_domain"),
        ("an@xn--.com", "bad_domain"),
        (".an@example.com", "bad_name"),
        ("a..n@example.com", "bad_name"),
        ("@example.com", "bad_name"),
        ("an@example", "bad_domain"),
        ("an@", "bad_domain"),
        ("an@-example.com", "bad_domain"),
        ("an@10.0.0.1", "bad_domain"),
        ("an@ex_ample.com", "bad_domain"),
        (f"{'a' * 65}@example.com", "too_long"),
        ("an@example.com", None),
    ],
)
def test_a_refusal_has_a_reason(raw, problem):
    assert email_problem(raw) == problem


@given(st.one_of(st.text(), st.emails()))
def test_there_is_an_address_exactly_when_there_is_no_problem(raw):
    kept = normalise_email(raw)
    assert (kept is None) == (email_problem(raw) is not None)
    assert kept is None or normalise_email(kept) == kept


@pytest.mark.data
def test_published_cases_are_judged_as_their_authors_do(shared_data):
    cases = ET.parse(shared_data / "email_address_tests" / "isemail_tests.xml").getroot().iter("test")
    for case in cases:
        address = "".join(
            chr(ord(sign) - 0x2400) if "\u2400" <= sign < "\u2421" else sign for sign in case.findtext("address") or ""
        )
        kept = normalise_email(address)
        if case.findtext("category") == "ISEMAIL_ERR":
            assert kept is None, address
        if case.findtext("category") == "ISEMAIL_VALID_CATEGORY" and "." in address.partition("@")[2]:
            assert kept is not None, address
