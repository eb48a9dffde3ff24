"""Settings: the fields a workspace adds to leads, people, accounts and deals."""

from datetime import datetime

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from khoi.custom import queries
from khoi.custom import services as custom
from khoi.custom.forms import ChangeForm, NewForm
from khoi.custom.models import CustomField, ObjectKind
from khoi.design.templatetags.formats import number
from khoi.team.queries import Hidden, authorize, find
from khoi.team.rules import Principal
from khoi.team.views import allowed
from khoi.team.views.doing import done, question


@require_safe
@allowed("field.view")
def fields(request: HttpRequest, actor: Principal) -> HttpResponse:
    kind = request.GET.get("of", "")
    kind = kind if kind in ObjectKind.values else ObjectKind.LEAD
    every = list(CustomField.objects.visible_to(actor).filter(object=kind).order_by("position", "id"))
    counts = queries.counts_of(kind)
    language = get_language() or "en"
    rows = [
        {
            "field": field,
            "name": field.name(language),
            "choices": [name for code, name in field.choice_names(language).items() if code not in field.kind.closed],
            "filled": counts.get(field.pk, 0),
        }
        for field in every
    ]
    context = {
        "kind": kind,
        "kinds": [(code, _KINDS[code](), code == kind) for code in ObjectKind.values],
        "rows": [row for row in rows if row["field"].archived_at is None],  # type: ignore[attr-defined]
        "archived": [row for row in rows if row["field"].archived_at is not None],  # type: ignore[attr-defined]
        "may_edit": actor.may("field.edit"),
    }
    return render(request, "custom/fields.html", context)


#: What the fields are of, of all its records.
_KINDS = {
    "lead": lambda: _("Leads"),
    "person": lambda: _("People"),
    "account": lambda: _("Accounts"),
    "opportunity": lambda: _("Deals"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("field.edit")
def add_field(request: HttpRequest, actor: Principal, kind: str) -> HttpResponseBase:
    authorize(actor, "field.edit")
    if kind not in ObjectKind.values:
        raise Hidden
    form = NewForm(request.POST or None)

    def add(now: datetime) -> None:
        custom.add_field(kind, **form.values(), by=actor, now=now)

    if done(request, actor, form, "add_field", add, _("The field is added.")):
        return redirect(_page(kind))
    titles = {
        "lead": _("Add a field to leads"),
        "person": _("Add a field to people"),
        "account": _("Add a field to accounts"),
        "opportunity": _("Add a field to deals"),
    }
    return question(request, form, title=titles[kind], label=_("Add"), back=_page(kind))


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("field.edit")
def edit_field(request: HttpRequest, actor: Principal, kind: str, key: str) -> HttpResponseBase:
    field = find(actor, "field.edit", CustomField, object=kind, key=key)
    form = ChangeForm(field, request.POST or None)

    def edit(now: datetime) -> None:
        custom.edit_field(field, changes=form.changes(), by=actor, now=now)

    if done(request, actor, form, "edit_field", edit, _("The field is changed.")):
        return redirect(_page(kind))
    text = _("%(kind)s, named %(key)s in files and for programs.")
    told = {"kind": field.get_type_display(), "key": field.named}
    return question(
        request, form, title=field.name(get_language() or "en"), text=text % told, label=_("Save"), back=_page(kind)
    )


@require_POST
@allowed("field.edit")
def move_field(request: HttpRequest, actor: Principal, kind: str, key: str) -> HttpResponseBase:
    """One place up, or down."""
    field = find(actor, "field.edit", CustomField, object=kind, key=key)
    before = queries.place_for(field, up=request.POST.get("to") != "down")
    form = forms.Form(request.POST)

    def move(now: datetime) -> None:
        custom.move_field(field, before=before, by=actor, now=now)

    done(request, actor, form, "move_field", move, _("The fields are in their new order."))
    return redirect(_page(kind))


@require_http_methods(["GET", "HEAD", "POST"])
@allowed("field.edit")
def archive_field(request: HttpRequest, actor: Principal, kind: str, key: str) -> HttpResponseBase:
    field = find(actor, "field.edit", CustomField, object=kind, key=key)
    form = forms.Form(request.POST if request.method == "POST" else None)

    def archive(now: datetime) -> None:
        custom.archive_field(field, by=actor, now=now)

    if done(request, actor, form, "archive_field", archive, _("The field is archived; all its values are kept.")):
        return redirect(_page(kind))
    count = queries.counts_of(kind).get(field.pk, 0)
    kept = ngettext("%(count)s record has a value in it.", "%(count)s records have a value in it.", count)
    text = _(
        "It goes from pages, forms and lists. Nothing is lost: every value and its history stay, and come back with it."
    )
    title = _("Archive “%(name)s”?") % {"name": field.name(get_language() or "en")}
    said = f"{kept % {'count': number(count)}} {text}"
    if forms_asking := [use.where for use in queries.uses_of(field) if not use.rule]:
        said += " " + _("These forms no longer ask for it: %(names)s.") % {"names": ", ".join(forms_asking)}
    return question(request, form, title=title, text=said, label=_("Archive"), back=_page(kind))


@require_POST
@allowed("field.edit")
def restore_field(request: HttpRequest, actor: Principal, kind: str, key: str) -> HttpResponseBase:
    field = find(actor, "field.edit", CustomField, object=kind, key=key)
    form = forms.Form(request.POST)

    def restore(now: datetime) -> None:
        custom.restore_field(field, by=actor, now=now)

    done(request, actor, form, "restore_field", restore, _("The field is back, with every value it had."))
    return redirect(_page(kind))


def _page(kind: str) -> str:
    return f"{reverse('custom:fields')}?of={kind}"
