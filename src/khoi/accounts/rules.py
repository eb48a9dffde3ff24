"""When two company names are one company."""

import re
import unicodedata

#: Words that say what form a company has, not which one it is. Folded.
LEGAL_FORMS = re.compile(
    r"\b(cong ty|co phan|trach nhiem huu han|tnhh|mtv|mot thanh vien|cp|ctcp|tap doan|doanh nghiep tu nhan|dntn|"
    r"company|co|ltd|limited|jsc|llc|inc|corp|corporation|gmbh|group)\b"
)


def name_key(name: str) -> str:
    """Folded name without its legal form: "Công ty TNHH Lá Sen" and "La Sen Co., Ltd" are one key.

    A name that is nothing but legal form keeps all its words.
    """
    bare = "".join(c for c in unicodedata.normalize("NFD", name.casefold()) if not unicodedata.combining(c))
    folded = re.sub(r"[^\w\s]", " ", bare.replace("đ", "d"))
    return " ".join((LEGAL_FORMS.sub(" ", folded).split()) or folded.split())[:200]
