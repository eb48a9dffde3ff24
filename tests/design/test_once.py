"""A form that changes something carries the key of its sending."""

import re

from tests.architecture.reading import PACKAGE

#: Forms without one, and why.
WITHOUT = {
    "team/log_in.html": "nobody is logged in yet",
    "team/forgotten.html": "nobody is logged in yet",
    "team/welcome.html": "its link works once",
    "team/my_tokens.html": "the answer holds a secret, which is kept nowhere",
    "design/account.html": "logs out",
    "design/language.html": "the same again changes nothing",
    "capture/imports.html": "long work, outside of one transaction; the same file again changes nothing",
    "capture/import_draft.html": "as above",
    "capture/import_run.html": "as above",
    "capture/import_move.html": "as above",
    "design/gallery_controls.html": "saves nothing",
    "design/gallery_table.html": "saves nothing",
    "design/gallery_gate.html": "saves nothing",
}


def test_dur_09_every_form_that_writes_carries_a_key():
    bare = set()
    for path in PACKAGE.rglob("templates/**/*.html"):
        text = path.read_text(encoding="utf-8")
        if len(re.findall(r"{% csrf_token %}", text)) > len(re.findall(r"{% once %}", text)):
            bare.add("/".join(path.parts[-2:]))

    assert bare == set(WITHOUT)
