"""Nine actors and the records their requests are about.

``Nguyễn Thị An`` owns every sample, ``Mai`` is in her team, ``Dũng`` in another, ``Bình`` manages An's team. Each
actor has a browser that is logged in and a token; the anonymous one has neither, the deactivated one had both.

A row of the expectations names a sample where its address or body needs one. A new sample is a function here,
marked ``@sample``; it is made once, when a row first asks for it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from django.test import Client

from khoi.history.queries import version_of
from khoi.history.rules.actors import SYSTEM
from khoi.lifecycle import services as lifecycle
from khoi.outbox import services as outbox
from khoi.outbox.models import Mail, State
from khoi.team import services as team
from khoi.team.models import Team, User
from khoi.team.queries import principal_of
from tests.cast import NOW, Member, acting, join
from tests.matrix import database

ACTORS: Final = (
    "anonymous",
    "rep_own",
    "rep_same_team",
    "rep_other_team",
    "manager",
    "marketer",
    "read_only",
    "deactivated",
    "admin",
)


@dataclass
class Actor:
    """One of the nine: a browser, a token, and the user behind both (None for the anonymous)."""

    browser: Client
    token: str = ""
    user: User | None = None


@dataclass
class World:
    actors: dict[str, Actor]
    made: dict[str, Any] = field(default_factory=dict)
    figure: str = ""  # of everything the database remembers, once all is built

    def watch(self) -> database.Watch:
        """From now on: does the database remember anything else than when the world was built?"""
        return database.Watch(self.figure)

    def member(self, actor: str) -> User:
        user = self.actors[actor].user
        assert user is not None
        return user

    def value(self, name: str) -> Any:
        """The sample of that name, made when first asked for."""
        if name not in self.made:
            self.made[name] = SAMPLES[name](self)
        return self.made[name]


Sample = Callable[[World], Any]
SAMPLES: dict[str, Sample] = {}


def sample(make: Sample) -> Sample:
    SAMPLES[make.__name__] = make
    return make


def build() -> World:
    """The company, its people, and every sample."""
    lifecycle.prepare_workspace(name="Nước Mát", language="vi", by=SYSTEM, now=NOW)
    with acting():
        hanoi, saigon = (Team.objects.create(name=name, created_at=NOW) for name in ("Hà Nội", "Sài Gòn"))
    members = {
        "rep_own": join("Nguyễn Thị An", "an@example.vn", "rep", hanoi, language="en"),
        "rep_same_team": join("Đỗ Thị Mai", "mai@example.vn", "rep", hanoi, language="en"),
        "rep_other_team": join("Phạm Quốc Dũng", "dung@example.vn", "rep", saigon, language="en"),
        "manager": join("Trần Văn Bình", "binh@example.vn", "manager", hanoi, language="en"),
        "marketer": join("Lê Thị Chi", "chi@example.vn", "marketer", None, visibility="all", language="en"),
        "read_only": join("Hoàng Thu Xem", "xem@example.vn", "read_only", None, visibility="all", language="en"),
        "deactivated": join("Bùi Đã Đi", "di@example.vn", "admin", None, visibility="all", language="en"),
        "admin": join("Vũ Minh Hà", "admin@example.vn", "admin", None, visibility="all", language="en"),
    }
    actors = {"anonymous": Actor(Client(raise_request_exception=False))}
    actors |= {name: _with_keys(name, member) for name, member in members.items()}
    team.deactivate_user(members["deactivated"].user, by=SYSTEM, now=NOW)
    world = World(actors)
    for name in SAMPLES:
        world.value(name)
    world.figure = database.digest()
    return world


def _with_keys(name: str, member: Member) -> Actor:
    """The read-only token is An's own, cut down to reading: what it may not, only its scope forbids."""
    browser = Client(raise_request_exception=False)
    browser.force_login(member.user)
    of = User.objects.get(email="an@example.vn") if name == "read_only" else member.user
    scopes = ["read"] if name == "read_only" else ["read", "write"]
    _token, plain = team.issue_token(of, name=f"{name} of the matrix", scopes=scopes, by=SYSTEM, now=NOW)
    return Actor(browser, plain, member.user)


# --- what addresses and bodies name


@sample
def no_such_id(world: World) -> str:
    return "00000000-0000-4000-8000-000000000000"


@sample
def an(world: World) -> Any:
    return world.member("rep_own").public_id


@sample
def version_of_an(world: World) -> int:
    return version_of(world.member("rep_own"))


@sample
def hanoi(world: World) -> Any:
    return Team.objects.get(name="Hà Nội").public_id


@sample
def invited(world: World) -> Any:
    by = principal_of(world.member("admin"), via="web")
    return team.invite_user(email="moi@example.vn", full_name="Người Mới", role="rep", by=by, now=NOW).public_id


@sample
def gone(world: World) -> Any:
    return world.member("deactivated").public_id


@sample
def token_of_an(world: World) -> Any:
    user = world.member("rep_own")
    return team.issue_token(user, name="Xuất", scopes=["read"], by=SYSTEM, now=NOW)[0].public_id


@sample
def void_link(world: World) -> str:
    return "no-such-link"


@sample
def held_mail(world: World) -> Any:
    mail = outbox.queue_mail(kind="test", to="an@example.vn", subject="Chào", text="…", now=NOW)
    Mail.objects.filter(pk=mail.pk).update(state=State.HELD)
    return mail.public_id


@sample
def lead(world: World) -> Any:
    """An's lead."""
    from khoi.leads.models import Lead
    from khoi.people.models import Person

    with acting():
        person = Person.objects.create(full_name="Nguyễn Thị Mai Chi", created_at=NOW)
        owner = world.member("rep_own")
        return Lead.objects.create(person=person, owner=owner, arrived_at=NOW, created_at=NOW).public_id


@sample
def person(world: World) -> Any:
    """The person behind An's lead."""
    from khoi.leads.models import Lead

    return Lead.objects.get(public_id=world.value("lead")).person.public_id


@sample
def own_field(world: World) -> str:
    """The key of a field of leads."""
    from khoi.custom import services as custom

    return custom.add_field("lead", type="text", label="Kho", by=SYSTEM, now=NOW).key


@sample
def account(world: World) -> Any:
    """An's account."""
    from khoi.accounts.models import Account

    with acting():
        return Account.objects.create(name="Bao bì Lá Sen", owner=world.member("rep_own"), created_at=NOW).public_id


@sample
def opportunity(world: World) -> Any:
    """An's deal."""
    from khoi.accounts.models import Account
    from khoi.people.models import Person
    from khoi.pipeline.models import Opportunity, PipelineStage

    stage = PipelineStage.objects.get(code="proposal")
    with acting():
        return Opportunity.objects.create(
            name="In bao bì",
            person=Person.objects.get(public_id=world.value("person")),
            account=Account.objects.get(public_id=world.value("account")),
            pipeline=stage.pipeline,
            stage=stage,
            owner=world.member("rep_own"),
            entered_stage_at=NOW,
            opened_at=NOW,
            created_at=NOW,
        ).public_id


@sample
def campaign(world: World) -> str:
    """The code of a campaign."""
    from khoi.campaigns.models import Campaign

    with acting():
        return Campaign.objects.create(code="kho-q4", name="Kho quý 4", created_at=NOW).code


@sample
def task(world: World) -> Any:
    """An's task on her lead."""
    from khoi.activities.models import Task
    from khoi.leads.models import Lead

    of = Lead.objects.get(public_id=world.value("lead"))
    with acting():
        return Task.objects.create(
            person=of.person, lead=of, title="Gọi lại", owner=world.member("rep_own"), created_at=NOW
        ).public_id


@sample
def act_of_an(world: World) -> int:
    """The latest act of An's."""
    from khoi.history.models import Act

    by = principal_of(world.member("rep_own"), via="web")
    with acting("edit_account", by=by) as act:
        from khoi.accounts.models import Account

        one = Account.objects.get(public_id=world.value("account"))
        one.region = "Hà Nội"
        one.save()
    return int(Act.objects.get(pk=act.pk).pk)


@sample
def note(world: World) -> Any:
    """A note about An's lead."""
    from khoi.activities.models import Activity
    from khoi.leads.models import Lead

    of = Lead.objects.get(public_id=world.value("lead"))
    with acting():
        return Activity.objects.create(
            person=of.person, lead=of, kind="note", body="Báo giá", occurred_at=NOW, created_at=NOW
        ).public_id


@sample
def attached_file(world: World) -> Any:
    """A file that hangs on the note."""
    from khoi.activities.models import Activity, Attachment
    from khoi.workspace import services as workspace

    with acting():
        file = workspace.store_file([b"%PDF-1.4"], name="bao-gia.pdf", by=SYSTEM, now=NOW)
        Attachment.objects.create(activity=Activity.objects.get(public_id=world.value("note")), file=file)
    return file.public_id


@sample
def form(world: World) -> str:
    """The address of the public form of a new workspace."""
    from khoi.capture import services as capture

    return capture.prepare_forms(by=SYSTEM, now=NOW).slug


@sample
def form_id(world: World) -> int:
    from khoi.capture.models import Form

    return Form.objects.get(slug=world.value("form")).pk


@sample
def version_of_form(world: World) -> int:
    from khoi.capture.models import Form

    return version_of(Form.objects.get(slug=world.value("form")))


@sample
def held_submission(world: World) -> int:
    """What came in with the hidden field filled in."""
    from khoi.capture import services as capture
    from khoi.capture.models import Form, Submission

    said = {"name": "Lý Văn Tân", "phone": "0912 345 678", "homepage": "x"}
    about: dict[str, Any] = {"key": "held", "language": "vi", "ip": "203.0.113.7", "user_agent": "", "now": NOW}
    capture.submit_form(Form.objects.get(slug=world.value("form")), said, **about)
    return Submission.objects.get(key="held").pk


@sample
def stage(world: World) -> int:
    from khoi.pipeline.models import PipelineStage

    return PipelineStage.objects.get(code="proposal").pk


@sample
def rule(world: World) -> int:
    from khoi.routing.models import RoutingRule

    return RoutingRule.objects.get().pk


@sample
def share(world: World) -> int:
    """An's share of the rule."""
    from khoi.routing import services as routing
    from khoi.routing.models import RoutingRule

    rule = RoutingRule.objects.get()
    return routing.set_share(rule, user=world.member("rep_own"), weight=1, by=SYSTEM, now=NOW).pk


@sample
def mai(world: World) -> Any:
    return world.member("rep_same_team").public_id


@sample
def import_run(world: World) -> Any:
    """A file the marketer sent and has not started."""
    from khoi.capture.services import importing

    by = principal_of(world.member("marketer"), via="web")
    table = "Họ tên,Email\nĐỗ Thị Lan,lan@sen.example\n".encode()
    return importing.receive_file([table], filename="khach.csv", by=by, now=NOW).public_id
