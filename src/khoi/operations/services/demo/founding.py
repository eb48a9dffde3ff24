"""The firm as on its first day: people, teams, rules, forms, campaigns, papers, and what each source costs."""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from khoi.campaigns import services as campaigns
from khoi.campaigns.models import Source
from khoi.capture import services as capture
from khoi.capture.models import Form
from khoi.history import services as history
from khoi.history.rules.actors import SYSTEM
from khoi.kit.fold import fold
from khoi.lifecycle import services as lifecycle
from khoi.operations.services.demo.cast import USERS
from khoi.operations.services.demo.clock import Clock
from khoi.operations.services.demo.forms import BETTER_CONSENT, FORM_OF, FORMS
from khoi.operations.services.demo.letters import BROCHURE
from khoi.operations.services.demo.story import CAMPAIGNS, DOORS
from khoi.routing import services as routing
from khoi.routing.models import RoutingRule
from khoi.team import services as team
from khoi.team.models import Team, User
from khoi.team.queries import principal_of
from khoi.team.rules import ADMIN, MANAGER, MARKETER, PARTNER, REP, Principal
from khoi.workspace import services as workspace
from khoi.workspace.models import File


@dataclass(frozen=True, slots=True)
class Firm:
    """``passwords``: by user id. ``forms``: by the code of the source they stand for."""

    users: dict[int, User]
    actors: dict[int, Principal]
    passwords: dict[int, str]
    token: str
    forms: dict[str, Form]
    brochure: File

    @property
    def reps(self) -> list[Principal]:
        return self._with(REP)

    @property
    def partner(self) -> Principal:
        return self._with(PARTNER)[0]

    @property
    def marketer(self) -> Principal:
        return self._with(MARKETER)[0]

    @property
    def host(self) -> Principal:
        """The manager who looks after the partner."""
        return next(actor for actor in self._with(MANAGER) if actor.team_id == self.partner.team_id)

    def reps_of(self, manager: Principal) -> list[Principal]:
        return [rep for rep in self.reps if rep.team_id == manager.team_id]

    def _with(self, role: str) -> list[Principal]:
        return [actor for actor in self.actors.values() if actor.role == role]


def found_firm(clock: Clock) -> Firm:
    start = clock.start
    _open_house(start)
    users, passwords = _hire(start)
    actors = {pk: principal_of(user, via="web") for pk, user in users.items()}
    admin, marketer = (next(actors[pk] for pk in actors if actors[pk].role == role) for role in (ADMIN, MARKETER))
    _, token = team.issue_token(users[admin.id or 0], name="Demo", scopes=("read", "write"), by=admin, now=start)
    _share_out(list(users.values()), admin, start)
    _plan_costs(clock, marketer)
    return Firm(
        users=users,
        actors=actors,
        passwords=passwords,
        token=token,
        forms=_publish_forms(clock, marketer),
        brochure=workspace.store_file([BROCHURE.encode()], name="Giới thiệu Bến Mây.txt", by=marketer, now=start),
    )


def _open_house(start: datetime) -> None:
    """A workspace that was made before keeps its name, and says from now on that what is in it is a demo."""
    house = lifecycle.prepare_workspace(name="Bến Mây", language="vi", is_demo=True, by=SYSTEM, now=start)
    if not house.is_demo:
        with history.act("begin_demo", by=SYSTEM, now=start, subject=house):
            house.is_demo = True
            house.save(update_fields=["is_demo"])


def _hire(start: datetime) -> tuple[dict[int, User], dict[int, str]]:
    teams: dict[str, Team] = {}
    users, passwords = {}, {}
    for name, role, group, visibility in USERS:
        if group and group not in teams:
            teams[group] = team.add_team(group, by=SYSTEM, now=start)
        password = secrets.token_urlsafe(9)
        user = team.add_user(
            email=_email(name),
            full_name=name,
            role=role,
            team=teams.get(group),
            visibility=visibility,
            language="vi",
            password=password,
            by=SYSTEM,
            now=start,
        )
        users[user.pk], passwords[user.pk] = user, password
    return users, passwords


def _email(name: str) -> str:
    *_, middle, given = fold(name).split()
    return f"{given}.{middle}@benmay.example"


def _share_out(users: list[User], by: Principal, start: datetime) -> None:
    """The first two reps take twice as many as the others."""
    rule = RoutingRule.objects.get()
    with history.act("set_shares", by=by, now=start, subject=rule):
        for place, rep in enumerate(user for user in users if user.role == REP):
            routing.set_share(rule, user=rep, weight=2 if place < 2 else 1, by=by, now=start)


def _publish_forms(clock: Clock, by: Principal) -> dict[str, Form]:
    """The campaigns and the forms they lead to; after a year the first form says better what it asks consent for."""
    start = clock.start
    for code, name, channel, budget in CAMPAIGNS:
        campaigns.add_campaign(
            code=code, name=name, channel=channel, budget=budget, starts_on=start.date(), by=by, now=start
        )
    first = capture.prepare_forms(by=by, now=start)
    made = {first.slug: first}
    for form in FORMS:
        made[str(form["slug"])] = capture.add_form(**form, is_live=True, by=by, now=start)
    clock.at(start + timedelta(days=380), lambda moment: _say_better(first, by, moment))
    return {source: made[slug] for source, slug in FORM_OF.items()}


def _say_better(form: Form, by: Principal, moment: datetime) -> None:
    texts = {language: {**words, "consent": BETTER_CONSENT[language]} for language, words in form.texts.items()}
    changed = capture.edit_form(form, changes={"texts": texts}, by=by, now=moment)
    form.texts, form.consent_version = changed.texts, changed.consent_version


def _plan_costs(clock: Clock, by: Principal) -> None:
    """Booked at the beginning of each month."""
    first = clock.start.astimezone(clock.today.tzinfo).date().replace(day=1)
    for month in range(60):
        opens, ends = _months_after(first, month), _months_after(first, month + 1)
        moment = max(clock.start, clock.today.replace(year=opens.year, month=opens.month, day=1))
        clock.at(moment, lambda t, opens=opens, ends=ends: _book_costs(opens, ends, by, t))  # type: ignore[misc]


def _book_costs(opens: date, ends: date, by: Principal, moment: datetime) -> None:
    sources = Source.objects.in_bulk([door.source for door in DOORS], field_name="code")
    with history.act("book_costs", by=by, now=moment):
        for door in DOORS:
            if door.month_cost:
                campaigns.add_cost(
                    sources[door.source],
                    amount=door.month_cost,
                    period_start=opens,
                    period_end=ends,
                    by=by,
                    now=moment,
                )


def _months_after(first: date, count: int) -> date:
    year, month = divmod(first.year * 12 + first.month - 1 + count, 12)
    return first.replace(year=year, month=month + 1)
