"""All of the past passes the gateway with today's rights: also rows that are gone, and the way back."""

import json
from datetime import timedelta

import pytest

from khoi.activities.models import Activity
from khoi.campaigns.models import Source
from khoi.history.models import KINDS, Act
from khoi.leads.models import Lead
from khoi.lifecycle import services as lifecycle
from khoi.people.models import Suppression
from khoi.pipeline import services as pipeline
from khoi.routing import services as routing
from khoi.team import services as team
from khoi.team.models import Token, User
from khoi.team.queries import Forbidden, principal_of
from khoi.team.rules import MAY
from khoi.timemachine import services
from khoi.timemachine.queries import binned, departed, past, rights, telling
from khoi.workspace.models import Workspace
from tests.cast import NOW, acting
from tests.timemachine.conftest import add_lead, change

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=3)


def today(member, **values):
    """The member after their role, team or sight was changed."""
    with acting():
        User.objects.filter(pk=member.pk).update(**values)
    return principal_of(User.objects.get(pk=member.pk), via="web")


def delete(*records, by):
    return lifecycle.delete_records(list(records), by=by.by, now=LATER, along=None)


@pytest.fixture
def ask(client):
    def ask(member, method, path, body=None):
        _, key = team.issue_token(member.user, name="t", scopes=["read", "write"], by=member.by, now=NOW)
        more = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        return getattr(client, method)(path, headers={"Authorization": f"Bearer {key}"}, **more)

    return ask


@pytest.fixture
def his_on_hers(hers, dung):
    """A lead of Dũng's on the person whom An knows too."""
    with acting():
        return Lead.objects.create(
            person=hers.person, owner=dung.user, need="bí mật của Dũng", arrived_at=NOW, created_at=NOW
        )


def held(act, actor):
    """What the act page shows of the rows an act took out."""
    changes, further = telling.seen_of(act, actor)
    return str([(c.model.__name__, f.field, f.before) for c in changes for f in c.fields]), further


def test_what_was_hidden_while_it_stood_stays_hidden_when_it_is_gone(his_on_hers, an, dung, ask):
    deal = lifecycle.convert_lead(his_on_hers, account_name="Kín", amount=987_654_321, by=dung.by, now=NOW).opportunity
    act = delete(deal, by=dung)
    shown, further = held(act, an.by)
    assert ("987654321" in shown, further > 0) == (False, True)
    assert "987654321" in held(act, dung.by)[0]
    for door in (f"/api/acts/{act.pk}", "/api/changes?limit=1000"):
        answer = ask(an, "get", door).content.decode()
        assert "987654321" not in answer
        assert "bí mật" not in answer
    assert "987.654.321" not in an.browser().get(f"/history/{act.pk}/").content.decode()


def test_a_row_that_is_gone_is_seen_by_whoever_would_see_it_if_it_stood(hers, binh, an):
    act = delete(hers, by=binh)
    assert "Hoa" in binned.binned_for(an.by).entries[0].names
    assert "arrived_at" in held(act, an.by)[0]


def test_a_person_who_is_gone_is_seen_by_whoever_had_their_lead(hers, admin, an, dung):
    act = delete(hers.person, by=admin)
    assert "Hoa" in held(act, an.by)[0]
    assert binned.binned_for(dung.by).entries == []


def test_the_bin_counts_what_one_would_not_see_and_names_it_not(hers, his_on_hers, his, admin, an):
    delete(hers, his_on_hers, his, by=admin)
    [entry] = binned.binned_for(an.by).entries
    assert (entry.names, entry.others) == (("Hoa",), 2)
    assert binned.binned_for(an.by, q="Lan").entries == []
    assert "Lan" not in an.browser().get("/history/bin/").content.decode()


def test_whoever_left_the_team_neither_reads_nor_restores_what_they_deleted_there(ready, an, binh, team_saigon):
    lead = add_lead(binh, "Bí Mật")
    change(lead, an, need="két sắt")
    act = delete(lead, by=an)
    moved = today(an, team=team_saigon)
    assert "két sắt" not in held(act, moved)[0]
    [entry] = binned.binned_for(moved).entries
    assert (entry.names, entry.may_restore) == ((), False)
    with pytest.raises(Forbidden):
        services.undo(act, by=moved, now=LATER)


def test_the_gone_page_says_nothing_to_whoever_would_not_see_the_record(ready, an, binh, team_saigon):
    lead = add_lead(binh, "Bí Mật")
    delete(lead, by=an)
    address = f"/leads/{lead.public_id}/"
    assert an.browser().get(address).status_code == 410
    today(an, team=team_saigon)
    assert an.browser().get(address).status_code == 404


def test_a_rep_who_became_a_marketer_does_not_take_her_deal_edit_back(hers, an):
    deal = lifecycle.convert_lead(hers, amount=5, by=an.by, now=NOW).opportunity
    pipeline.edit_opportunity(deal, changes={"amount": 99}, by=an.by, now=NOW)
    act = Act.objects.latest("id")
    with pytest.raises(Forbidden, match=r"opportunity\.edit"):
        services.undo(act, by=today(an, role="marketer", visibility="all"), now=LATER)
    services.undo(act, by=today(an, role="rep"), now=LATER)
    deal.refresh_from_db()
    assert deal.amount == 5


def test_a_manager_who_became_a_rep_does_not_take_her_assignment_back(hers, an, binh):
    routing.assign_lead(hers, owner=binh.user, by=binh.by, now=NOW)
    act = Act.objects.latest("id")
    with pytest.raises(Forbidden, match=r"lead\.assign"):
        services.undo(act, by=today(binh, role="rep"), now=LATER)


def test_an_undo_is_undone_with_the_right_to_do_it_again(hers, an, binh):
    routing.assign_lead(hers, owner=binh.user, by=binh.by, now=NOW)
    undone = services.undo(Act.objects.latest("id"), by=binh.by, now=LATER).act
    with pytest.raises(Forbidden, match=r"lead\.assign"):
        services.undo(undone, by=today(binh, role="rep"), now=LATER)


def test_a_deletion_is_taken_back_with_the_right_to_delete(hers, an):
    act = delete(hers, by=an)
    with pytest.raises(Forbidden):
        services.undo(act, by=today(an, role="read_only"), now=LATER)
    services.undo(act, by=today(an, role="rep"), now=LATER)
    assert Lead.objects.filter(pk=hers.pk).exists()


def test_lists_of_the_past_hold_what_the_team_deleted_since(hers, his, an, dung, binh, admin):
    at = NOW + timedelta(hours=5)
    delete(hers, by=an)
    delete(his, by=dung)

    def named(member, known):
        found = past.list_as_of(Lead, member.by, at, known=known, page=1, size=9)
        return sorted(line.name for line in found.lines)

    for known in ("now", "then"):
        assert [named(member, known) for member in (binh, admin, dung)] == [["Hoa"], ["Hoa", "Lan"], ["Lan"]]


def values_of(rows, field):
    return {value for row in rows for f in row["fields"] if f["field"] == field for value in (f["before"], f["after"])}


def test_programs_are_told_records_by_their_ids_and_never_hidden_ones(his_on_hers, hers, an, dung, admin, ask):
    deal = lifecycle.convert_lead(his_on_hers, account_name="Kín", amount=5, by=dung.by, now=NOW).opportunity
    with acting("edit_opportunity", by=admin.by) as act:
        deal.owner = an.user
        deal.save()
    [row] = ask(an, "get", f"/api/acts/{act.pk}").json()["rows"]
    both = {"before": str(dung.user.public_id), "after": str(an.user.public_id)}
    assert row["fields"] == [{"field": "owner", **both}]
    address = f"/api/acts/{Act.objects.get(verb='convert_lead').pk}"
    hers_to_see, his_to_see = (ask(member, "get", address).json()["rows"] for member in (an, dung))
    assert values_of(hers_to_see, "lead") == {None, "hidden"}
    assert values_of(hers_to_see, "person") == {None, str(hers.person.public_id)}
    assert str(his_on_hers.public_id) in values_of(his_to_see, "lead")


def test_the_feed_and_the_past_tell_no_inner_numbers(his_on_hers, hers, an, dung, admin, ask):
    deal = lifecycle.convert_lead(his_on_hers, account_name="Kín", amount=5, by=dung.by, now=NOW).opportunity
    with acting("edit_opportunity", by=admin.by):
        deal.owner = an.user
        deal.save()
    fed = ask(an, "get", "/api/changes?limit=1000").json()["items"]
    told = {value for name in ("lead", "person", "owner", "account", "stage") for value in values_of(fed, name)}
    assert not any(isinstance(value, int) for value in told)
    past = ask(an, "get", f"/api/opportunities/{deal.public_id}?as_of={NOW.date()}&known=now").json()
    assert (past["values"]["lead"], past["values"]["person"]) == ("hidden", str(hers.person.public_id))


def test_a_refused_undo_counts_hidden_acts_and_names_none(ready, an, dung, admin, ask):
    with acting("edit_lead", by=an.by) as act:
        source = Source.objects.create(code="hoi_cho", name="Hội chợ", created_at=NOW)
    hidden = add_lead(dung, "Lan")
    with acting("edit_lead", by=dung.by) as later:
        Lead.objects.filter(pk=hidden.pk).update(source=source)
    refused = ask(an, "post", f"/api/acts/{act.pk}/undo", {}).json()
    assert (refused["code"], refused["dependents"], refused["known"], refused["hidden"]) == ("dependents", [], [], 1)
    page = an.browser().post(f"/history/{act.pk}/undo/")
    assert page.status_code == 409
    assert f'value="{later.pk}"' not in page.content.decode()


def test_every_recorded_table_says_what_writing_it_takes_and_who_sees_what_is_gone():
    recorded = {model for model, table in KINDS.items() if table.recorded}
    assert rights.WRITES.keys() == recorded
    assert set(rights.WRITES.values()) | set(rights.BESIDES.values()) | set(rights.INSTEAD.values()) <= MAY.keys()
    never_gone = {Workspace, Suppression, Token}
    told = [
        departed.OWNER.keys(),
        departed.HUNG_ON.keys(),
        departed.SEEN_THROUGH.keys(),
        departed.OF_THE_HOUSE,
        departed.NAMING,
    ]
    assert set().union(*told, {Activity}, never_gone) == recorded
