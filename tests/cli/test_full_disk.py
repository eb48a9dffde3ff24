"""On a full disk nothing is half done, the old data stays, and the sentence says so."""

from tests.installation import Installation


def grown(installation: Installation) -> int:
    """How large the largest file of the installation is."""
    return max(path.stat().st_size for path in installation.data.iterdir() if path.is_file())


def refused(done):
    assert (done.returncode, done.stderr.count("\n")) == (1, 1), done.stderr
    assert "The disk is full" in done.stderr


def test_cor_14_a_change_is_all_or_nothing(installation):
    refused(installation.khoi("user", "token", "admin@example.com", file_limit=4096))

    assert installation.khoi("verify").stdout == "The history is whole: 4 acts.\n"


def test_a_backup_leaves_no_part_of_itself(installation, tmp_path):
    refused(installation.khoi("backup", str(tmp_path / "a.khoi"), file_limit=40_000))

    assert not list(tmp_path.glob("*.khoi"))
    assert not list(tmp_path.glob(".*.partial"))


def test_cor_14_a_restore_leaves_the_data_that_stood_there(installation, tmp_path):
    installation.answer("backup", str(tmp_path / "a.khoi"))
    installation.answer("user", "token", "admin@example.com")
    for limit in (1, 200_000, grown(installation), grown(installation) + 50_000):
        done = installation.khoi("restore", str(tmp_path / "a.khoi"), "--replace", file_limit=limit)
        if done.returncode:
            refused(done)
            assert installation.khoi("verify").stdout == "The history is whole: 5 acts.\n"


def test_a_workspace_that_cannot_be_made_leaves_none(empty_installation):
    refused(empty_installation.khoi("init", file_limit=600_000))

    assert "run khoi init first" in empty_installation.khoi("acts").stderr
    assert empty_installation.answer("init")["user"]["role"] == "admin"


def test_cor_14_sqlite_that_may_not_grow_rolls_the_whole_act_back(installation):
    typed = "pragma max_page_count=1;\nupdate workspace_workspace set name = 'Half';\n"
    typed += "update workspace_workspace set name = replace(hex(zeroblob(2000000)), '0', 'x');\n"
    refused(installation.khoi("db", "shell", typed=typed))

    assert "Half" not in installation.khoi("db", "shell", typed="select name from workspace_workspace;").stdout
