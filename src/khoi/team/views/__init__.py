"""The gate before every page, and the pages of getting in, of people, of settings."""

from khoi.team.views.entrance import forgotten, log_in, log_out, set_language, welcome
from khoi.team.views.gate import allowed, next_of, shown_version, viewer_of
from khoi.team.views.passing import (
    from_our_pages_only,
    has_null_character,
    known_host_only,
    no_null_characters,
    speak_the_viewers_language,
)
from khoi.team.views.repeating import told_again

__all__ = [
    "allowed",
    "forgotten",
    "from_our_pages_only",
    "has_null_character",
    "known_host_only",
    "log_in",
    "log_out",
    "next_of",
    "no_null_characters",
    "set_language",
    "shown_version",
    "speak_the_viewers_language",
    "told_again",
    "viewer_of",
    "welcome",
]
