"""docs/cli.md tells of every command and option there is, and of no other; its first round works."""

import argparse
import re
import shlex

import pytest

from khoi.cli.parser import build_parser
from tests.installation import ROOT

TEXT = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
#: Pages whose commands a reader will type.
PAGES = [page for page in sorted(ROOT.glob("docs/**/*.md")) if "khoi " in page.read_text(encoding="utf-8")]


def commands(parser, name="khoi"):
    """(name, parser) of every command that does something."""
    inner = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not inner:
        yield name, parser
    for action in inner:
        for word, command in action.choices.items():
            yield from commands(command, f"{name} {word}")


COMMANDS = dict(commands(build_parser()))


def section(name):
    match = re.search(rf"^### {name}\n(.*?)(?=^##|\Z)", TEXT, re.MULTILINE | re.DOTALL)
    return match[1] if match else ""


def options_of(name):
    every = {option for action in COMMANDS[name]._actions for option in action.option_strings}
    return {option for option in every if option.startswith("--")} - {"--help"}


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_a_command_stands_in_the_reference_with_all_its_options(name):
    told = set(re.findall(r"`(?:khoi dump )?(--[\w-]+)`", section(name)))

    assert section(name), f"no section on {name}"
    assert told == options_of(name)


def test_the_reference_tells_of_no_command_that_is_not_there():
    assert set(re.findall(r"^### (khoi .+)$", TEXT, re.MULTILINE)) == set(COMMANDS)


def first_round():
    block = re.search(r"```sh\n(.*?)```", TEXT, re.DOTALL)
    assert block
    return [shlex.split(line)[1:] for line in block[1].splitlines()]


def test_the_first_round_works_line_by_line(empty_installation, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for words in first_round():
        done = empty_installation.khoi(*words)
        assert (done.returncode, done.stderr) == (0, ""), words


def typed_commands():
    """Lines of code blocks that call ``khoi``, on every page of the documentation."""
    for page in PAGES:
        for block in re.findall(r"^```\w*\n(.*?)^```", page.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
            for line in block.splitlines():
                if match := re.search(r"(?:^|\s)(?:\.venv/bin/)?khoi (.+)", line):
                    yield pytest.param(match[1].split(" #")[0], id=f"{page.stem}: {match[1][:60]}")


@pytest.mark.parametrize("line", list(typed_commands()))
def test_what_the_documentation_types_is_understood(line):
    build_parser().parse_args(shlex.split(line.split("|")[0].split(">")[0].rstrip(" &;")))
