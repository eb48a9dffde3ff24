"""A new version of the scorecard: points, caps, half-life and the points each grade takes."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from khoi.scoring.models import Scorecard

MOST_POINTS = 1000


class ScorecardForm(forms.Form):
    """One pair of fields for each rule of the version in force. A rule with no points is left out of the next one."""

    half_life_days = forms.IntegerField(
        label=_("Half-life in days"),
        min_value=1,
        max_value=3650,
        help_text=_("After so many days what somebody did counts half. Who they are does not fade."),
    )

    def __init__(self, card: Scorecard, data: Any = None) -> None:
        super().__init__(data, initial={"half_life_days": card.half_life_days})
        self.card = card
        for entry in card.rules:
            self._add(f"points_{entry['id']}", entry["points"], -MOST_POINTS, required=False)
            if entry["axis"] == "engagement":
                self._add(f"cap_{entry['id']}", entry.get("cap"), 1, required=False)
        for letter, least in card.grades.items():
            self._add(f"grade_{letter}", least, 0, required=True)

    def _add(self, name: str, value: Any, least: int, *, required: bool) -> None:
        self.fields[name] = forms.IntegerField(min_value=least, max_value=MOST_POINTS, required=required)
        self.initial[name] = value

    def entries(self) -> list[dict[str, Any]]:
        """The rules of the next version."""
        typed = self.cleaned_data
        kept = [entry for entry in self.card.rules if typed[f"points_{entry['id']}"]]
        return [
            entry
            | {"points": typed[f"points_{entry['id']}"]}
            | ({"cap": typed[f"cap_{entry['id']}"]} if entry["axis"] == "engagement" else {})
            for entry in kept
        ]

    def grades(self) -> dict[str, int]:
        return {letter: self.cleaned_data[f"grade_{letter}"] for letter in self.card.grades}
