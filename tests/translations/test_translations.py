"""Both languages are complete: what a page, a mail, an error or the command line can say is written in Vietnamese."""

import re

from tests.translations import messages

PLACE = re.compile(r"%\([a-z_]+\)[sd]|%[sd]|\{[a-z_]+\}")


def test_every_text_has_its_vietnamese() -> None:
    assert messages.untranslated(messages.update([])) == []


def test_the_vietnamese_file_holds_nothing_that_is_no_longer_said() -> None:
    wanted = {(m.id, m.context) for m in messages.wanted()}
    assert [m.id for m in messages.written() if (m.id, m.context) not in wanted] == []


def test_translations_keep_their_places() -> None:
    """A text that loses ``%(name)s`` in Vietnamese says nothing or fails."""
    for message in messages.written():
        if message.id and isinstance(message.string, str) and isinstance(message.id, str):
            assert sorted(set(PLACE.findall(message.id))) == sorted(set(PLACE.findall(message.string))), message.id


def test_nothing_shown_is_left_out_of_translation() -> None:
    """The catalog is not empty by accident."""
    assert len(messages.wanted()) > 300
