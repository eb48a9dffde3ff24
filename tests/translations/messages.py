"""Finding every text a user may read, in code and templates, and keeping the Vietnamese file in step with them.

``python tests/translations/messages.py`` adds what is new to ``django.po`` and drops what nothing says any more;
a text without Vietnamese fails the tests until somebody writes it.
"""

import io
import os
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "khoi"
VIETNAMESE = SOURCE / "locale" / "vi" / "LC_MESSAGES" / "django.po"

#: function → which of its arguments are texts
KEYWORDS = {
    "_": (1,),
    "gettext": (1,),
    "gettext_lazy": (1,),
    "gettext_noop": (1,),
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}

HEADER = "# Khơi, in Vietnamese. Written, not translated: short, plain, the same word everywhere."
#: Header lines that would change at every run and say nothing.
IDLE = re.compile(rb'^"(Project-Id|Report-Msgid|POT-|PO-Rev|Last-Tr|Language-Team|Generated-By).*\n', re.MULTILINE)

Message = tuple[str | tuple[str, str], str | None, str]  # text (singular, plural), context, file


def texts() -> Iterator[Message]:
    for path in sorted(SOURCE.rglob("*.py")):
        yield from _read(path, path.read_text())
    for path in sorted(SOURCE.rglob("templates/**/*")):
        if path.suffix in (".html", ".txt", ".svg") and path.is_file():
            yield from _read(path, _as_python(path))


def _as_python(path: Path) -> str:
    from django.utils.translation.template import templatize

    return templatize(path.read_text(), origin=str(path))


def _read(path: Path, source: str) -> Iterator[Message]:
    name = path.relative_to(ROOT).as_posix()
    found = extract_python(io.BytesIO(source.encode()), KEYWORDS, [], {"encoding": "utf-8"})
    for _line, function, arguments, _comments in found:
        said = (arguments,) if isinstance(arguments, str) else tuple(arguments or ())
        context = None
        if "pgettext" in function:
            context, *said = said  # type: ignore[assignment]
        words = [word for word in said if isinstance(word, str)]
        if not words:
            continue
        plural = "ngettext" in function or "npgettext" in function
        yield ((words[0], words[1]) if plural and len(words) > 1 else words[0]), context, name


def wanted() -> Catalog:
    """A catalog of everything there is to say, with the files that say it."""
    catalog = Catalog(locale="vi", domain="django", charset="utf-8", fuzzy=False, header_comment=HEADER)
    for text, context, name in texts():
        catalog.add(text, locations=[(name, 0)], context=context)
    return catalog


def written() -> Catalog:
    if not VIETNAMESE.exists():
        return Catalog(locale="vi", domain="django")
    with VIETNAMESE.open("rb") as file:
        return read_po(file, locale="vi", domain="django")


def update(further: list[Path]) -> Catalog:
    """The wanted texts with the Vietnamese already written; ``further`` are loose files of translations."""
    catalog, known = wanted(), written()
    loose = [_loose(path) for path in further]
    for message in catalog:
        for source in [known, *loose]:
            there = source.get(message.id, context=message.context) if message.id else None
            if there is not None and _is_full(there.string) and not there.fuzzy:
                message.string = there.string
    return catalog


def _loose(path: Path) -> Catalog:
    head = (
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
        '"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
    )
    body = path.read_text()
    return read_po(io.BytesIO((body if body.lstrip().startswith('msgid ""') else head + body).encode()), locale="vi")


def _is_full(string: object) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


def untranslated(catalog: Catalog) -> list[str]:
    return [str(m.id) for m in catalog if m.id and not _is_full(m.string)]


def main(arguments: list[str]) -> int:
    catalog = update([Path(argument) for argument in arguments])
    VIETNAMESE.parent.mkdir(parents=True, exist_ok=True)
    file = io.BytesIO()
    write_po(file, catalog, sort_output=True, omit_header=False, include_lineno=False, width=120)
    VIETNAMESE.write_bytes(IDLE.sub(b"", file.getvalue()))
    missing = untranslated(catalog)
    for text in missing:
        print(text)
    print(f"{len(catalog)} texts, {len(missing)} without Vietnamese")
    return 0


if __name__ == "__main__":
    import sys

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "khoi.settings")
    os.environ.setdefault("KHOI_SECRET_KEY", "messages")
    import django

    django.setup()
    raise SystemExit(main(sys.argv[1:]))
