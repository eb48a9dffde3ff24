"""The commands and their options. Handlers are named, not imported, so that asking for help costs nothing."""

import argparse
from collections.abc import Callable
from datetime import date
from typing import TypeAlias

from khoi import __version__
from khoi.cli.language import gettext as _

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
REPORTS = ("funnel", "sources", "pipeline", "response")
EXPORTS = ("leads", "people", "accounts", "opportunities")
OBJECTS = ("lead", "person", "account", "opportunity")
TYPES = ("text", "number", "money", "date", "choice", "multi_choice", "yes_no", "link")
ASKED = ("never", "asked", "required")
REASONS = ("asked", "consent_withdrawn", "purpose_ended", "retention_over")
ROLES = ("admin", "manager", "rep", "marketer", "partner", "read_only")


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="khoi", description=_("Khơi: a CRM that takes a person from the first sign of interest to a closed deal.")
    )
    parser.add_argument(
        "--version", action="version", version=f"khoi {__version__}", help=_("show the version and stop")
    )
    commands = parser.add_subparsers(title=_("commands"), metavar="COMMAND", required=True)
    for add in (
        _starting,
        _calling,
        _importing,
        _exporting,
        _people,
        _duplicates,
        _fields,
        _looking_back,
        _reporting,
        _team,
        _checking,
        _keeping,
    ):
        add(commands)
    return parser


def _command(commands: Commands, name: str, handler: str, says: str, *, json: bool = True) -> argparse.ArgumentParser:
    """``handler`` is module:function inside this package."""
    parser = commands.add_parser(name, help=says, description=says)
    parser.set_defaults(handler=handler, json=False)
    if json:
        parser.add_argument("--json", action="store_true", help=_("answer with one JSON object"))
    return parser


def _starting(commands: Commands) -> None:
    init = _command(commands, "init", "starting:init", _("make an empty workspace and its first administrator"))
    init.add_argument("--name", default="", help=_("name of the company"))
    init.add_argument("--language", choices=("vi", "en"), help=_("language of the workspace"))
    init.add_argument("--email", default="admin@example.com", help=_("log-in of the first administrator"))
    _command(commands, "demo", "starting:demo", _("fill an empty workspace with a demo company"))
    run = _command(commands, "run", "serving:run", _("serve Khơi: pages, API and jobs in one process"), json=False)
    run.add_argument("--port", type=_port, default=8000, help=_("port to listen on (default 8000)"))
    run.add_argument("--host", default="127.0.0.1", help=_("address to listen on (default 127.0.0.1)"))
    run.add_argument("--demo", action="store_true", help=_("fill an empty workspace with a demo company first"))
    run.add_argument("--no-browser", action="store_true", help=_("open no browser"))
    jobs = _command(commands, "jobs", "serving:jobs", _("run the jobs alone, beside other processes"), json=False)
    jobs.add_argument("--once", action="store_true", help=_("do what is due and stop"))


def _importing(commands: Commands) -> None:
    parser = _command(commands, "import", "importing:import_files", _("take records in from CSV or spreadsheet files"))
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help=_("several that belong together come in as one change")
    )
    parser.add_argument("--layout", help=_("name of a known layout; without it, the columns are recognised"))
    parser.add_argument("--mapping", metavar="FILE", help=_("file that says what each column means"))
    parser.add_argument("--sheet", metavar="NAME", help=_("sheet of a spreadsheet, or file inside a ZIP"))
    parser.add_argument("--encoding", help=_("encoding of a text file, like windows-1258"))
    parser.add_argument("--delimiter", metavar="SIGN", help=_("what separates the cells of a text file; tab for a tab"))
    parser.add_argument(
        "--heading-row", type=int, metavar="LINE", help=_("line of the headings; 0 when there are none")
    )
    parser.add_argument("--source", metavar="NAME", default="", help=_("where the list comes from"))
    parser.add_argument(
        "--basis", default="", help=_("why its people may be written to, in words; without it nobody may")
    )
    parser.add_argument("--cost", metavar="AMOUNT", default="", help=_("what the list cost, for the history"))
    parser.add_argument("--dry-run", action="store_true", help=_("say what would happen and change nothing"))


def _exporting(commands: Commands) -> None:
    says = _("all leads, people, accounts or deals as a table that can be imported again")
    parser = _command(commands, "export", "exporting:export", says, json=False)
    parser.add_argument("what", choices=EXPORTS, metavar="|".join(EXPORTS))
    parser.add_argument("--format", choices=("csv", "xlsx", "jsonl"), default="csv", help=_("default csv"))
    parser.add_argument(
        "--round-trip", action="store_true", help=_("for programs: no cell is made safe to open in a spreadsheet")
    )
    parser.add_argument("--output", metavar="FILE", help=_("file to write; without it, the answer is the table"))


def _people(commands: Commands) -> None:
    people = commands.add_parser("people", help=_("people we hold data on"), description=_("people we hold data on"))
    verbs = people.add_subparsers(title=_("commands"), metavar="COMMAND", required=True)
    merge = _command(verbs, "merge", "people:merge", _("make two people one; can be taken back at any time"))
    merge.add_argument("survivor", metavar="A", help=_("id of the one who stays"))
    merge.add_argument("loser", metavar="B", help=_("id of the one who is found as A from now on"))
    erase = _command(verbs, "erase", "people:erase", _("erase a person everywhere; can never be taken back"))
    erase.add_argument("person", metavar="A", help=_("id of the person; all merged into them go too"))
    erase.add_argument("--reason", choices=REASONS, default="asked", help=_("why (default asked)"))
    erase.add_argument("--yes", action="store_true", help=_("do not ask again"))
    merge.add_argument("--take", action="append", default=[], metavar="FIELD", help=_("field whose value of B stays"))
    merge.add_argument("--key", help=_("word of yours for this merge: the same word again changes nothing"))


def _duplicates(commands: Commands) -> None:
    says = _("who may be one, looked for in bulk")
    duplicates = commands.add_parser("duplicates", help=says, description=says)
    verbs = duplicates.add_subparsers(title=_("commands"), metavar="COMMAND", required=True)
    _command(verbs, "scan", "duplicates:scan", _("look through everybody; nobody is merged by it"))
    merge = _command(verbs, "merge", "duplicates:merge", _("merge those who are certainly one; undone as one"))
    merge.add_argument("--certain", action="store_true", required=True, help=_("all that the last scan is certain of"))
    merge.add_argument("--dry-run", action="store_true", help=_("say what would happen and change nothing"))
    said = _("say how well duplicates are found in a file whose rows are known")
    evaluate = _command(verbs, "evaluate", "duplicates:evaluate", said)
    evaluate.add_argument("file", metavar="FILE")
    evaluate.add_argument("--truth", required=True, metavar="COLUMN", help=_("column that says who each row is"))
    evaluate.add_argument(
        "--truth-regex", default="", metavar="R", help=_("the part of it that does, like rec-(\\d+)-")
    )
    said = _("count only the pairs that would be merged without a look")
    evaluate.add_argument("--certain", action="store_true", help=said)
    evaluate.add_argument("--columns", metavar="A,B,C", help=_("columns to compare; without it, all others"))


def _calling(commands: Commands) -> None:
    api = _command(
        commands, "api", "calling:call", _("do anything the API can, as the owner of this machine"), json=False
    )
    api.add_argument("method", metavar="METHOD", choices=("get", "post", "patch", "put", "delete"), type=str.lower)
    api.add_argument("path", metavar="PATH", help=_("as docs/api.md has it, like /leads or /leads/ID/convert"))
    api.add_argument("body", metavar="BODY", nargs="?", help=_("JSON; - reads it from the input"))
    api.add_argument("--as", dest="user", metavar="EMAIL", help=_("as this user, with their rights"))
    api.add_argument("--key", help=_("word of yours for this request: the same word again gets the first answer"))
    api.add_argument("--version", help=_("the version the change was made against"))


def _looking_back(commands: Commands) -> None:
    acts = _command(commands, "acts", "lookback:acts", _("list what was done, newest first"))
    acts.add_argument("--limit", type=_count, default=50, help=_("at most so many (default 50)"))
    said = _("what was deleted, newest first; with WORDS only that whose name has them")
    deleted = _command(commands, "bin", "lookback:deleted", said)
    deleted.add_argument("words", nargs="*", metavar="WORDS", help=_("beginnings of words of a name"))
    deleted.add_argument("--limit", type=_count, default=50, help=_("at most so many (default 50)"))
    undo = _command(commands, "undo", "lookback:undo", _("take an act back, exactly or not at all"))
    undo.add_argument("act", type=_count, metavar="ACT", help=_("its number, as khoi acts shows it"))
    undo.add_argument("--with-dependents", action="store_true", help=_("also every later act that builds on it"))
    undo.add_argument("--agreed", type=_counts, metavar="ACT,ACT", help=_("also these later acts, and no others"))
    said = _("of many merges that are one, this first one and not the others")
    undo.add_argument("--alone", action="store_true", help=said)
    dump = _command(commands, "dump", "lookback:dump", _("write out all facts in one fixed order"), json=False)
    dump.add_argument("--canonical", action="store_true", required=True, help=_("one JSON line per record"))
    _as_of(dump)


def _reporting(commands: Commands) -> None:
    report = _command(commands, "report", "reporting:report", _("show a report"))
    report.add_argument("report", choices=REPORTS)
    report.add_argument("--by", metavar="FIELD", help=_("group by this field"))
    report.add_argument("--from", dest="since", type=_day, metavar="D", help=_("first day, like 2026-11-01"))
    report.add_argument("--to", dest="until", type=_day, metavar="D", help=_("last day"))
    _as_of(report)


def _as_of(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--as-of", type=_day, metavar="D", help=_("as of the end of this day, like 2026-11-19"))
    parser.add_argument(
        "--known", choices=("then", "now"), default="now", help=_("what was known then, or what we know now about then")
    )


def _team(commands: Commands) -> None:
    user = commands.add_parser("user", help=_("people who log in"), description=_("people who log in"))
    verbs = user.add_subparsers(title=_("commands"), metavar="COMMAND", required=True)
    add = _command(verbs, "add", "team:add", _("add a user; prints the link with which they set a password"))
    add.add_argument("email")
    add.add_argument("--name", default="", help=_("full name"))
    add.add_argument("--role", choices=ROLES, default="rep", help=_("what they may do (default rep)"))
    add.add_argument("--team", help=_("name of their team; made when there is none"))
    add.add_argument("--language", choices=("vi", "en"), help=_("language of their pages"))
    token = _command(verbs, "token", "team:token", _("make an API token; it is shown once"))
    token.add_argument("email")
    token.add_argument("--name", default="cli", help=_("what the token is for"))
    token.add_argument("--read-only", action="store_true", help=_("the token may not write"))
    _command(verbs, "deactivate", "team:deactivate", _("shut a user out at once")).add_argument("email")


def _fields(commands: Commands) -> None:
    fields = commands.add_parser("fields", help=_("fields of your own"), description=_("fields of your own"))
    verbs = fields.add_subparsers(title=_("commands"), metavar="COMMAND", required=True)
    add = _command(verbs, "add", "fields:add", _("add a field to leads, people, accounts or deals"))
    add.add_argument("object", choices=OBJECTS)
    add.add_argument("name", metavar="NAME", help=_("what people call it"))
    add.add_argument("--type", choices=TYPES, default="text", help=_("what stands in it (default text)"))
    add.add_argument("--label-vi", default="", help=_("its name in Vietnamese"))
    add.add_argument("--label-en", default="", help=_("its name in English"))
    add.add_argument("--key", default="", help=_("its name for programs; made from NAME unless given"))
    add.add_argument("--choices", default="", metavar="A,B,C", help=_("what a field of choices offers"))
    add.add_argument("--currency", default="", help=_("of money, like VND; the workspace's unless given"))
    add.add_argument("--asked", choices=ASKED, default="never", help=_("ask for it when a record is added"))
    add.add_argument("--in-lists", action="store_true", help=_("show it as a column and a filter of the list"))
    shown = _command(verbs, "list", "fields:list_fields", _("list the fields of your own"))
    shown.add_argument("object", choices=OBJECTS, nargs="?")
    shown.add_argument("--archived", action="store_true", help=_("the archived ones too"))
    archive = _command(verbs, "archive", "fields:archive", _("hide a field; all its values are kept"))
    archive.add_argument("object", choices=OBJECTS)
    archive.add_argument("key", metavar="KEY")
    archive.add_argument("--restore", action="store_true", help=_("take it back into use instead"))


def _checking(commands: Commands) -> None:
    verify = _command(commands, "verify", "checking:verify", _("prove that the history is whole and unaltered"))
    verify.add_argument("--accept-shape", action="store_true", help=_("first accept tables and triggers as they are"))
    recompute = _command(commands, "recompute", "checking:recompute", _("rebuild everything that is computed"))
    recompute.add_argument("--check", action="store_true", help=_("only compare; exit code 1 when anything differs"))
    db = commands.add_parser("db", help=_("the database itself"), description=_("the database itself"))
    verbs = db.add_subparsers(title=_("commands"), metavar="COMMAND", required=True)
    _command(verbs, "shell", "shell:open_shell", _("SQL by hand, recorded as one act"), json=False)


def _keeping(commands: Commands) -> None:
    backup = _command(commands, "backup", "keeping:backup", _("write one archive of everything"))
    backup.add_argument("file", metavar="FILE")
    backup.add_argument("--portable", action="store_true", help=_("restorable on the other database too"))
    restore = _command(commands, "restore", "keeping:restore", _("bring back what a backup holds"))
    restore.add_argument("file", metavar="FILE")
    restore.add_argument(
        "--replace", action="store_true", help=_("replace a workspace that holds data; it is backed up first")
    )


def _checked(read: Callable[[str], object], says: str) -> Callable[[str], object]:
    def value(text: str) -> object:
        try:
            return read(text)
        except ValueError:
            raise argparse.ArgumentTypeError(says % text) from None

    return value


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise ValueError(text)
    return number


def _port(text: str) -> object:
    return _checked(_up_to_65535, _("“%s” is not a port (1 to 65535)"))(text)


def _up_to_65535(text: str) -> int:
    if (number := _positive(text)) > 65535:
        raise ValueError(text)
    return number


def _count(text: str) -> object:
    return _checked(_positive, _("“%s” is not a whole number above zero"))(text)


def _counts(text: str) -> object:
    return [_count(part) for part in text.replace(" ", "").split(",")]


def _day(text: str) -> object:
    return _checked(date.fromisoformat, _("“%s” is not a day; write it like 2026-11-19"))(text)
