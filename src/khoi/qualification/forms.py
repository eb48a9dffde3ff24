"""A new version of the policy: which criteria stay, and their thresholds."""

from copy import deepcopy
from typing import Any, Final

from django import forms

from khoi.leads.fields import fields_in
from khoi.qualification.models import Policy
from khoi.qualification.queries import Criterion, criteria_of

GRADES: Final = [(letter, letter) for letter in "ABCD"]


class PolicyForm(forms.Form):
    """For each criterion a box that keeps it, and its threshold where it has one."""

    def __init__(self, policy: Policy, data: Any = None) -> None:
        super().__init__(data)
        self.policy = policy
        self.criteria = list(criteria_of(policy))
        for one in self.criteria:
            self.fields[f"keep_{one.key}"] = forms.BooleanField(required=False)
            self.initial[f"keep_{one.key}"] = True
            if threshold := _threshold(one):
                self.fields[f"value_{one.key}"] = threshold
                self.initial[f"value_{one.key}"] = one.leaf["value"]

    def changed_criteria(self) -> dict[str, Any]:
        """The criteria of the next version; stages of another shape stay as they are.

        A stage that asks for nothing any more is no longer reached by criteria: asking for nothing would let
        everybody in.
        """
        criteria: dict[str, Any] = deepcopy(self.policy.criteria)
        for stage in {one.stage for one in self.criteria}:
            kept = [one for one in self.criteria if one.stage == stage and self.cleaned_data[f"keep_{one.key}"]]
            criteria[stage] = {"all": [self._leaf(one) for one in kept]}
            if not kept:
                del criteria[stage]
        return criteria

    def _leaf(self, one: Criterion) -> dict[str, Any]:
        name = f"value_{one.key}"
        return one.leaf | ({"value": self.cleaned_data[name]} if name in self.fields else {})


def _threshold(one: Criterion) -> forms.Field | None:
    """A field for a number or for grades; other criteria have nothing to set."""
    field, value = fields_in(one.leaf).get(one.leaf["field"]), one.leaf.get("value")
    if field is not None and field.type == "integer" and isinstance(value, int):
        return forms.IntegerField(min_value=0, max_value=1_000_000)
    if one.leaf["field"] == "fit_grade" and isinstance(value, list):
        return forms.MultipleChoiceField(choices=GRADES, widget=forms.CheckboxSelectMultiple)
    return None
