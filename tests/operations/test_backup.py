"""What a backup holds comes back, on the same database or the other; a bad one touches nothing."""

import json
import zipfile

import pytest

from khoi.history import services as history
from khoi.history.models import Act
from khoi.history.rules.actors import SYSTEM
from khoi.operations import services as operations
from khoi.operations.queries.contents import contents
from khoi.operations.services import archiving, engines
from khoi.people.models import Person
from khoi.team.models import Session
from tests.cast import NOW, acting
from tests.installation import rows_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def data_folder(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"
    settings.FILES_DIR = settings.DATA_DIR / "files"
    settings.FILES_DIR.mkdir(parents=True)
    (settings.DATA_DIR / "secret.key").write_text("of this machine alone")
    return settings.DATA_DIR


@pytest.fixture
def person(ready):
    with acting("add_person"):
        return Person.objects.create(full_name="Đỗ Thị Hoa", created_at=NOW)


@pytest.fixture
def file(data_folder):
    path = data_folder / "files" / "ab" / ("ab" * 32)
    path.parent.mkdir()
    path.write_bytes(b"a price list")
    return path


def rename(person, name):
    with acting("rename"):
        person.full_name = name
        person.save()


def as_it_stands(folder):
    target = folder / "as-it-stands.khoi"
    operations.back_up(target, now=NOW, portable=True, note=False)
    return rows_in(target)


@pytest.mark.parametrize("portable", [False, True])
def test_a_restore_brings_back_every_row_and_the_history_holds(person, tmp_path, portable):
    rename(person, "Đỗ Hoa")
    before = as_it_stands(tmp_path)
    operations.back_up(tmp_path / "a.khoi", now=NOW, portable=portable)
    rename(person, "Somebody Else")

    operations.restore(tmp_path / "a.khoi", now=NOW, replace=True)

    assert as_it_stands(tmp_path) == before
    assert history.verify().ok


def test_what_stood_there_before_is_kept_as_a_backup_of_its_own(person, tmp_path):
    operations.back_up(tmp_path / "a.khoi", now=NOW)
    rename(person, "Written later")
    later = as_it_stands(tmp_path)

    kept = operations.restore(tmp_path / "a.khoi", now=NOW, replace=True).kept
    operations.restore(tmp_path / kept, now=NOW, replace=True)

    assert as_it_stands(tmp_path) == later


def test_files_come_back_and_later_ones_go(person, file, tmp_path):
    operations.back_up(tmp_path / "a.khoi", now=NOW)
    file.unlink()
    later = file.with_name("cd" * 32)
    later.write_bytes(b"another")

    operations.restore(tmp_path / "a.khoi", now=NOW, replace=True)

    assert file.read_bytes() == b"a price list"
    assert not later.exists()


def test_life_goes_on_after_a_restore_and_no_id_is_given_twice(person, tmp_path):
    with acting("add_person"):
        last = Person.objects.create(full_name="Gone Again", created_at=NOW)
    history.undo_act(Act.objects.latest("position"), by=SYSTEM, now=NOW)
    operations.back_up(tmp_path / "a.khoi", now=NOW, portable=True)

    operations.restore(tmp_path / "a.khoi", now=NOW, replace=True)
    with acting("add_person"):
        new = Person.objects.create(full_name="New", created_at=NOW)

    assert new.pk > last.pk
    assert history.verify().ok


def test_a_workspace_with_data_is_not_replaced_unless_that_is_said(person, tmp_path):
    operations.back_up(tmp_path / "a.khoi", now=NOW)
    rename(person, "Written later")

    with pytest.raises(operations.NotEmpty):
        operations.restore(tmp_path / "a.khoi", now=NOW)
    assert Person.objects.get().full_name == "Written later"


def test_secrets_and_log_ins_of_browsers_stay_out(person, an, tmp_path):
    an.browser()
    assert Session.objects.exists()
    operations.back_up(tmp_path / "a.khoi", now=NOW)

    with zipfile.ZipFile(tmp_path / "a.khoi") as archive:
        assert not [name for name in archive.namelist() if "secret" in name or "logins" in name]
    operations.restore(tmp_path / "a.khoi", now=NOW, replace=True)
    assert not Session.objects.exists()


def test_a_backup_is_for_its_owner_alone(person, tmp_path):
    operations.back_up(tmp_path / "a.khoi", now=NOW)

    assert (tmp_path / "a.khoi").stat().st_mode & 0o777 == 0o600


def changed_byte(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 3] ^= 1
    path.write_bytes(content)


def cut_short(path):
    path.write_bytes(path.read_bytes()[:-2_000])


def no_archive(path):
    path.write_text("Họ và tên;Số điện thoại\n")


def another_member(path):
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("files/../../secret.key", "mine")


def another_manifest(path):
    """Figures that do not belong to the rows: found by the proof, not by a checksum."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members["manifest.json"])
    members["manifest.json"] = json.dumps(manifest | {"position": manifest["position"] + 1}).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


@pytest.mark.one_engine
@pytest.mark.parametrize("harm", [changed_byte, cut_short, no_archive, another_member, another_manifest])
def test_a_damaged_archive_is_refused_and_nothing_is_touched(person, tmp_path, harm):
    operations.back_up(tmp_path / "a.khoi", now=NOW, portable=harm is another_manifest)
    rename(person, "Written later")
    before = as_it_stands(tmp_path)
    harm(tmp_path / "a.khoi")

    with pytest.raises((operations.Damaged, operations.Unproven)):
        operations.restore(tmp_path / "a.khoi", now=NOW, replace=True)
    assert as_it_stands(tmp_path) == before


def test_a_backup_of_a_newer_version_is_refused(person, tmp_path, monkeypatch):
    operations.back_up(tmp_path / "a.khoi", now=NOW)
    monkeypatch.setattr("khoi.operations.queries.schema.known", lambda: {"people.0001_initial"})

    with pytest.raises(operations.NotHere, match="too_new"):
        operations.restore(tmp_path / "a.khoi", now=NOW, replace=True)


def test_something_that_is_no_backup_is_not_overwritten(person, tmp_path):
    (tmp_path / "report.xlsx").write_bytes(b"figures")

    with pytest.raises(operations.NotABackup):
        operations.back_up(tmp_path / "report.xlsx", now=NOW)
    assert (tmp_path / "report.xlsx").read_bytes() == b"figures"


def test_a_full_disk_leaves_the_last_backup_and_no_rubbish(person, tmp_path, monkeypatch):
    operations.back_up(tmp_path / "a.khoi", now=NOW)
    good = (tmp_path / "a.khoi").read_bytes()

    def full(*given):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archiving, "_copy", full)
    with pytest.raises(OSError, match="No space"):
        operations.back_up(tmp_path / "a.khoi", now=NOW)

    assert (tmp_path / "a.khoi").read_bytes() == good
    assert not list(tmp_path.glob(".*.partial"))


def test_a_full_disk_while_restoring_leaves_the_data_that_stood_there(person, tmp_path, monkeypatch):
    operations.back_up(tmp_path / "a.khoi", now=NOW)
    rename(person, "Written later")

    def full(*given, **more):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(archiving, "unpack", full)
    with pytest.raises(OSError, match="No space"):
        operations.restore(tmp_path / "a.khoi", now=NOW, replace=True)

    assert Person.objects.get().full_name == "Written later"


@pytest.mark.postgres
def test_postgresql_without_its_tools_keeps_rows(person, tmp_path, monkeypatch):
    monkeypatch.setattr(engines, "can_dump", lambda: False)

    assert operations.back_up(tmp_path / "a.khoi", now=NOW).kind == "rows"


def test_a_backup_says_what_it_holds(person, file, tmp_path):
    made = operations.back_up(tmp_path / "a.khoi", now=NOW)
    manifest = archiving.check(tmp_path / "a.khoi")

    assert made.files == 1
    assert (manifest.position, dict(manifest.counts)) == (contents().position, contents().counts)
