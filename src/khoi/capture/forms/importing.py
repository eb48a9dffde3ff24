"""Choosing a file, and saying what its columns mean."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from django import forms
from django.utils.translation import get_language, gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from khoi.capture.models import ImportRun
from khoi.capture.queries.import_fields import keys_of
from khoi.capture.queries.imports import DELIMITERS, LABELS, Draft, Heading, use_of
from khoi.capture.queries.layouts import layouts
from khoi.capture.rules.mapping import (
    FIELDS,
    FILLED,
    MOST,
    NAME_PARTS,
    OPPORTUNITY,
    Column,
    External,
    Mapping,
    NewField,
    choices_in,
    dump_mapping,
    own_name,
)
from khoi.custom.models import FieldType
from khoi.custom.queries import own_fields
from khoi.custom.rules import CHOOSING, free_key, key_of
from khoi.kit.tabular import DEEPEST

#: What a use begins with that makes a field of one's own; its type follows.
NEW: Final = "new."
CHOICES_NEEDED: Final = gettext_noop("Choices need 1 to %(most)s different values.")
#: Of which record → what a group of such fields is called; those of what the rows become stand first.
OWN_OF: Final = {"person": _("Own fields of the person"), "account": _("Own fields of the company")}
#: As long as the name of a field may be.
LABEL: Final = 80
#: Encodings offered when the detection was wrong; the rest is what the standard library knows.
ENCODINGS: Final = ("utf-8", "windows-1258", "windows-1252", "utf-16", "shift_jis", "gb18030")
GROUPS: Final = (
    (
        _("Person"),
        (
            *("person_name", "family_name", "middle_name", "given_name", "job_title", "email", "phone", "mobile"),
            "opted_out",
        ),
    ),
    (
        _("Company"),
        (
            *("company", "industry", "employees", "region", "annual_revenue", "website", "telephone", "tax_code"),
            "currency",
        ),
    ),
    (
        _("Interest"),
        (
            *("need", "note", "arrived_at", "changed_at", "stage", "stage_at", "work_status", "converted_at"),
            *("is_converted", "owner", "is_deleted"),
        ),
    ),
    (_("Where from"), ("source", "channel", "campaign", "landing_page", "referrer")),
    (
        _("Deal"),
        (
            *("name", "amount", "decision_maker", "pipeline_stage", "opened_at", "won_at", "lost_at", "closed_at"),
            *("close_on", "lost_reason", "product"),
        ),
    ),
)


CONSENT: Final = _("How did these people agree to be written to?")
CONSENT_HELP: Final = _(
    "In the words they saw, with where and when; kept as proof for each of them. Left empty, nothing is recorded"
)


class _SeveralFiles(forms.FileInput):
    allow_multiple_selected = True


class _FilesField(forms.FileField):
    """One file or several, each of which has to be one."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        sent = data if isinstance(data, list) else [data]
        return [super(_FilesField, self).clean(one, initial) for one in sent or [None]]


class UploadForm(forms.Form):
    file = _FilesField(
        label=_("Files"),
        widget=_SeveralFiles(attrs={"accept": ".csv,.tsv,.txt,.xlsx,.xlsb,.xls,.ods,.zip", "multiple": True}),
        help_text=_("Choose one file, or all files of another system at once."),
        error_messages={"required": _("Choose a file.")},
    )


class TermsForm(forms.Form):
    """What is said of several files as a whole."""

    source = forms.CharField(
        label=_("Where is this list from?"),
        max_length=120,
        required=False,
        help_text=_("Like “Trade fair Hà Nội 2026”; it is the source of rows that name none"),
    )
    cost = forms.CharField(
        label=_("What did it cost?"), max_length=40, required=False, help_text=_("Kept with the import in the history")
    )
    consent = forms.CharField(
        label=CONSENT, max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}), help_text=CONSENT_HELP
    )


class ReadingForm(forms.Form):
    """How to read the file, where the detection was wrong. Another choice makes other columns."""

    layout = forms.ChoiceField(label=_("Columns"), required=False)
    sheet = forms.ChoiceField(label=_("Sheet"), required=False)
    encoding = forms.ChoiceField(label=_("Encoding"), required=False)
    delimiter = forms.ChoiceField(label=_("Separated by"), required=False)
    heading_row = forms.IntegerField(
        label=_("Headings in line"),
        required=False,
        min_value=0,
        max_value=DEEPEST,
        widget=forms.NumberInput(attrs={"title": _("0: the table has no headings")}),
    )

    def __init__(self, draft: Draft, data: Any = None) -> None:
        shown = {name: getattr(draft, name) for name in ("layout", "sheet", "encoding", "delimiter", "heading_row")}
        super().__init__(data, initial=shown)
        self._choose("layout", [("", _("Chosen below")), *((n, m.title or n) for n, m in layouts().items())])
        self._choose("sheet", [(name, name) for name in draft.sheets])
        codes = dict.fromkeys([draft.encoding, *ENCODINGS])
        self._choose("encoding", [(code, code) for code in codes])
        signs = dict.fromkeys([draft.delimiter, *DELIMITERS])
        self._choose("delimiter", [(sign, DELIMITERS.get(sign, sign)) for sign in signs])
        if draft.kind == "sheet":
            del self.fields["encoding"], self.fields["delimiter"]
        if not draft.sheets:
            del self.fields["sheet"]

    def changes(self, run: ImportRun) -> dict[str, Any]:
        """What to note of how to read the file. What stands as it was found stays open, and another sheet is looked
        at anew; so is everything when nothing can be made of what was said."""
        said = {name: self.cleaned_data[name] for name in self.fields if name in self.changed_data}
        if "sheet" in said:
            said = {"encoding": "", "delimiter": "", "heading_row": None, **said}
        if "heading_row" in self.fields and self.cleaned_data["heading_row"] is None:
            said["heading_row"] = None
        return {"layout": run.layout, **said, "mapping": ""}

    def _choose(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - declared above
        field.choices = choices


class ColumnsForm(forms.Form):
    """What becomes of each column of the draft, and what all rows share."""

    dates = forms.ChoiceField(label=_("03/04/2026 is"), choices=[("dmy", _("3 April")), ("mdy", _("4 March"))])
    names = forms.ChoiceField(
        label=_("Parts of a name are joined"),
        choices=[("family_first", _("family name first")), ("given_first", _("given name first"))],
    )
    system = forms.CharField(
        label=_("Name of the other system"),
        max_length=40,
        required=False,
        help_text=_("Where the numbers come from, like “old-crm”; by number and name a later file finds its leads"),
    )
    source = forms.CharField(
        label=_("Source of rows that name none"),
        max_length=120,
        required=False,
        help_text=_("Like “Trade fair Hà Nội 2026”; a new name becomes a new source"),
    )
    consent = forms.CharField(
        label=CONSENT, max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}), help_text=CONSENT_HELP
    )

    def __init__(self, draft: Draft, consent: str = "", data: Any = None) -> None:
        mapping = draft.mapping
        key = mapping.key or mapping.join
        initial = {
            "dates": mapping.dates,
            "names": mapping.names,
            "system": key.system if key else "",
            "source": mapping.constants.get("source", ""),
            "consent": consent,
        }
        super().__init__(data, initial=initial)
        self.draft = draft
        choices = [*_choices(mapping.rows), *_own_fields(mapping.rows)]
        for place, heading in enumerate(draft.headings):
            offered = [*choices, (_("A new field of your own"), _new_fields(heading))]
            made = offered if draft.may_make_fields or heading.use.startswith(NEW) else choices
            if heading.use in LABELS and heading.use not in FIELDS[mapping.rows]:
                made = [(heading.use, LABELS[heading.use]), *made]
            field = forms.ChoiceField(label=heading.name, choices=made, initial=heading.use)
            field.widget.attrs["aria-label"] = heading.name
            self.fields[f"column_{place}"] = field
        if not any(heading.use in NAME_PARTS for heading in draft.headings):
            del self.fields["names"]
        if "source" not in FIELDS[mapping.rows]:
            del self.fields["source"]

    @property
    def columns(self) -> Iterable[tuple[Any, Any]]:
        """(heading of the draft, its select)"""
        return [(heading, self[f"column_{place}"]) for place, heading in enumerate(self.draft.headings)]

    @property
    def shared(self) -> list[Any]:
        names = ("dates", "names", "system", "source")
        return [self[name] for name in names if name in self.fields]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or self.cleaned_data
        keys = [name for name, use in self.uses() if use == "key"]
        if len(keys) > 1:
            raise forms.ValidationError(_("Only one column can hold the row’s number."))
        if keys and not said.get("system", "").strip():
            self.add_error("system", _("Say where the numbers come from."))
        for place, heading in enumerate(self.draft.headings):
            type_ = str(said.get(f"column_{place}", "")).removeprefix(NEW)
            if type_ in CHOOSING and not 0 < len(choices_in(heading.texts, type_)) <= MOST:
                self.add_error(f"column_{place}", gettext(CHOICES_NEEDED) % {"most": MOST})
        return said

    def uses(self) -> list[tuple[str, str]]:
        """(heading, use) as chosen."""
        headings = enumerate(self.draft.headings)
        return [(heading.name, self.cleaned_data.get(f"column_{place}", "extra")) for place, heading in headings]

    def mapping(self) -> str:
        """The mapping as chosen, as TOML; what the draft's mapping says beyond that of unchanged columns stays."""
        said, before = self.cleaned_data, self.draft.mapping
        known = {column.heading: column for column in before.columns}
        makes, new_names = self._new_fields()
        columns = [
            _column(before, known.get(name), name, use, new_names.get(name, ""))
            for name, use in self.uses()
            if use not in ("key", "extra") and not use.startswith("link.")
        ]
        columns += [known[name] for name, use in self.uses() if use == "extra" and _kept(before, known.get(name), name)]
        key = next((External(name, said["system"].strip()) for name, use in self.uses() if use == "key"), None)
        linked = {name: use.removeprefix("link.") for name, use in self.uses() if use.startswith("link.")}
        system = key.system if key else next((link.system for link in before.links.values()), "")
        joins = before.rows == OPPORTUNITY and before.key is None
        constants = dict(before.constants)
        if "source" in self.fields:
            constants.pop("source", None)
        if said.get("source", "").strip():
            constants["source"] = said["source"].strip()
        chosen = replace(
            before,
            name=before.name or "web",
            columns=tuple(columns),
            dates=said.get("dates") or before.dates,
            names=said.get("names") or before.names,
            key=None if joins else key,
            join=key if joins else None,
            links={what: External(name, system) for name, what in linked.items()},
            constants=constants,
            makes=makes,
        )
        return dump_mapping(chosen)

    def _new_fields(self) -> tuple[dict[str, NewField], dict[str, str]]:
        """Name → the field to be made, and heading → how the mapping names it. A key is free among all fields there
        were, or an archived one would come back."""
        rows, makes, names = self.draft.mapping.rows, dict[str, NewField](), dict[str, str]()
        taken = keys_of(rows)
        for heading, (name, use) in zip(self.draft.headings, self.uses(), strict=True):
            if use.startswith(NEW):
                type_ = use.removeprefix(NEW)
                key = free_key(key_of(name) or "field", taken)
                taken.add(key)
                names[name] = own_name(rows, key, rows)
                makes[names[name]] = NewField(type_, name[:LABEL].strip(), choices_in(heading.texts, type_))
        return makes, names


def _choices(rows: str) -> list[Any]:
    there = FIELDS[rows]
    plain = [("extra", _("Keep as note")), ("drop", _("Leave out")), ("key", _("Number in the other system"))]
    groups = [(label, [(name, LABELS[name]) for name in names if name in there]) for label, names in GROUPS]
    return [*plain, *((label, fields) for label, fields in groups if fields)]


def _own_fields(rows: str) -> list[Any]:
    language = get_language() or "en"
    groups = [
        (
            OWN_OF.get(object_, _("Own fields")),
            [(own_name(object_, field.key, rows), field.name(language)) for field in own_fields(object_)],
        )
        for object_ in FILLED[rows]
    ]
    return [(label, fields) for label, fields in groups if fields]


def _new_fields(heading: Heading) -> list[tuple[str, Any]]:
    """One for each type, the one that takes the cells of the column first."""
    types = sorted(FieldType.choices, key=lambda pair: pair[0] != heading.looks)
    said = gettext("%(type)s, as the cells look") % {"type": FieldType(heading.looks).label}
    return [(f"{NEW}{code}", said if code == heading.looks else label) for code, label in types]


def _column(mapping: Mapping, known: Column | None, name: str, use: str, new_name: str) -> Column:
    if new_name:
        return Column(name, (new_name,))
    if known is not None and use_of(mapping, known, name) == use:
        return known
    return Column(name, drop=True) if use == "drop" else Column(name, (use,))


def _kept(mapping: Mapping, known: Column | None, name: str) -> bool:
    """A column kept as a note under a label of its own."""
    return known is not None and bool(known.extra) and use_of(mapping, known, name) == "extra"
