"""Trigger texts for SQLite, generated from a table's real columns.

An insert records no values, an update the old values of the changed columns, a delete the whole old
row. Personal values go beside a random salt, and ``seal = sha256(salt ‖ values)`` stands in the chain
for them. SQLite's own JSON writes REAL with 15 digits (its printf is off by one in the last for very large
ones) and refuses BLOB, hence ``_value``.
"""

from khoi.history.rules.tables import DECISION, DERIVED, EMPTIED, TRANSIENT, Columns, Table

PREFIX = "khoi_rec_"
#: Another program has no such function, so its write fails; ours passes with an act or without.
NEEDS_KHOI = "select khoi_act();"
NEEDS_ACT = "select case when khoi_act() is null then raise(abort, 'khoi: a write needs an act') end;"


def triggers(table: Table, columns: Columns) -> dict[str, str]:
    """Trigger name → ``create trigger`` statement."""
    if table.kind in (DERIVED, TRANSIENT):
        return _guards(table, NEEDS_ACT if table.kind == DERIVED else NEEDS_KHOI)
    change = _frozen if table.kind == DECISION else _updated
    names = columns.names
    return _inserted(table, names) | _deleted(table, names) | change(table, names) | _silent_update(table, names)


def _trigger(table: Table, name: str, event: str, body: str, when: str = "") -> dict[str, str]:
    """``event``: such as ``after insert``; ``when``: a condition, or every row."""
    full = f"{PREFIX}{table.name}_{name}"
    condition = f" when {when}" if when else ""
    return {full: f'create trigger "{full}" {event} on "{table.name}"{condition} begin {body} end'}


def _subject(table: Table, columns: tuple[str, ...], row: str) -> str:
    """A table that is still being built may not have the column yet."""
    known = table.subject in ("id", *columns)
    return f'{row}."{table.subject}"' if table.subject and known else "null"


def _inserted(table: Table, columns: tuple[str, ...]) -> dict[str, str]:
    body = (
        "insert into history_change(act_id, tbl, row_id, subject_id, op) "
        f"values (khoi_act(), {table.code}, new.id, {_subject(table, columns, 'new')}, 'i');"
    )
    return _trigger(table, "insert", "after insert", body)


def _updated(table: Table, columns: tuple[str, ...]) -> dict[str, str]:
    watched = table.watched(columns)
    if not watched:
        return {}
    changed = " or ".join(f'old."{c}" is not new."{c}"' for c in watched)
    plain = _object([_changed(c) for c in watched if c not in table.personal])
    personal = _object([_changed(c) for c in watched if c in table.personal], empty="null")
    frozen_id = "select raise(abort, 'khoi: the id of a row does not change');"
    return _trigger(table, "update", "after update", _record(table, columns, "u", plain, personal), changed) | _trigger(
        table, "update_guard", "before update of id", frozen_id
    )


def _deleted(table: Table, columns: tuple[str, ...]) -> dict[str, str]:
    kept = [c for c in columns if c not in table.secret]
    plain = _object([_pair(c) for c in kept if c not in table.erasable])
    personal = _object([_pair(c) for c in kept if c in table.erasable], empty="null")
    return _trigger(table, "delete", "after delete", _record(table, columns, "d", plain, personal))


def _record(table: Table, columns: tuple[str, ...], op: str, before: str, personal: str) -> str:
    """One change row. The inner query cannot be flattened, so the stored salt is the hashed one."""
    return (
        "insert into history_change(act_id, tbl, row_id, subject_id, op, before, personal, salt, seal) "
        f"select khoi_act(), {table.code}, old.id, {_subject(table, columns, 'old')}, '{op}', b, p, "
        "case when p is null then null else s end, case when p is null then null else khoi_seal(s, p) end "
        f"from (select {before} as b, {personal} as p, khoi_salt() as s limit 1 offset 0);"
    )


def _frozen(table: Table, columns: tuple[str, ...]) -> dict[str, str]:
    """What a decision says of a person may be emptied, which is recorded; nothing else of it ever changes."""
    fixed = [c for c in ("id", *columns) if c not in table.unrecorded and c not in table.personal]
    personal = [c for c in columns if c in table.personal]
    changed = [f'old."{c}" is not new."{c}"' for c in fixed] + [
        f'(old."{c}" is not new."{c}" and coalesce(new."{c}", \'\') not in {EMPTIED})' for c in personal
    ]
    body = "select raise(abort, 'khoi: a decision is not changed afterwards');"
    return _trigger(table, "update", "after update", body, " or ".join(changed)) | _emptied(table, columns, personal)


def _emptied(table: Table, columns: tuple[str, ...], personal: list[str]) -> dict[str, str]:
    if not personal:
        return {}
    before = _object([_changed(c) for c in personal], empty="null")
    differs = " or ".join(f'old."{c}" is not new."{c}"' for c in personal)
    return _trigger(table, "emptied", "after update", _record(table, columns, "u", "'{}'", before), differs)


def _silent_update(table: Table, columns: tuple[str, ...]) -> dict[str, str]:
    """Columns that leave no change may still be written only inside an act."""
    silent = [c for c in columns if c in table.unrecorded or c in table.secret]
    if not silent:
        return {}
    of = ", ".join(f'"{c}"' for c in silent)
    return _trigger(table, "silent", f"before update of {of}", NEEDS_ACT)


def _guards(table: Table, needs: str) -> dict[str, str]:
    texts: dict[str, str] = {}
    for event in ("insert", "update", "delete"):
        texts |= _trigger(table, f"{event}_guard", f"before {event}", needs)
    return texts


def _changed(column: str) -> str:
    return f'case when old."{column}" is not new."{column}" then {_pair(column)} else \'\' end'


def _pair(column: str) -> str:
    return f"',\"{column}\":'||{_value(column)}"


def _object(pairs: list[str], empty: str = "'{}'") -> str:
    """A JSON object from ``,"name":value`` pieces; ``empty`` when there are none, or none changed."""
    if not pairs:
        return empty
    joined = "||".join(pairs)
    text = f"'{{'||substr({joined}, 2)||'}}'"
    return f"nullif({text}, '{{}}')" if empty == "null" else text


def _value(column: str) -> str:
    v = f'old."{column}"'
    return (
        f"case typeof({v}) when 'real' then khoi_real({v}) "
        f"when 'blob' then json_quote('x:'||hex({v})) else json_quote({v}) end"
    )


def dropped(name: str, table: str) -> tuple[str, ...]:
    """What takes a trigger away. Names are ours, read from the schema; a quote in one is doubled all the same."""
    return (f"drop trigger if exists {_quoted(name)}",)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
