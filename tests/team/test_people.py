"""People come, change and go."""

import pytest

from khoi.history.models import Change, code_of
from khoi.kit.refusals import Refusal
from khoi.outbox.models import Mail
from khoi.team import services as team
from khoi.team.models import Team, Token, User
from tests.cast import NOW, PASSWORD

pytestmark = pytest.mark.django_db


def invite(by, **other):
    values = {"email": "moi@khoi.test", "full_name": "Lý  Văn Tân", "role": "rep"} | other
    return team.invite_user(**values, by=by, now=NOW)


def test_an_invitation_is_a_user_and_a_mail_in_one_act(admin):
    user = invite(admin.by, language="vi")
    mail = Mail.objects.get()

    assert (user.full_name, user.is_active, user.password_set_at) == ("Lý Văn Tân", True, None)
    assert (mail.to, mail.kind) == ("moi@khoi.test", "invitation")
    assert "Lý Văn Tân" in mail.text


def test_a_second_invitation_voids_the_first_link(admin):
    user = invite(admin.by)
    first = Mail.objects.get().text
    team.send_invitation(user, by=admin.by, now=NOW)
    second = Mail.objects.order_by("-pk")[0].text

    secrets = [text.split("/welcome/")[1].split("/")[0] for text in (first, second)]
    with pytest.raises(Refusal):
        team.use_ticket(secrets[0], password="mười ba con mèo", now=NOW)
    assert team.use_ticket(secrets[1], password="mười ba con mèo", now=NOW) == user


def test_a_partner_sees_their_own_whatever_was_asked(admin):
    assert invite(admin.by, role="partner", visibility="all").visibility == "own"


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("email", "không phải thư", "not_an_email"),
        ("email", "an@example.vn", "address_taken"),
        ("email", "AN@example.vn", "address_taken"),
        ("full_name", "  ", "required"),
        ("full_name", "x" * 121, "too_long"),
        ("role", "king", "unknown_choice"),
        ("visibility", "everything", "unknown_choice"),
        ("language", "fr", "unknown_choice"),
    ],
)
def test_an_invitation_that_does_not_fit_writes_nothing(an, admin, field, value, code):
    before = User.objects.count()

    with pytest.raises(Refusal) as refusal:
        invite(admin.by, **{field: value})
    assert (refusal.value.code, refusal.value.field) == (code, field)
    assert (User.objects.count(), Mail.objects.count()) == (before, 0)


@pytest.mark.parametrize("name", ["An\r\nBcc: all@khoi.test", "Lê & Con <b>", "' or 1=1", "{{ secret }}"])
def test_a_name_never_becomes_a_header_or_markup(admin, name):
    invite(admin.by, full_name=name)
    mail = Mail.objects.get()

    assert "\n" not in mail.subject
    assert " ".join(name.split()) in mail.text


def test_the_last_administrator_can_neither_leave_nor_step_down(admin):
    for change in (
        lambda: team.deactivate_user(admin.user, by=admin.by, now=NOW),
        lambda: team.change_user(admin.user, changes={"role": "rep"}, by=admin.by, now=NOW),
    ):
        with pytest.raises(Refusal, match="last active administrator"):
            change()

    admin.user.refresh_from_db()
    assert (admin.user.role, admin.user.is_active) == ("admin", True)


def test_one_of_two_administrators_may_leave(admin, an):
    team.change_user(an.user, changes={"role": "admin"}, by=admin.by, now=NOW)

    assert not team.deactivate_user(admin.user, by=admin.by, now=NOW).is_active


def test_an_administrator_may_change_their_own_name(admin):
    team.change_user(admin.user, changes={"full_name": "Hà Mới"}, by=admin.by, now=NOW)

    assert User.objects.get(pk=admin.pk).full_name == "Hà Mới"


def test_a_field_that_is_not_for_editing_is_refused(admin):
    with pytest.raises(Refusal):
        team.change_user(admin.user, changes={"is_active": False}, by=admin.by, now=NOW)


def test_a_password_leaves_a_trace_but_never_itself(an):
    team.set_password(an.user, password="mười ba con mèo", by=an.by, now=NOW)
    change = Change.objects.filter(tbl=code_of(User), row_id=an.pk).order_by("-id")[0]

    assert "password_set_at" in (change.before or "")
    assert "md5" not in (change.before or "") + (change.personal or "")


@pytest.mark.parametrize("password", ["short", "1234567890", "password1234", "an@example.vn", "x" * 1001])
def test_a_weak_password_is_refused(an, password):
    with pytest.raises(Refusal):
        team.set_password(an.user, password=password, by=an.by, now=NOW)

    assert User.objects.get(pk=an.pk).check_password(PASSWORD)


def test_a_token_is_shown_once_and_kept_as_a_digest(an):
    token, plain = team.issue_token(an.user, name=" Xuất ", scopes=["write", "read"], by=an.by, now=NOW)

    assert (token.name, token.scopes, plain[:5], plain[5:9]) == ("Xuất", ["read", "write"], "khoi_", token.hint)
    assert plain not in repr(list(Token.objects.values()))


@pytest.mark.parametrize(("name", "scopes"), [("", ["read"]), ("a", []), ("a", ["admin"])])
def test_a_token_without_name_or_scope_is_refused(an, name, scopes):
    with pytest.raises(Refusal):
        team.issue_token(an.user, name=name, scopes=scopes, by=an.by, now=NOW)


def test_revoking_twice_keeps_the_first_moment(an):
    token, _ = team.issue_token(an.user, name="a", scopes=["read"], by=an.by, now=NOW)
    first = team.revoke_token(token, by=an.by, now=NOW)
    changes = Change.objects.count()
    team.revoke_token(token, by=an.by, now=NOW)

    assert first.revoked_at == NOW
    assert Change.objects.count() == changes


@pytest.mark.parametrize("name", ["Hà Nội", "HÀ NỘI", " hà  nội "])
def test_a_team_name_is_used_once(an, name):
    with pytest.raises(Refusal):
        team.add_team(name, by=an.by, now=NOW)


def test_a_team_is_renamed(an):
    team.rename_team(an.user.team, name="Thủ đô", by=an.by, now=NOW)

    assert Team.objects.get().name == "Thủ đô"


def test_two_editors_of_one_member_see_each_other(admin, an):
    browser = admin.browser()
    address = f"/settings/people/{an.user.public_id}/"
    version = browser.get(address).context["version"]
    form = {"version": version, "full_name": "Nguyễn Thị An", "visibility": "team", "language": "vi"}
    form["team"] = an.user.team.public_id
    browser.post(address, form | {"role": "manager"})
    second = browser.post(address, form | {"role": "marketer"})

    assert second.status_code == 409
    clash = second.context["form"]["role"].field.clash
    assert (clash["base"], clash["theirs"], clash["mine"]) == ("Nhân viên bán hàng", "Quản lý", "Marketing")
    assert User.objects.get(pk=an.pk).role == "manager"

    third = browser.post(address, form | {"role": "marketer", "version": second.context["version"]})
    assert third.status_code == 302
    assert User.objects.get(pk=an.pk).role == "marketer"


def test_dur_09_a_form_sent_twice_is_one_act(admin):
    browser = admin.browser()
    form = {"once": "k1", "name": "Huế"}
    first, second = browser.post("/settings/teams/", form), browser.post("/settings/teams/", form)

    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    assert Team.objects.filter(name="Huế").count() == 1


def test_a_form_with_errors_may_be_sent_again_with_its_key(admin, an):
    browser = admin.browser()
    first = browser.post("/settings/teams/", {"once": "k1", "name": "Hà Nội"})
    second = browser.post("/settings/teams/", {"once": "k1", "name": "Huế"})

    assert (first.status_code, second.status_code) == (422, 302)
