"""The pages lead somewhere: links, images and make targets are there, and pairs of pages have the same parts."""

import re

import pytest

from tests.installation import ROOT

PAGES = [*ROOT.glob("*.md"), *sorted((ROOT / "docs").rglob("*.md"))]
PAIRS = [page for page in PAGES if page.with_name(f"{page.stem}.vi.md").exists()]
LARGEST_IMAGE = 150_000
LINK = re.compile(r"\]\(([^)#\s]+)(?:#([^)]*))?\)")


def named(page):
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_to_a_file(page):
    told = [target for target, _ in LINK.findall(page.read_text("utf-8")) if "://" not in target]
    assert [target for target in told if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAIRS, ids=named)
def test_both_languages_have_the_same_parts(page):
    text, other = (p.read_text("utf-8") for p in (page, page.with_name(f"{page.stem}.vi.md")))
    assert re.findall(r"^#+ ", text, re.MULTILINE) == re.findall(r"^#+ ", other, re.MULTILINE)
    assert f"]({page.stem}.vi.md)" in text
    assert f"]({page.name})" in other


def test_every_image_is_shown_small_and_a_real_picture():
    images = sorted((ROOT / "docs" / "images").iterdir())
    shown = {target for page in PAGES for target, _ in LINK.findall(page.read_text("utf-8"))}
    assert [i.name for i in images if not any(target.endswith(f"images/{i.name}") for target in shown)] == []
    assert [i.name for i in images if i.stat().st_size > LARGEST_IMAGE] == []
    assert {i.read_bytes()[:8] for i in images} == {b"\x89PNG\r\n\x1a\n"}


@pytest.mark.parametrize("page", ["README.md", "README.vi.md", "CONTRIBUTING.md", "docs/testing.md"])
def test_make_knows_what_a_page_tells_to_make(page):
    makefile = (ROOT / "Makefile").read_text("utf-8")
    told = re.findall(r"^    make (\w+)", (ROOT / page).read_text("utf-8"), re.MULTILINE)
    assert told
    assert [target for target in told if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []


def test_the_variables_a_readme_sets_for_make_are_read_there():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    told = set(re.findall(r"make \w+ ([A-Z_]+)=|([A-Z_]+)=\S+ make", (ROOT / "README.md").read_text("utf-8")))
    assert all(re.search(rf"\$\({a or b}\)", makefile) for a, b in told)


def test_every_page_is_in_the_index():
    index = (ROOT / "docs" / "README.md").read_text("utf-8")
    told = {target for target, _ in LINK.findall(index)}
    pages = {str(p.relative_to(ROOT / "docs")) for p in (ROOT / "docs").rglob("*.md")}
    apart = {"README.md"} | {name for name in pages if name.startswith("decisions/") and name != "decisions/README.md"}
    assert pages - apart - told == set()


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/architecture.md", "docs/tour.md", "docs/roadmap.md"])
def test_every_file_a_page_names_is_there(page):
    """In a room, in the package or in the repository."""
    told = re.findall(r"`([\w./]+\.(?:py|po|toml|html))`", (ROOT / page).read_text("utf-8"))
    places = [ROOT, ROOT / "src" / "khoi", *(ROOT / "src" / "khoi").iterdir()]
    assert told
    assert [file for file in told if not any((place / file).exists() for place in places)] == []


def test_every_verb_the_tour_names_stands_in_the_file_it_names():
    tour = (ROOT / "docs" / "tour.md").read_text("utf-8")
    told = re.findall(r"`([\w/]+\.py)`, `(\w+)`", tour)
    assert told
    assert [(f, verb) for f, verb in told if f"def {verb}(" not in (ROOT / "src" / "khoi" / f).read_text("utf-8")] == []
