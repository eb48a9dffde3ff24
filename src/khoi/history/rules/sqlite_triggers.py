"""Trigger texts for SQLite, generated from a table's real columns.

An insert records no values, an update the old values of the changed columns, a delete the whole old
row. Personal values go beside a random salt, and ``seal = sha256(salt ‖ values)`` stands in the chain
for them. SQLite's own JSON writes REAL with 15 digits and refuses BLOB, hence ``_value``.
"""

from khoi.history.rules.tables import DECISION, DERIVED, Table

PREFIX = "khoi_rec_"


def triggers(table: Table, columns: tuple[str, ...]) -> dict[str, str]:
    """Trigger name → ``create trigger`` statement. ``columns`` are the table's columns without ``id``."""
    if table.kind == DERIVED:
        return _guards(table, columns, ("insert", "update", "delete"))
    texts = _inserted(table) | _deleted(table, columns)
    if table.kind == DECISION:
        return texts | _frozen(table, columns) | _silent_update(table, columns)
    return texts | _updated(table, columns) | _silent_update(table, columns)


def _head(table: Table, event: str, when: str = "after") -> str:
    kind = event.split()[0]
    suffix = {"after": "", "before": "_guard"}[when]
    return f'create trigger "{PREFIX}{table.name}_{kind}{suffix}" {when} {event} on "{table.name}"'


def _name(table: Table, event: str, suffix: str = "") -> str:
    return f"{PREFIX}{table.name}_{event}{suffix}"


def _subject(table: Table, row: str) -> str:
    return f'{row}."{table.subject}"' if table.subject else "null"


def _inserted(table: Table) -> dict[str, str]:
    body = (
        f"{_head(table, 'insert')} begin insert into history_change(act_id, tbl, row_id, subject_id, op) "
        f"values (khoi_act(), {table.code}, new.id, {_subject(table, 'new')}, 'i'); end"
    )
    return {_name(table, "insert"): body}


def _updated(table: Table, columns: tuple[str, ...]) -> dict[str, str]:
    watched = [c for c in columns if c not in table.unrecorded and c not in table.secret]
    if not watched:
        return {}
    changed = " or ".join(f'old."{c}" is not new."{c}"' for c in watched)
    plain = _changed_pairs([c for c in watched if c not in table.personal])
    personal = _changed_pairs([c for c in watched if c in table.personal])
    body = (
        f"{_head(table, 'update')} when {changed} begin "
        f"{_insert(table, 'u', _object(plain), _object(personal, empty='null'))} end"
    )
    frozen_id = (
        f"{_head(table, 'update of id', 'before')} begin "
        f"select raise(abort, 'khoi: the id of a row does not change'); end"
    )
    return {_name(table, "update"): body, _name(table, "update", "_guard"): frozen_id}


def _deleted(table: Table, columns: tuple[str, ...]) -> dict[str, str]:
    kept = [c for c in columns if c not in table.secret]
    plain = _all_pairs([c for c in kept if c not in table.personal])
    personal = _all_pairs([c for c in kept if c in table.personal])
    body = (
        f"{_head(table, 'delete')} begin "
        f"{_insert(table, 'd', _object(plain), _object(personal, empty='null'))} end"
    )
    return {_name(table, "delete"): body}


def _insert(table: Table, op: str, before: str, personal: str) -> str:
    """One change row. The inner query cannot be flattened, so the stored salt is the hashed one."""
    return (
        "insert into history_change(act_id, tbl, row_id, subject_id, op, before, personal, salt, seal) "
        f"select khoi_act(), {table.code}, old.id, {_subject(table, 'old')}, '{op}', b, p, "
        "case when p is null then null else s end, case when p is null then null else khoi_seal(s, p) end "
        f"from (select {before} as b, {personal} as p, khoi_salt() as s limit 1 offset 0);"
    )


def _frozen(table: Table, columns: tuple[str, ...]) -> dict[str, str]:
    watched = [c for c in ("id", *columns) if c not in table.unrecorded]
    changed = " or ".join(f'old."{c}" is not new."{c}"' for c in watched)
    body = (
        f"{_head(table, 'update')} when {changed} begin "
        f"select raise(abort, 'khoi: a decision is not changed afterwards'); end"
    )
    return {_name(table, "update"): body}


def _silent_update(table: Table, columns: tuple[str, ...]) -> dict[str, str]:
    """Columns that leave no change may still be written only inside an act."""
    silent = [c for c in columns if c in table.unrecorded or c in table.secret]
    if not silent:
        return {}
    of = ", ".join(f'"{c}"' for c in silent)
    body = (
        f'create trigger "{_name(table, "silent")}" before update of {of} on "{table.name}" begin '
        "select case when khoi_act() is null then raise(abort, 'khoi: a write needs an act') end; end"
    )
    return {_name(table, "silent"): body}


def _guards(table: Table, columns: tuple[str, ...], events: tuple[str, ...]) -> dict[str, str]:
    check = "select case when khoi_act() is null then raise(abort, 'khoi: a write needs an act') end;"
    return {
        _name(table, event, "_guard"): f"{_head(table, event, 'before')} begin {check} end" for event in events
    }


def _changed_pairs(columns: list[str]) -> list[str]:
    return [
        f"case when old.\"{c}\" is not new.\"{c}\" then ',\"{c}\":'||{_value(c)} else '' end" for c in columns
    ]


def _all_pairs(columns: list[str]) -> list[str]:
    return [f"',\"{c}\":'||{_value(c)}" for c in columns]


def _object(pairs: list[str], empty: str = "'{}'") -> str:
    """A JSON object from ``,"name":value`` pieces; ``empty`` when there are none, or none changed."""
    if not pairs:
        return empty
    joined = "||".join(pairs)
    if empty == "null":
        return f"nullif('{{'||substr({joined}, 2)||'}}', '{{}}')"
    return f"'{{'||substr({joined}, 2)||'}}'"


def _value(column: str) -> str:
    v = f'old."{column}"'
    return (
        f"case typeof({v}) when 'real' then printf('%!.17g', {v}) "
        f"when 'blob' then json_quote('x:'||hex({v})) else json_quote({v}) end"
    )
