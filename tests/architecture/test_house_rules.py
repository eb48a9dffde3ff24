"""Each rule of the house finds what it is for, and lets the tidy spelling of the same thing pass."""

from pathlib import Path

import pytest

from tests.architecture.house import findings

ORDER = ("design", "kit", "people", "leads", "home")

#: rule → (the breach, as {file: text}; the same done properly)
BREACHES: dict[str, list[tuple[dict[str, str], dict[str, str]]]] = {
    "files_have_a_name_of_the_closed_set": [
        ({"leads/utils.py": ""}, {"leads/services.py": ""}),
        ({"kit/helpers.py": ""}, {"kit/money.py": "", "kit/db/sqlite/base.py": ""}),
        ({"leads/services/common/merging.py": ""}, {"leads/services/merging.py": ""}),
        ({"leads/scoring.py": ""}, {"leads/rules/scoring.py": "", "leads/migrations/0001_initial.py": ""}),
        ({"leads/templatetags.py": ""}, {"leads/templatetags/leads.py": ""}),
        ({"loyalty/models.py": ""}, {"people/models.py": ""}),
        ({"tools.py": ""}, {"panels.py": "", "urls.py": "", "cli/__init__.py": "", "cli/answering.py": ""}),
    ],
    "imports_are_written_in_full": [
        ({"leads/views.py": "from . import services"}, {"leads/views.py": "from khoi.leads import services"}),
    ],
    "rooms_import_only_rooms_below": [
        (
            {"people/services.py": "from khoi.leads import models", "leads/models.py": ""},
            {"leads/services.py": "from khoi.people import models", "people/models.py": ""},
        ),
        (
            {"people/views.py": "def show():\n    import khoi.home.views", "home/views.py": ""},
            {"home/views.py": "import khoi.people.views", "people/views.py": ""},
        ),
        (
            {"leads/views.py": "from khoi.panels import PANELS", "panels.py": "PANELS = []"},
            {"panels.py": "from khoi.home import views", "home/views.py": ""},
        ),
    ],
    "files_of_a_room_import_only_lower_files": [
        (
            {"leads/models.py": "from khoi.leads.queries import due", "leads/queries.py": "def due(): ..."},
            {"leads/queries.py": "from khoi.leads.models import Lead", "leads/models.py": "class Lead: ..."},
        ),
        (
            {"leads/services/merging.py": "from khoi.leads import jobs", "leads/jobs.py": ""},
            {"leads/services/merging.py": "from khoi.leads.services import asking", "leads/services/asking.py": ""},
        ),
        (
            {"leads/views.py": "import khoi.leads.api", "leads/api.py": ""},
            {"leads/urls.py": "import khoi.leads.views", "leads/views.py": ""},
        ),
        (
            {"leads/queries.py": "from khoi.people import services", "people/services.py": ""},
            {"leads/services.py": "from khoi.people import services as people", "people/services.py": ""},
        ),
        (
            {"leads/models.py": "from khoi.leads import fields", "leads/fields.py": ""},
            {"leads/fields.py": "from khoi.leads import models", "leads/models.py": ""},
        ),
        (
            {"leads/rules.py": "from khoi.people import fields", "people/fields.py": ""},
            {"leads/queries.py": "from khoi.people import fields", "people/fields.py": ""},
        ),
    ],
    "verbs_of_another_room_are_called_through_its_module": [
        (
            {"leads/services.py": "from khoi.people.services import merge_people", "people/services.py": ""},
            {"leads/services.py": "from khoi.people import services as people", "people/services.py": ""},
        ),
        (
            {"leads/services.py": "from khoi.kit.names import _split", "kit/names.py": ""},
            {"leads/services.py": "from khoi.people.services import Refused", "people/services.py": ""},
        ),
    ],
    "only_the_hook_connects_rooms": [
        (
            {"leads/apps.py": "from django.db.models.signals import post_save"},
            {"leads/apps.py": "from django.apps import AppConfig"},
        ),
        (
            {"leads/services.py": "from django.dispatch import receiver"},
            {"leads/services.py": "from django.db import transaction"},
        ),
    ],
    "rules_know_the_standard_library_only": [
        ({"leads/rules.py": "from django.utils import timezone"}, {"leads/rules.py": "from datetime import datetime"}),
        (
            {"leads/rules.py": "import importlib\nx = importlib.import_module('django')"},
            {"leads/queries.py": "import importlib"},
        ),
        ({"leads/rules.py": "import random"}, {"leads/rules/order.py": "import heapq"}),
        (
            {"leads/rules.py": "from khoi.leads.models import Lead", "leads/models.py": ""},
            {"leads/rules.py": "from khoi.people.rules import Reach", "people/rules.py": ""},
        ),
        (
            {"leads/rules.py": "from khoi.kit import a", "kit/a.py": "import khoi.kit.b", "kit/b.py": "import django"},
            {"leads/rules.py": "from khoi.kit import phones", "kit/phones.py": "import phonenumbers"},
        ),
    ],
    "answers_are_frozen_and_slotted": [
        (
            {"leads/rules.py": "from dataclasses import dataclass\n@dataclass\nclass Score: ..."},
            {"leads/rules.py": "from dataclasses import dataclass as d\n@d(frozen=True, slots=True)\nclass A: ..."},
        ),
        (
            {"leads/queries.py": "import dataclasses\n@dataclasses.dataclass(frozen=True)\nclass Row: ..."},
            {"kit/money.py": "import dataclasses\n@dataclasses.dataclass\nclass Sum: ..."},
        ),
    ],
    "only_the_outermost_reads_the_clock": [
        (
            {"leads/services.py": "from django.utils import timezone\nnow = timezone.now()"},
            {"leads/views.py": "from django.utils import timezone\nnow = timezone.now()"},
        ),
        (
            {"leads/queries.py": "from datetime import datetime as d, UTC\nd.now(UTC)"},
            {"leads/queries.py": "from datetime import datetime as d, UTC\nd(2026, 1, 1, tzinfo=UTC)"},
        ),
        ({"leads/rules.py": "from time import time\ntime()"}, {"leads/rules.py": "from datetime import timedelta"}),
        (
            {"leads/models.py": "import django.utils.timezone\nmade = Field(default=django.utils.timezone.now)"},
            {"kit/jobs.py": "import django.utils.timezone\ndjango.utils.timezone.now()"},
        ),
        (
            {"leads/models.py": "made = DateTimeField(auto_now_add=True)"},
            {"leads/models.py": "made = DateTimeField()"},
        ),
        (
            {"leads/services.py": "from django.utils.timezone import localdate\nlocaldate()"},
            {"leads/services.py": "from django.utils.timezone import localdate\nlocaldate(now)"},
        ),
    ],
    "pages_and_api_ask_the_gateway": [
        (
            {"leads/views.py": "Lead.objects.filter(pk=1)"},
            {"leads/views.py": "Lead.objects.visible_to(actor).filter(pk=1)"},
        ),
        ({"leads/api.py": "rows = Lead._default_manager.all()"}, {"leads/queries.py": "rows = Lead.objects.all()"}),
        (
            {"leads/views.py": "from django.shortcuts import get_object_or_404 as get\nget(Lead, pk=1)"},
            {"leads/views.py": "from django.shortcuts import get_object_or_404 as get\nget(mine(), pk=1)"},
        ),
        (
            {"leads/forms.py": "class F:\n    lead = Choice(Lead.objects.all())"},
            {"leads/forms.py": "Lead.objects.none()"},
        ),
        ({"leads/views.py": "Lead.live.all()"}, {"leads/views.py": "State.values.count(x)\nCODES.known.get(x)"}),
        (
            {"leads/views.py": "connection.cursor().execute('select 1')"},
            {"leads/queries.py": "connection.cursor().execute('select 1')"},
        ),
    ],
    "only_services_write": [
        ({"leads/views.py": "lead.save()"}, {"leads/services.py": "lead.save()"}),
        (
            {"leads/jobs.py": "Lead.objects.bulk_update(rows, ['a'])"},
            {"leads/jobs.py": "services.settle_leads(now=now)"},
        ),
        ({"leads/views.py": "lead.delete()"}, {"leads/views.py": "found.delete(key)"}),
        ({"leads/views.py": "Lead.objects.visible_to(a).update(owner=None)"}, {"leads/views.py": "said.update(a=1)"}),
        ({"leads/queries.py": "Lead.objects.create(owner=None)"}, {"leads/queries.py": "team.create(owner=None)"}),
        ({"leads/jobs.py": "Lead.objects.filter(pk=1).delete()"}, {"leads/jobs.py": "digest.update(piece)"}),
    ],
    "sql_is_never_put_together_in_place": [
        (
            {"kit/db/x.py": "def f(c, name): c.execute(f'select * from {name}')"},
            {"kit/db/x.py": "def f(c, name): c.execute('select * from t where name = %s', [name])"},
        ),
        ({"leads/queries.py": "c.execute('select %s' % x)"}, {"leads/queries.py": "c.execute('select %s', [x])"}),
        ({"leads/queries.py": "c.execute('select ' + x)"}, {"leads/queries.py": "c.execute('select '\n'1')"}),
        (
            {"leads/queries.py": "c.executemany('select {}'.format(x))"},
            {"leads/queries.py": "c.executemany(TEXT, rows)"},
        ),
        (
            {"leads/queries.py": "def f(c, x):\n    sql = f'select {x}'\n    c.execute(sql)"},
            {"leads/queries.py": "def f(c, x):\n    sql = 'select %s'\n    c.execute(sql, [x])"},
        ),
        (
            {"leads/queries.py": "def f(c, x):\n    sql = 'select 1'\n    sql += x\n    c.execute(sql)"},
            {"leads/queries.py": "def f(c, x):\n    n = 1\n    n += x\n    c.execute('select %s', [n])"},
        ),
        ({"leads/queries.py": "RawSQL(f'a = {x}', [])"}, {"leads/queries.py": "RawSQL('a = %s', [x])"}),
    ],
    "nothing_is_declared_safe_outside_one_module": [
        (
            {"leads/templatetags/leads.py": "from django.utils.safestring import mark_safe"},
            {"design/templatetags/markup.py": "from django.utils.safestring import mark_safe"},
        ),
        (
            {"leads/views.py": "from django.utils.safestring import SafeString\nSafeString(name)"},
            {"leads/views.py": "from django.utils.safestring import SafeString\nSafeString('')"},
        ),
        ({"leads/templates/leads/a.html": "{{ note|safe }}"}, {"leads/templates/leads/a.html": "{{ note|safely }}"}),
        ({"leads/templates/leads/a.html": "{% autoescape off %}"}, {"leads/templates/leads/a.html": "{{ note }}"}),
    ],
    "only_one_module_opens_connections": [
        ({"leads/services.py": "import urllib.request"}, {"kit/outbound.py": "import http.client"}),
        ({"leads/jobs.py": "from urllib import request"}, {"leads/jobs.py": "from urllib import parse"}),
    ],
    "templates_use_their_own_room_and_design": [
        (
            {"leads/templates/leads/a.html": "{% include 'people/card.html' %}"},
            {"leads/templates/leads/a.html": "{% include 'leads/card.html' %}{% include panel.template %}"},
        ),
        (
            {"leads/templates/leads/a.html": "{% with t='people/card.html' %}{% include t %}{% endwith %}"},
            {"leads/templates/leads/a.html": "{% with t='leads/card.html' %}{% include t %}{% endwith %}"},
        ),
        (
            {"leads/templates/leads/a.html": "{% include x|default:'people/card.html' %}"},
            {"leads/templates/leads/a.html": "{% include x|default:'design/card.html' %}"},
        ),
        (
            {"leads/templates/leads/a.html": '{% extends "home/page.html" %}'},
            {"leads/templates/leads/a.html": '{% extends "design/page.html" %}'},
        ),
        (
            {"home/views.py": "render(request, 'people/card.html')"},
            {"home/views.py": "render(request, 'home/card.html')", "panels.py": "CARD = 'people/card.html'"},
        ),
    ],
    "templates_load_tags_of_rooms_below": [
        (
            {"people/templates/people/a.html": "{% load i18n leads %}", "leads/templatetags/leads.py": ""},
            {"home/templates/home/a.html": "{% load i18n leads %}", "leads/templatetags/leads.py": ""},
        ),
        (
            {"people/templates/people/a.html": "{% load rating from leads %}", "leads/templatetags/leads.py": ""},
            {"people/templates/people/a.html": "{% load icon from design %}", "design/templatetags/design.py": ""},
        ),
    ],
}


def build(package: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        file = package / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return package


@pytest.mark.parametrize(("rule", "files"), [(rule, bad) for rule, pairs in BREACHES.items() for bad, _ in pairs])
def test_a_breach_is_found(tmp_path, rule, files):
    assert findings(build(tmp_path, files), ORDER, [rule])


@pytest.mark.parametrize(("rule", "files"), [(rule, good) for rule, pairs in BREACHES.items() for _, good in pairs])
def test_the_tidy_spelling_passes(tmp_path, rule, files):
    assert findings(build(tmp_path, files), ORDER, [rule]) == []


def test_a_finding_names_file_line_and_what_to_do(tmp_path):
    build(tmp_path, {"leads/services.py": "from datetime import date\n\ntoday = date.today()"})

    assert findings(tmp_path, ORDER) == ["leads/services.py:3: datetime.date.today: take now as an argument"]
