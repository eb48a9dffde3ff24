"""Building a form: what it asks, its words in each language, where it counts and where it may stand."""

from collections.abc import Mapping
from typing import Any, Final

from django import forms
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from khoi.campaigns.models import Campaign, Channel, Source
from khoi.capture.forms.answering import LABELS
from khoi.capture.models import Form
from khoi.capture.queries.forms import own_questions
from khoi.capture.rules import asking
from khoi.custom.models import CustomField
from khoi.team.rules import Principal
from khoi.touchpoints.models import TouchKind

LANGUAGES: Final = (("vi", "Tiếng Việt"), ("en", "English"))
ASKED: Final = [
    ("", pgettext_lazy("field of a form", "no")),
    ("asked", pgettext_lazy("field of a form", "optional")),
    ("required", pgettext_lazy("field of a form", "required")),
]
#: Beside each other these two would read the same.
OWN_LABELS: Final = {"need": _("Need, in a line"), "message": _("Message")}
KINDS: Final = ("form", "price_request", "demo_request")
_LINES: Final = {"intro": 3, "steps": 4, "consent": 2, "marketing": 2, "about_data": 4}
_WORDS: Final[Mapping[str, Any]] = {
    "title": _("Headline"),
    "intro": _("Introduction"),
    "steps": _("What happens next"),
    "button": _("Button"),
    "thanks": _("Thanks"),
    "consent": _("Consent to be answered"),
    "marketing": _("Consent to news and offers"),
    "about_data": _("How data is used"),
}
_HINTS: Final[Mapping[str, Any]] = {
    "intro": _("{minutes} stands for the working minutes you promise."),
    "steps": _("One line each: what happens | how or when"),
    "consent": _("Beside a box that is never ticked beforehand. Other words are another version."),
    "marketing": _("Empty: not asked"),
}


class BuildForm(forms.Form):
    """``values()`` is what the services take."""

    name = forms.CharField(label=_("Name inside"), max_length=120)
    slug = forms.SlugField(
        label=_("Address"),
        max_length=60,
        help_text=_("The end of its web address, like bao-gia. Once changed, links given out before lead nowhere."),
    )
    touch_kind = forms.ChoiceField(
        label=_("Counts as"), choices=[(kind, TouchKind(kind).label) for kind in KINDS], help_text=_("Earns its points")
    )
    channel = forms.ChoiceField(label=_("Channel"), choices=Channel.choices)
    embed_on = forms.CharField(
        label=_("Sites that may show it"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One address to a line, like https://www.name.vn. Every site may link to the form."),
    )

    def __init__(self, actor: Principal, form: Form | None, data: Any = None) -> None:
        super().__init__(data, initial=_shown(form))
        language = (get_language() or "vi")[:2]
        sources = Source.objects.visible_to(actor).order_by("name", "id")
        campaigns = Campaign.objects.visible_to(actor).order_by("name", "id")
        named = [(one.code, one.label(language)) for one in sources]
        running = [(one.code, one.name) for one in campaigns]
        self.fields["source"] = forms.ChoiceField(label=_("Source"), choices=[("", "–"), *named], required=False)
        self.fields["campaign"] = forms.ChoiceField(label=_("Campaign"), choices=[("", "–"), *running], required=False)
        own = own_questions()
        self.codes = [*asking.CODES, *own]
        for code in self.codes:
            label = _own_label(code, own[code]) if code in own else OWN_LABELS.get(code, LABELS[code])
            self.fields[f"ask_{code}"] = forms.ChoiceField(label=label, choices=ASKED, required=False)
            self.fields[f"place_{code}"] = forms.IntegerField(min_value=1, max_value=99, required=False)
        for code, _name in LANGUAGES:
            for word, label in _WORDS.items():
                self.fields[f"{word}_{code}"] = _words(word, label)

    def questions(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """For each thing a form can ask: whether, and at which place."""
        return [(self[f"ask_{code}"], self[f"place_{code}"]) for code in self.codes]

    def languages(self) -> list[tuple[str, list[forms.BoundField]]]:
        return [(name, [self[f"{word}_{code}"] for word in _WORDS]) for code, name in LANGUAGES]

    def values(self) -> dict[str, Any]:
        typed = self.cleaned_data
        plain = ("name", "slug", "touch_kind", "channel", "source", "campaign")
        return {
            **{name: typed[name] for name in plain},
            "embed_on": typed["embed_on"].split(),
            "fields": self._fields(),
            "texts": {code: texts for code, _name in LANGUAGES if (texts := self._texts(code))},
        }

    def _fields(self) -> list[dict[str, Any]]:
        typed = self.cleaned_data
        asked = [code for code in self.codes if typed[f"ask_{code}"]]
        asked.sort(key=lambda code: (typed[f"place_{code}"] or 99, self.codes.index(code)))
        return [{"code": code, "required": typed[f"ask_{code}"] == "required"} for code in asked]

    def _texts(self, language: str) -> dict[str, Any]:
        """The words of a language; nothing at all when none was written in it."""
        said = {word: self.cleaned_data[f"{word}_{language}"].strip() for word in _WORDS}
        if not any(said.values()):
            return {}
        return {**said, "steps": asking.steps_of(said["steps"])}


def _own_label(code: str, field: CustomField) -> str:
    """Of a field of one's own, which may be called alike for leads and for people."""
    name = field.name(get_language() or "vi")
    return gettext("%(name)s of the person") % {"name": name} if asking.own_of(code) == ("person", field.key) else name


def _words(word: str, label: Any) -> forms.CharField:
    rows = _LINES.get(word)
    widget = forms.Textarea(attrs={"rows": rows}) if rows else forms.TextInput()
    return forms.CharField(label=label, required=False, widget=widget, max_length=2000, help_text=_HINTS.get(word, ""))


def _shown(form: Form | None) -> dict[str, Any]:
    if form is None:
        return {
            "ask_name": "required",
            "ask_phone": "required",
            "channel": "website",
            "place_name": 1,
            "place_phone": 2,
        }
    names = ("name", "slug", "touch_kind", "channel")
    shown: dict[str, Any] = {name: getattr(form, name) for name in names}
    shown |= {"source": form.source.code if form.source else "", "embed_on": "\n".join(form.embed_on)}
    shown |= {"campaign": form.campaign.code if form.campaign else ""}
    for place, question in enumerate(asking.read_questions(form.fields) or (), 1):
        shown[f"ask_{question.code}"] = "required" if question.required else "asked"
        shown[f"place_{question.code}"] = place
    for code, texts in form.texts.items():
        shown |= {f"{word}_{code}": said for word, said in texts.items() if word != "steps"}
        shown[f"steps_{code}"] = "\n".join(" | ".join(step) for step in texts.get("steps", []))
    return shown
