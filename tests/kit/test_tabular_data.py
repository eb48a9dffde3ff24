"""The reader against files other people made. They are kept beside the repository, not in it."""

import json
import unicodedata

import pytest

from khoi.kit.tabular import TableRefused, read_table, starts_formula

pytestmark = pytest.mark.data


def read(path):
    with read_table(path, path.name) as table:
        return table, list(table.rows)


def test_every_file_is_read_or_refused_by_name_and_comes_out_composed(shared_data):
    files = [
        path
        for folder in ("csv_torture", "crm_exports")
        for path in (shared_data / folder).rglob("*")
        if path.is_file()
    ]
    for path in files:
        try:
            table, rows = read(path)
        except TableRefused:
            continue
        texts = [*table.headings, *(cell for row in rows for cell in row.cells)]
        assert all(unicodedata.is_normalized("NFC", text) and "\0" not in text for text in texts), path
    assert len(files) > 30


def known(record):
    """Without the two places where a question and its answer differ: a phone number, and line ends lost on the way."""
    return {name: text.replace("\r\n", "\n") for name, text in record.items() if name != "Contact Phone Number"}


def test_the_csv_spectrum_is_read_as_its_authors_say(shared_data):
    for path in sorted((shared_data / "csv_torture" / "csv_spectrum" / "csvs").glob("*.csv")):
        expected = json.loads((path.parents[1] / "json" / f"{path.stem}.json").read_text())
        table, rows = read(path)
        said = expected if isinstance(expected, list) else [expected]
        assert [known(table.record(row)) for row in rows] == [known(record) for record in said], path.name


def test_vietnamese_places_are_the_same_in_every_encoding(shared_data):
    files = sorted((shared_data / "csv_torture" / "vietnamese_encodings").glob("*.csv"))
    found = [(table.headings, [row.cells for row in rows]) for table, rows in map(read, files)]
    assert len(found) > 1
    assert all(one == found[0] for one in found)


def test_exports_of_other_systems_have_no_ragged_row(shared_data):
    for path in sorted((shared_data / "crm_exports").rglob("*.csv")):
        _, rows = read(path)
        assert all(row.usable for row in rows), path.name


def test_known_injection_payloads_are_all_recognised(shared_data):
    payloads = (shared_data / "csv_torture" / "injection" / "Intruder" / "csv-payload.txt").read_text().splitlines()
    assert [text for text in payloads if not starts_formula(text)] == [p for p in payloads if p.startswith("DDE")]
