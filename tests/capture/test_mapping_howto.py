"""The how-to pages say what the code does: every field, and every mapping shown, in both languages."""

import re
from pathlib import Path

import pytest

from khoi.capture.rules.mapping import FIELDS, REJECTED_COLUMNS, load_mapping

HOWTO = Path(__file__).parents[2] / "docs" / "howto" / "import"
PAGES = [HOWTO / "README.md", HOWTO / "README.vi.md"]
BLOCK = re.compile(r"(?:^    .*\n|^\n(?=    ))+", re.MULTILINE)


def blocks(page):
    return [re.sub(r"^    ", "", block, flags=re.MULTILINE).strip() for block in BLOCK.findall(page.read_text("utf-8"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_field_and_column_of_ours_is_named(page):
    named = set(re.findall(r"`([^`]+)`", page.read_text("utf-8")))
    assert {name for fields in FIELDS.values() for name in fields} <= named
    assert set(REJECTED_COLUMNS) <= named


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_mapping_shown_can_be_loaded(page):
    shown = [load_mapping(block) for block in blocks(page) if block.startswith("format = 1")]
    assert [len(mapping.columns) for mapping in shown] == [3]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_each_part_shown_fits_into_a_mapping(page):
    head = 'format = 1\nname = "x"\nrows = "{}"\n'
    parts = {block.splitlines()[0]: block for block in blocks(page)}
    for first in ("[join]", "[constants]", "[[asserts]]"):
        rows = "lead" if first == "[constants]" else "opportunity"
        load_mapping(f"{head.format(rows)}\n{parts[first]}\n\n[columns]\n")
    columns = next(block for block in blocks(page) if "drop = true" in block).splitlines()
    leads, deals = "\n".join(columns[:-1]), columns[-1]
    assert len(load_mapping(f"{head.format('lead')}[columns]\n{leads}").columns) == 5
    assert len(load_mapping(f"{head.format('opportunity')}[columns]\n{deals}").columns) == 1
