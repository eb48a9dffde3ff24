"""The mappings that come with Khơi are the ones the how-to pages show."""

from pathlib import Path

import pytest

from khoi.capture.queries.layouts import FOLDER, layout_named, layouts

HOWTO = Path(__file__).parents[2] / "docs" / "howto" / "import"


@pytest.mark.parametrize("page", sorted(HOWTO.glob("*.toml")), ids=lambda page: page.stem)
def test_a_mapping_of_the_how_to_pages_is_shipped_word_for_word(page):
    assert (FOLDER / page.name).read_bytes() == page.read_bytes()


def test_every_layout_is_named_like_its_file():
    assert {name: mapping.name for name, mapping in layouts().items()} == {name: name for name in layouts()}
    assert layout_named("olist-mql") is not None
    assert layout_named("nothing") is None
