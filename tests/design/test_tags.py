import re
from pathlib import Path

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation

from khoi.design import rules
from khoi.design.templatetags import design

ROOT = Path(__file__).resolve().parents[2]


def render(source: str, **context: object) -> str:
    with translation.override("en"):
        return Template("{% load design %}" + source).render(Context(context))


def test_an_icon_alone_says_its_label() -> None:
    assert 'aria-hidden="true"' in render('{% icon "phone" %}')
    assert 'role="img" aria-label="Call &lt;now&gt;"' in render('{% icon "phone" label %}', label="Call <now>")


def test_every_icon_named_in_a_template_is_drawn() -> None:
    drawn = set(re.findall(r'id="([a-z]+)"', (ROOT / "frontend/icons.svg").read_text()))
    for page in (ROOT / "src/khoi").glob("*/templates/**/*.html"):
        used = set(re.findall(r"{% icon [\"']([a-z]+)[\"']", page.read_text()))
        assert used <= drawn, f"{page.name} names {used - drawn}"


def test_a_stage_is_a_level_and_a_word() -> None:
    assert render('{% stage "sal" %}') == '<span class="stage" style="--level:4">SAL</span>'


def test_an_exit_is_no_level() -> None:
    assert render('{% stage "recycled" %}') == '<span class="stage" data-exit>Recycled</span>'


def test_every_stage_with_a_level_has_a_word() -> None:
    assert set(rules.STAGE_LEVELS) < set(design.STAGES)


def test_a_lead_not_yet_judged_has_no_temperature() -> None:
    assert render("{% temperature code %}", code="") == ""
    assert 'data-t="hot">Hot<' in render('{% temperature "hot" %}')


def test_the_clock_never_leaves_its_ring() -> None:
    assert "--left:100" in render('{% clock "" 180 "x" %}')
    assert "--left:0" in render('{% clock "late" left "x" %}', left=None)


def test_a_score_takes_its_course_as_text_or_figures() -> None:
    from_text = render('{% score 78 "30, 48, 78" %}')
    assert from_text == render("{% score 78 points %}", points=[30, 48, 78])
    assert 'data-dir="up"' in from_text
    assert "<svg" not in render("{% score 12 %}")
    assert "–" in render("{% score None %}")


def test_a_meter_stays_between_nothing_and_full() -> None:
    assert "--v:100;--was:0" in render("{% meter 140 was=low %}", low=-3)


def test_figures_in_drawings_are_not_written_in_vietnamese() -> None:
    steps = [rules.StreamStep("Lead", 100, "100", "50 %", "2,5"), rules.StreamStep("Won", 37, "37")]
    with translation.override("vi"):
        page = Template("{% load design %}{% stream steps pinch=0 %}{% spark points %}").render(
            Context({"steps": steps, "points": [1, 2.5, 9]})
        )
    assert not re.search(r'(?: x| y| d|cx|cy)="[^"]*,', page)


def test_a_name_cannot_smuggle_markup() -> None:
    page = render("{% avatar name %}{% badge name %}{% clock '' 1 name %}", name='<script>"')
    assert "<script>" not in page
    assert "&lt;script&gt;&quot;" in page


class Enquiry(forms.Form):
    phone = forms.RegexField(regex=r"^0\d{9}$", help_text="Ten digits")
    note = forms.CharField(required=False, widget=forms.Textarea)
    channel = forms.ChoiceField(choices=[("p", "Phone")], widget=forms.RadioSelect)
    agree = forms.BooleanField()
    campaign = forms.CharField(widget=forms.HiddenInput, required=False)


def test_a_wrong_field_ties_its_hint_and_error_to_the_control() -> None:
    page = render('{% include "design/field.html" with field=form.phone %}', form=Enquiry({"phone": "1"}))
    assert 'aria-describedby="id_phone_hint id_phone_error"' in page
    assert 'aria-invalid="true"' in page
    assert 'id="id_phone_error"' in page
    assert '<label for="id_phone">' in page


def test_a_field_that_may_stay_empty_says_so() -> None:
    assert "optional" in render('{% include "design/field.html" with field=form.note %}', form=Enquiry())
    assert "optional" not in render('{% include "design/field.html" with field=form.phone %}', form=Enquiry())


@pytest.mark.parametrize(
    ("name", "kind"), [("phone", "line"), ("channel", "group"), ("agree", "check"), ("campaign", "hidden")]
)
def test_each_kind_of_control_has_its_layout(name: str, kind: str) -> None:
    assert design.control_kind(Enquiry()[name]) == kind


def test_a_group_of_choices_stands_in_a_fieldset() -> None:
    page = render('{% include "design/fields.html" %}', form=Enquiry())
    assert "<legend" in page
    assert page.count('type="radio"') == 1
    assert page.count('type="hidden"') == 1
