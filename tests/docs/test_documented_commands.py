"""docs/api.md is one round against a live server: every command answers with the status told, and as the page shows."""

import json
import re
import shlex
import urllib.error
import urllib.parse
import urllib.request
from argparse import ArgumentParser
from string import Template

import pytest

from tests.installation import ROOT

PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(sh|json)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)

#: What the page uses of curl; anything else stops the test.
CURL = ArgumentParser(prog="curl", exit_on_error=False)
CURL.add_argument("url")
CURL.add_argument("-X", dest="method")
CURL.add_argument("-H", dest="headers", action="append", default=[])
CURL.add_argument("-d", dest="data", action="append", default=[])
CURL.add_argument("--data-urlencode", dest="encoded", action="append", default=[])
CURL.add_argument("-G", dest="get", action="store_true")
CURL.add_argument("-i", dest="headers_shown", action="store_true")


class Reader:
    """Someone who types the page, line by line, and copies from the answers what it tells them to."""

    def __init__(self, url, token):
        self.names, self.given = {}, {"KHOI": url, "TOKEN": token}
        self.status, self.answer, self.headers = 0, {}, {}

    def type(self, block):
        for status, command in commands(block):
            name, is_name, value = command.partition("=")
            if is_name and name.isupper():
                self.names[name] = self.given.get(name) or self._copied(value)
            else:
                self._ask(CURL.parse_args([Template(word).substitute(self.names) for word in shlex.split(command)[1:]]))
                assert self.status == status, (command, self.answer)

    def _copied(self, value):
        what = re.search(r"# (\S+) of the answer", value)
        if what is None:
            return Template(shlex.split(value)[0]).substitute(self.names)
        return self.headers["ETag"] if what[1] == "ETag" else followed(self.answer, what[1])

    def _ask(self, asked):
        data = "&".join([*asked.data, *(encoded(pair) for pair in asked.encoded)]) or None
        url = f"{asked.url}?{data}" if asked.get else asked.url
        method = asked.method or ("POST" if data and not asked.get else "GET")
        request = urllib.request.Request(url, None if asked.get or data is None else data.encode(), method=method)
        for header in asked.headers:
            request.add_header(*header.split(": ", 1))
        try:
            response = urllib.request.urlopen(request, timeout=30)
        except urllib.error.HTTPError as refused:
            response = refused
        with response:
            self.status, self.headers, self.answer = response.status, response.headers, json.load(response)


def commands(block):
    """(status told above it, command) of a block; a command goes on while a quote is open."""
    status: int | None = None
    lines: list[str] = []
    for line in block.splitlines():
        if not lines and (told := re.fullmatch(r"# (\d{3})", line)):
            status = int(told[1])
            continue
        lines.append(line)
        if closed("\n".join(lines)):
            yield status, "\n".join(lines)
            lines = []
    assert not lines, lines


def closed(text):
    try:
        shlex.split(text)
    except ValueError:
        return False
    return True


def encoded(pair):
    name, _, value = pair.partition("=")
    return urllib.parse.urlencode({name: value})


def followed(answer, path):
    for part in path.split("."):
        answer = answer[int(part)] if part.isdigit() else answer[part]
    return str(answer)


def shows(shown, answer):
    """Whether everything shown is in the answer; it may hold more."""
    if isinstance(shown, dict):
        return isinstance(answer, dict) and all(k in answer and shows(v, answer[k]) for k, v in shown.items())
    if isinstance(shown, list) and shown and isinstance(shown[0], dict):
        return len(answer) >= len(shown) and all(map(shows, shown, answer))
    return shown == answer


@pytest.fixture
def reader(installation):
    token = installation.answer("user", "token", "admin@example.com", "--name", "my program")["token"]
    with installation.serving("--no-browser") as server:
        yield Reader(server.url, token)


def test_the_api_page_works_line_by_line(reader):
    for kind, block in BLOCKS:
        if kind == "sh":
            reader.type(block)
        else:
            assert shows(json.loads(block), reader.answer), (block, reader.answer)


def test_every_command_of_the_page_says_what_it_answers():
    told = [status for kind, block in BLOCKS if kind == "sh" for status, line in commands(block) if "curl" in line]
    assert len(told) > 20
    assert None not in told


def test_a_lie_on_the_page_is_noticed(reader):
    reader.names = {"KHOI": reader.given["KHOI"]}
    with pytest.raises(AssertionError):
        reader.type('# 200\ncurl "$KHOI/api/me"\n')
    assert not shows({"status": 200}, reader.answer)
