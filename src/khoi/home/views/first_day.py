"""What a new company does first: its name and hours, its people, a way in for leads, and the first of them."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from khoi.home.queries.first_day import has_company, is_named
from khoi.team.rules import Principal


@dataclass(frozen=True, slots=True)
class Step:
    label: str
    text: str
    url: str
    done: bool = False
    in_dialog: bool = False


def first_steps(actor: Principal) -> list[Step]:
    """Of the four, those that are the actor's to do; only whoever sets the company up has them all."""
    steps = [
        (
            "settings.edit",
            Step(
                _("Name the company"),
                _("and say when it works and how soon it answers"),
                reverse("team:workspace"),
                done=is_named(),
            ),
        ),
        (
            "team.edit",
            Step(
                _("Invite the others"),
                _("and share the leads out under Routing"),
                reverse("team:people"),
                done=has_company(),
            ),
        ),
        (
            "form.edit",
            Step(_("Open a way in"), _("a form is ready to be put on your site"), reverse("capture:forms")),
        ),
        (
            "lead.create",
            Step(
                _("Add the first lead"),
                _("or bring in the table you have"),
                reverse("home:add"),
                in_dialog=True,
            ),
        ),
    ]
    return [step for right, step in steps if actor.may(right)]
