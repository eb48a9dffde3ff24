"""A workspace with one act of each kind, kept as a backup of the version that made it.

``python -m tests.kept.making NAME`` writes ``tests/kept/NAME.khoi``; do it in every change that adds a migration. Every
later version takes these acts back (``test_every_version.py``).
"""

import os
import sys
import tempfile
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

KEPT = Path(__file__).parent


def make(target: Path) -> None:
    """In a data folder of its own; Django must not be set up yet."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"KHOI_DATA": folder, "KHOI_LANG": "en", "DJANGO_SETTINGS_MODULE": "khoi.settings"}
        os.environ.pop("KHOI_DATABASE_URL", None)
        import django

        django.setup()
        from django.core.management import call_command

        from khoi.operations import services as operations
        from tests.cast import NOW

        call_command("migrate", verbosity=0)
        live()
        operations.back_up(target, now=NOW + timedelta(days=30))


def live() -> None:
    """Every verb once, an hour apart."""
    from khoi.accounts import services as accounts
    from khoi.accounts.models import Account
    from khoi.activities import services as activities
    from khoi.activities.models import Task
    from khoi.campaigns import services as campaigns
    from khoi.campaigns.models import Source
    from khoi.capture import services as capture
    from khoi.capture.models import Form
    from khoi.capture.services.importing import import_file
    from khoi.custom import services as custom
    from khoi.history.models import Act
    from khoi.history.rules.actors import SYSTEM
    from khoi.home import services as home
    from khoi.leads import services as leads
    from khoi.leads.models import Lead
    from khoi.lifecycle import services as lifecycle
    from khoi.people import services as people
    from khoi.people.models import Person
    from khoi.pipeline import services as pipeline
    from khoi.pipeline.models import Opportunity
    from khoi.qualification import services as qualification
    from khoi.qualification.queries import policy_in_force
    from khoi.scoring import services as scoring
    from khoi.scoring.queries import published
    from khoi.team.models import Team
    from khoi.timemachine import services as timemachine
    from khoi.workspace import services as workspace
    from tests.capture.importing import LEADS
    from tests.cast import NOW, acting, join
    from tests.timemachine.test_undo_of_everything import STEPS, Life

    lifecycle.prepare_workspace(name="Nước Mát", language="vi", by=SYSTEM, now=NOW)
    capture.prepare_forms(by=SYSTEM, now=NOW)
    with acting():
        team = Team.objects.create(name="Hà Nội", created_at=NOW)
    an = join("Nguyễn Thị An", "an@example.vn", "rep", team)
    binh = join("Trần Văn Bình", "binh@example.vn", "manager", team)
    admin = join("Vũ Minh Hà", "admin@example.vn", "admin", None, visibility="all")
    life = Life(an, binh)
    for step in STEPS:
        getattr(life, step)()

    def how():
        return life.how(admin)

    def person(name: str) -> Person:
        return Person.objects.get(full_name=name)

    # what is set up
    campaigns.add_source(name="Hội chợ", **how())
    campaigns.edit_source(Source.objects.latest("id"), changes={"name": "Hội chợ Hà Nội"}, **how())
    fair = campaigns.add_campaign(name="Vietbuild", **how())
    campaigns.edit_campaign(fair, changes={"name": "Vietbuild 2026"}, **how())
    campaigns.add_cost(
        Source.objects.latest("id"),
        amount=12_000_000,
        period_start=date(2026, 11, 1),
        period_end=date(2026, 11, 30),
        **how(),
    )
    size = custom.add_field("lead", type="number", label="Shops", **how())
    for kind in ("person", "account", "opportunity"):
        custom.add_field(kind, type="text", key="nickname", label="Nickname", **how())
    custom.edit_field(size, changes={"label": "Shops and kiosks"}, **how())
    capture.edit_form(Form.objects.earliest("id"), changes={"name": "Xin chào"}, **how())
    capture.publish_form(Form.objects.earliest("id"), live=True, **how())
    card = published()
    half = card.half_life_days + 5
    scoring.publish_scorecard(half_life_days=half, entries=card.rules, grades=card.grades, **how())
    judged = dict(policy_in_force().criteria)
    judged.pop("sql")
    qualification.publish_policy(criteria=judged, **how())

    # people and companies
    table = "ID,Name,Title,Email,Phone,Company,Source,Owner,Came,Stage\n" + "".join(
        f"{n},Ngô Văn {name},Giám đốc,ngo{n}@example.vn,,Sao Mai,Hội chợ,,2026-11-0{n},\n"
        for n, name in enumerate(("Một", "Hai", "Ba", "Bốn"), start=1)
    )
    import_file(table.encode(), filename="cu.csv", mapping=LEADS, by=how()["by"], now=life.now)
    lead = Lead.objects.get(person=person("Ngô Văn Một"))
    leads.edit_lead(lead, changes={"need": "hai máy lọc", "custom": {size.key: Decimal(3)}}, **how())
    people.edit_person(
        person("Ngô Văn Hai"), changes={"phones": ["0903333444"], "custom": {"nickname": "Hai"}}, **how()
    )
    home.assign_leads(Lead.objects.filter(person__full_name__startswith="Ngô Văn"), owner=an.user, **how())
    qualification.hand_back(lead, reason="no_budget", return_on=date(2027, 1, 4), **how())
    qualification.reopen_lead(Lead.objects.get(pk=lead.pk), **how())
    home.disqualify_leads(Lead.objects.filter(person=person("Ngô Văn Bốn")), reason="no_need", **how())
    people.tell_apart(person("Ngô Văn Ba"), person("Ngô Văn Bốn"), **how())
    people.tell_apart(person("Ngô Văn Một"), person("Ngô Văn Ba"), **how())
    people.merge_people(person("Ngô Văn Một"), loser=person("Ngô Văn Hai"), choices={}, **how())
    twice = [people.add_person(full_name=f"Lâm Thị {name}", **how()).pk for name in ("Xuân", "Hạ", "Thu", "Đông")]
    people.merge_many([twice[:2], twice[2:]], by=admin.by, clock=lambda: how()["now"])
    company = accounts.add_account(name="Nhà máy Hoà Bình", **how())
    accounts.edit_account(
        Account.objects.get(pk=company.pk), changes={"industry": "water", "custom": {"nickname": "HB"}}, **how()
    )
    accounts.add_contact(person("Ngô Văn Ba"), account=company, **how())

    # work
    activities.complete_task(Task.objects.latest("id"), **how())
    drawing = workspace.store_file([b"%PDF-1.4"], name="ban-ve.pdf", **how())
    activities.log_activity(person("Ngô Văn Ba"), kind="note", body="thích màu xanh", files=[drawing], **how())
    deal = Opportunity.objects.latest("id")
    known = {"nickname": "xanh"}
    pipeline.edit_opportunity(deal, changes={"name": "Ba máy lọc", "amount": 45_000_000, "custom": known}, **how())
    lifecycle.delete_records([person("Ngô Văn Bốn")], along=None, **how())
    lifecycle.delete_records([company], along=None, **how())
    timemachine.undo(Act.objects.latest("id"), **how())


if __name__ == "__main__":
    make(KEPT / f"{sys.argv[1]}.khoi")
