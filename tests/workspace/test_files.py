"""Files are kept by their content; what a user calls them names nothing on disk."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khoi.history.rules.actors import SYSTEM
from khoi.kit.refusals import Refusal
from khoi.workspace import services as workspace
from khoi.workspace.models import File
from khoi.workspace.rules import media_type, shown_name
from khoi.workspace.views import attachment
from tests.cast import NOW

HOSTILE = [
    "../../etc/passwd",
    "..\\..\\boot.ini",
    "/etc/shadow",
    "a\0b.pdf",
    "x" * 400 + ".pdf",
    "hóa\u202efdp.exe",
    "CON",
    "tên.",
    ".",
    "..",
    "",
    "a\r\nSet-Cookie: x=1",
    'a"; filename="b.html',
]


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"
    return settings.FILES_DIR


def store(content=b"hello", name="chào.txt", **more):
    return workspace.store_file([content], name=name, by=SYSTEM, now=NOW, **more)


@pytest.mark.django_db
def test_a_file_comes_back_as_it_went_in():
    with workspace.open_file(store(b"abc" * 1000)) as kept:
        assert kept.read() == b"abc" * 1000


@pytest.mark.django_db
def test_a_file_is_named_by_its_content(folder):
    file = store(b"hello")
    digest = hashlib.sha256(b"hello").hexdigest()

    assert [p.name for p in folder.rglob("*") if p.is_file()] == [file.digest] == [digest]


@pytest.mark.django_db
def test_the_same_file_is_kept_once(folder):
    assert store() == store()
    assert store(name="khác.txt") != store()
    assert (File.objects.count(), len([p for p in folder.rglob("*") if p.is_file()])) == (2, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("name", HOSTILE)
def test_sec_08_a_hostile_name_reaches_no_path_and_no_header(folder, tmp_path, name):
    file = store(name=name)
    answer = attachment(file)

    assert {p.parent.parent for p in folder.rglob("*") if p.is_file()} == {folder}
    assert [p.name for p in tmp_path.iterdir()] == ["files"]
    assert answer["Content-Disposition"].startswith("attachment")
    assert file.name
    assert not {"/", "\\", "\0", "\r", "\n", "\u202e"} & set(file.name)


@pytest.mark.django_db
def test_sec_05_a_file_leaves_as_a_download_whatever_it_claims_to_be():
    answer = attachment(store(b"<script>alert(1)</script>", "a.html"))

    assert answer["Content-Type"] == "text/plain"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert answer["Content-Disposition"] == 'attachment; filename="a.html"'


@pytest.mark.django_db
def test_a_file_that_is_too_large_leaves_nothing_behind(folder):
    with pytest.raises(Refusal):
        workspace.store_file([b"x" * 600] * 3, name="a", limit=1000, by=SYSTEM, now=NOW)

    assert not [p for p in folder.rglob("*") if p.is_file()]
    assert not File.objects.exists()


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"%PDF-1.7\n", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n\0\0", "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"PK\x03\x04rest", "application/zip"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\0\0\0\0WAVE", "application/octet-stream"),
        ("Xin chào".encode(), "text/plain"),
        (("ế" * 400).encode()[:511], "text/plain"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'>", "text/plain"),
        (b"MZ\x90\0", "application/octet-stream"),
        (b"", "text/plain"),
    ],
)
def test_a_file_is_what_it_begins_with(head, kind):
    assert media_type(head) == kind


@given(st.text(max_size=600))
def test_any_name_becomes_one_that_can_be_shown(name):
    shown = shown_name(name)

    assert 0 < len(shown) <= 255
    assert shown.isprintable()
    assert shown_name(shown) == shown
