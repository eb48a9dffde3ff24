"""What an import says to people: why a row or a whole file was refused, and what was odd. One place for all of it."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

Sentences = dict[str, str | Promise]

#: code → why a row was refused, or what was odd about it. ``%(column)s`` and ``%(value)s`` are of the first such row.
OF_ROWS: Final[Sentences] = {
    "no_key": gettext_lazy("“%(column)s” is empty: it holds the row’s number in the other system."),
    "no_join": gettext_lazy("“%(column)s” is empty: it holds the number of the lead."),
    "missing": gettext_lazy("“%(column)s” is empty, and it is needed."),
    "no_identity": gettext_lazy("No name, email, phone or company."),
    "bad_date": gettext_lazy("“%(value)s” in “%(column)s” is not a date."),
    "bad_email": gettext_lazy("“%(value)s” in “%(column)s” is not an email address."),
    "bad_phone": gettext_lazy("“%(value)s” in “%(column)s” is not a phone number."),
    "shortened": gettext_lazy(
        "“%(value)s” in “%(column)s” is a number that a spreadsheet shortened: its other digits are lost. Make the "
        "column wider or format it as text, and save the file again."
    ),
    "bad_amount": gettext_lazy("“%(value)s” in “%(column)s” is not an amount."),
    "bad_currency": gettext_lazy("“%(value)s” in “%(column)s” is not a currency like VND."),
    "bad_number": gettext_lazy("“%(value)s” in “%(column)s” is not a whole number."),
    "unknown_value": gettext_lazy("“%(value)s” in “%(column)s” is not one of the known values."),
    "not_a_number": gettext_lazy("“%(value)s” in “%(column)s” is not a number."),
    "not_money": gettext_lazy("“%(value)s” in “%(column)s” is not an amount in the currency of the field."),
    "not_a_date": gettext_lazy("“%(value)s” in “%(column)s” is not a date."),
    "unknown_own_choice": gettext_lazy("“%(value)s” in “%(column)s” is not one of the choices."),
    "not_yes_or_no": gettext_lazy("“%(value)s” in “%(column)s” is neither yes nor no."),
    "not_a_link": gettext_lazy("“%(value)s” in “%(column)s” is not a link."),
    "not_text": gettext_lazy("“%(value)s” in “%(column)s” holds characters a text cannot hold."),
    "longer_than_field": gettext_lazy("“%(column)s” is longer than the 500 characters the field takes."),
    "no_company": gettext_lazy("“%(column)s” says something of a company, and the row names none."),
    "unknown_stage": gettext_lazy("There is no stage “%(value)s” in the pipeline."),
    "unknown_owner": gettext_lazy("Nobody here is called “%(value)s”."),
    "of_another": gettext_lazy("“%(value)s” in “%(column)s” belongs to somebody else we know."),
    "other_name": gettext_lazy("“%(value)s” in “%(column)s”: whoever has this address is known by another name."),
    "unknown_id": gettext_lazy("No lead here has the number “%(value)s”."),
    "no_lead": gettext_lazy("No lead has the number “%(value)s”. Import the leads first."),
    "no_deal": gettext_lazy("No deal has the number “%(value)s”. Import the deals first, or together with this file."),
    "no_such_account": gettext_lazy("No company has the number “%(value)s” in “%(column)s”."),
    "without_account": gettext_lazy("An open deal without a company."),
    "name_only": gettext_lazy("“%(value)s” is nobody’s name here: it is kept as a text."),
    "hidden": gettext_lazy("The number “%(value)s” belongs to a lead of somebody else."),
    "key_too_long": gettext_lazy("The number in “%(column)s” is longer than 120 characters."),
    "too_long": gettext_lazy("“%(column)s” is too long: the field keeps the beginning, a note the whole."),
    "too_many_cells": gettext_lazy("More cells than columns: nobody can tell which cell belongs where."),
    "too_few_cells": gettext_lazy("Fewer cells than columns: the missing ones count as empty."),
    "unclosed_quote": gettext_lazy("A quotation mark is opened and never closed."),
    "undecodable": gettext_lazy("Broken characters: the row is not in the encoding of the file."),
    "nul_removed": gettext_lazy("Invisible NUL characters were dropped."),
    "whole_row_quoted": gettext_lazy("The row stood in quotation marks as one cell and was taken apart."),
    "row_in_one_cell": gettext_lazy("The whole row stands in one cell and cannot be taken apart."),
    "other_delimiter": gettext_lazy(
        "The row separates its cells with another sign than the file and was taken apart there."
    ),
    "stray_quote": gettext_lazy("A quotation mark that closes nothing was kept as a letter."),
    "above_headings": gettext_lazy("Stands above the headings: “%(value)s”."),
    "repeated_headings": gettext_lazy("The headings stand here once more."),
    "subtotal": gettext_lazy("A sum, not a row: “%(value)s”."),
    "footer": gettext_lazy("Stands below the table: “%(value)s”."),
    "further_cut": gettext_lazy(
        "What no field takes is too long for the fields one may still make: “%(value)s” and what follows is not kept."
    ),
    "in_future": gettext_lazy("“%(column)s” lies in the future."),
    "won_before_first_contact": gettext_lazy("Won before the first contact: both dates are kept, one is wrong."),
}

#: What happens with a cell that is odd but does not cost the row.
KEPT: Final = frozenset(
    "bad_date bad_email bad_phone shortened bad_amount bad_currency bad_number unknown_value unknown_owner of_another "
    "other_name "
    "not_a_number not_money not_a_date unknown_own_choice not_yes_or_no not_a_link not_text longer_than_field "
    "no_company".split()
)

#: What the file holds beside its rows; it is named and left out.
LEFT_OUT: Final = frozenset({"above_headings", "repeated_headings", "subtotal", "footer"})

#: code → why a whole file was refused.
OF_FILES: Final[Sentences] = {
    "empty_file": gettext_lazy("The file is empty."),
    "unknown_encoding": gettext_lazy("Nobody can tell in which encoding this text is. Save it as UTF-8 and try again."),
    "unknown_delimiter": gettext_lazy(
        "“%(delimiter)s” cannot separate cells: name one sign, like a comma, a semicolon or a tab."
    ),
    "no_heading_row": gettext_lazy("Nothing stands on line %(line)s, so it cannot hold the headings."),
    "too_many_columns": gettext_lazy("%(count)s columns are more than the %(limit)s we read."),
    "too_many_rows": gettext_lazy("More than %(limit)s rows. Cut the file in two."),
    "row_too_long": gettext_lazy("The row at line %(line)s never ends; a quotation mark is probably missing."),
    "too_large": gettext_lazy("The spreadsheet is too large once unpacked. Save it as CSV."),
    "file_too_large": gettext_lazy("The file is larger than %(limit)s MB. Cut it in two."),
    "missing_columns": gettext_lazy("The file has no column %(columns)s. It has: %(headings)s."),
    "columns_unknown": gettext_lazy(
        "No column holds a name, email, phone or company we recognise. The file has: %(headings)s. "
        "Say what the columns mean with a mapping."
    ),
    "unknown_layout": gettext_lazy("There is no layout “%(value)s”. There is: %(known)s."),
    "not_of_layout": gettext_lazy("This is no file of %(value)s that we know. It has: %(headings)s."),
    "bad_mapping": gettext_lazy("The mapping has mistakes: %(problems)s"),
    "unknown_own_field": gettext_lazy(
        "There is no field “%(value)s” of your own, and the mapping does not describe one."
    ),
    "own_field_archived": gettext_lazy("The field “%(value)s” is archived. Take it back into use first."),
    "own_field_differs": gettext_lazy("The field “%(value)s” is there with another type than the mapping says."),
    "may_not_make_fields": gettext_lazy("Only an administrator may make new fields: %(names)s."),
    "field_not_made": gettext_lazy("The field “%(name)s” cannot be made: %(why)s"),
    "system_too_long": gettext_lazy("The name of the other system, “%(value)s”, is longer than 40 characters."),
    "no_file": gettext_lazy("There is no file %(value)s."),
    "not_allowed": gettext_lazy("Whoever uploaded the file may no longer import."),
    "no_good_row": gettext_lazy("Not one row could be taken. Look at the columns again."),
    "file_gone": gettext_lazy("The file is no longer here. Upload it again."),
    "not_startable": gettext_lazy("This import was started before."),
    "not_at_work": gettext_lazy("This import is not at work."),
    "taken_back": gettext_lazy("What was in of this file has been taken back meanwhile."),
    "disk_full": gettext_lazy("The disk is full. Make room and try again."),
    "busy": gettext_lazy("The database was busy. Try again."),
    "interrupted": gettext_lazy("The server stopped while it was at work. Start it again."),
    "fault": gettext_lazy("Something went wrong on our side; it is in the server’s log."),
}

#: Why something is no table at all.
NOT_TABLES: Final[Sentences] = {
    "binary": gettext_lazy("This is no table but another kind of file. Choose a CSV or a spreadsheet."),
    "archive": gettext_lazy(
        "No table stands in this archive. Only ZIP archives of CSV files and spreadsheets can be read."
    ),
    "document": gettext_lazy("This is a text document. Choose a CSV or a spreadsheet."),
    "html": gettext_lazy("This is a web page. Export it as CSV or XLSX."),
    "xml": gettext_lazy("This is an XML file. Export it as CSV or XLSX."),
    "json": gettext_lazy("This is a JSON file. Export it as CSV or XLSX, or send it to the API."),
    "vcard": gettext_lazy("These are contacts or dates of an address book. Export them as CSV."),
    "pdf": gettext_lazy("This is a PDF. Export the table as CSV or XLSX."),
    "rtf": gettext_lazy("This is a text document. Choose a CSV or a spreadsheet."),
    "damaged": gettext_lazy("The file is damaged. Open it in its program and save it again."),
    "encrypted": gettext_lazy("The file has a password. Save it without one."),
    "no_sheet": gettext_lazy("The file has no sheet, or no table inside, of that name."),
    "unreadable": gettext_lazy("The spreadsheet cannot be read. Save it as XLSX or CSV."),
}

#: Mistakes in a mapping file.
OF_MAPPINGS: Final[Sentences] = {
    "not_toml": gettext_lazy("line %(line)s is no TOML"),
    "unknown_format": gettext_lazy("line %(line)s: format has to be 1"),
    "missing_entry": gettext_lazy("“%(where)s” is missing"),
    "unknown_entry": gettext_lazy("line %(line)s: there is no entry “%(where)s”"),
    "wrong_type": gettext_lazy("line %(line)s: “%(where)s” is of the wrong type"),
    "unknown_choice": gettext_lazy("line %(line)s: “%(detail)s” is no choice for “%(where)s”"),
    "unknown_field": gettext_lazy("line %(line)s: there is no field “%(detail)s”"),
    "company_of_lead": gettext_lazy(
        "line %(line)s: “%(detail)s” is of a company, and a lead has no company record yet; a file of deals fills it"
    ),
    "unknown_zone": gettext_lazy("line %(line)s: there is no time zone “%(detail)s”"),
    "bad_constant": gettext_lazy("line %(line)s: “%(detail)s” cannot stand in “%(where)s”"),
    "column_without_use": gettext_lazy("line %(line)s: “%(where)s” says nothing about its column"),
}


def row_sentence(code: str, column: str = "", value: str = "") -> str:
    return str(OF_ROWS.get(code, code)) % {"column": column, "value": value[:80]}


def refusal_sentence(code: str, data: Mapping[str, Any]) -> str:
    """Why the file was refused. Unknown codes get a general sentence, never a crash."""
    if code == "not_a_table":
        return str(NOT_TABLES.get(str(data.get("reason")), NOT_TABLES["binary"]))
    if code == "bad_mapping":
        mistakes = [str(OF_MAPPINGS.get(p["code"], p["code"])) % p for p in data.get("problems", ())]
        return str(OF_FILES[code]) % {"problems": "; ".join(mistakes)}
    words = {name: _listed(value) if isinstance(value, list | tuple) else value for name, value in data.items()}
    try:
        return str(OF_FILES[code]) % words
    except KeyError:
        return str(OF_FILES["fault"])


def _listed(names: Sequence[Any]) -> str:
    shown = [f"“{name}”" for name in names[:12]]
    return ", ".join(shown) + (_(" and %d more") % (len(names) - 12) if len(names) > 12 else "")


def explained(kinds: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Problems by kind, each with its sentence in the active language and whether the cell was kept as a note."""
    return [
        {
            **kind,
            "says": row_sentence(kind["code"], kind["column"], kind["value"]),
            "kept": not kind["rejects"] and kind["code"] in KEPT,
            "left_out": kind["code"] in LEFT_OUT,
            "more": kind["count"] > len(kind["lines"]),
        }
        for kind in kinds
    ]
