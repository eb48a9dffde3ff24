"""The words of our own mails, in the language of who gets them."""

from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.template import Context, Engine
from django.utils import translation

from khoi.team.models import User
from khoi.workspace.models import Workspace


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    text: str


def mail_text(user: User, name: str, **details: object) -> Letter:
    """``team/mail/<name>.txt`` filled in; its first line is the subject."""
    workspace = Workspace.objects.filter(pk=1).first()
    context = {
        "user": user,
        "workspace": " ".join((workspace.name if workspace else "Khơi").split())[:80],
        "home": settings.BASE_URL + "/",
        **details,
    }
    with translation.override(user.language):
        filled_in = _plain().get_template(f"team/mail/{name}.txt").render(Context(context, autoescape=False))
    subject, _, text = filled_in.strip().partition("\n")
    return Letter(_one_line(subject), text.strip() + "\n")


def _one_line(subject: str) -> str:
    """What of a subject with somebody's words in it the outbox takes: no control sign, no encoded word."""
    return "".join(sign for sign in subject.strip() if sign.isprintable()).replace("=?", "= ?")[:200]


@cache
def _plain() -> Engine:
    """Plain text is no HTML: nothing in it is escaped."""
    return Engine(app_dirs=True, autoescape=False, libraries={"i18n": "django.templatetags.i18n"})
