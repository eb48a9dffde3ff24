"""Trigger texts for PostgreSQL: statement triggers over transition tables, so bulk work stays set-based.

They are spelled the way PostgreSQL spells them back (events in its order), so that an installed trigger
can be compared with its text.
"""

from khoi.history.rules.tables import DECISION, DERIVED, EMPTIED, TRANSIENT, Columns, Table

PREFIX = "khoi_rec_"
ACT = "nullif(current_setting('khoi.act', true), '')::bigint"
#: What our connections call themselves (``kit/db/postgresql``); poolers pass it on, some with an address behind it.
KHOI = "starts_with(coalesce(current_setting('application_name', true), ''), 'khoi')"
INTO = "insert into history_change(act_id, tbl, row_id, subject_id, op, before, personal, salt, seal)"


def triggers(table: Table, columns: Columns) -> dict[str, str]:
    """Trigger name → statements that create its function and the trigger."""
    if table.kind == TRANSIENT:
        return _guard(table, f"not ({KHOI})", "only Khoi writes here")
    guard = _guard(table, f"{ACT} is null", "a write needs an act")
    if table.kind == DERIVED:
        return guard
    change = _frozen if table.kind == DECISION else _updated
    return guard | _inserted(table, columns) | _deleted(table, columns) | change(table, columns)


def function_text(text: str) -> str:
    """The body of the trigger's function, word for word as the database keeps it."""
    return text.split("$khoi$")[1]


def trigger_text(text: str) -> str:
    """The ``create trigger`` statement, in the form of ``pg_get_triggerdef`` without quotes and schema."""
    return " ".join(text.split("$khoi$;")[1].replace('"', "").lower().split())


def _trigger(table: Table, name: str, event: str, each: str, body: str) -> dict[str, str]:
    """``event``: such as ``before insert``; ``each``: transition tables and level."""
    full = f"{PREFIX}{table.name}_{name}"
    return {
        full: f'create or replace function "{full}"() returns trigger language plpgsql '
        f"as $khoi$ begin {body} end $khoi$;\n"
        f'create trigger "{full}" {event} on "{table.name}" {each} execute function "{full}"()'
    }


def _guard(table: Table, wrong: str, complaint: str) -> dict[str, str]:
    """Every write needs an open act, recorded or not, or at least to be ours; a truncate never passes."""
    check = (
        "if tg_op = 'TRUNCATE' then raise exception 'khoi: a recorded table is not truncated'; end if; "
        f"if {wrong} then raise exception 'khoi: {complaint}'; end if; return null;"
    )
    return _trigger(table, "guard", "before insert or delete or update or truncate", "for each statement", check)


def _subject(table: Table, columns: Columns, row: str) -> str:
    """A table that is still being built may not have the column yet."""
    known = table.subject in ("id", *columns.names)
    return f'{row}."{table.subject}"' if table.subject and known else "null::bigint"


def _inserted(table: Table, columns: Columns) -> dict[str, str]:
    body = (
        "insert into history_change(act_id, tbl, row_id, subject_id, op) "
        f"select {ACT}, {table.code}, n.id, {_subject(table, columns, 'n')}, 'i' from n order by n.id; return null;"
    )
    return _trigger(table, "insert", "after insert", "referencing new table as n for each statement", body)


def _deleted(table: Table, columns: Columns) -> dict[str, str]:
    kept = [c for c in columns.names if c not in table.secret]
    plain = _object([_pair(c, columns) for c in kept if c not in table.erasable])
    personal = _object([_pair(c, columns) for c in kept if c in table.erasable])
    body = _record(table, columns, "d", plain, personal, "o") + " return null;"
    return _trigger(table, "delete", "after delete", "referencing old table as o for each statement", body)


def _updated(table: Table, columns: Columns) -> dict[str, str]:
    watched = table.watched(columns.names)
    if not watched:
        return {}
    plain = _object([_changed(c, columns) for c in watched if c not in table.personal])
    personal = _object([_changed(c, columns) for c in watched if c in table.personal])
    source = f"o join n using (id) where {_differs(watched)}"
    body = _record(table, columns, "u", plain, personal, source) + " return null;"
    each = "referencing old table as o new table as n for each statement"
    frozen_id = "raise exception 'khoi: the id of a row does not change';"
    return _trigger(table, "update", "after update", each, body) | _trigger(
        table, "update_guard", "before update of id", "for each statement", frozen_id
    )


def _frozen(table: Table, columns: Columns) -> dict[str, str]:
    """What a decision says of a person may be emptied, which is recorded; nothing else of it ever changes."""
    fixed = [c for c in ("id", *columns.names) if c not in table.unrecorded and c not in table.personal]
    personal = tuple(c for c in columns.names if c in table.personal)
    changed = [f'old."{c}" is distinct from new."{c}"' for c in fixed] + [
        f'(old."{c}" is distinct from new."{c}" and coalesce(new."{c}"::text, \'\') not in {EMPTIED})' for c in personal
    ]
    refuses = f"if {' or '.join(changed)} then raise exception 'khoi: a decision is not changed afterwards'; end if;"
    frozen = _trigger(table, "update", "after update", "for each row", f"{refuses} return null;")
    return frozen | _emptied(table, columns, personal)


def _emptied(table: Table, columns: Columns, personal: tuple[str, ...]) -> dict[str, str]:
    if not personal:
        return {}
    before = _object([_changed(c, columns) for c in personal])
    source = f"o join n using (id) where {_differs(personal)}"
    body = _record(table, columns, "u", "'{}'::jsonb", before, source) + " return null;"
    each = "referencing old table as o new table as n for each statement"
    return _trigger(table, "emptied", "after update", each, body)


def _record(table: Table, columns: Columns, op: str, plain: str, personal: str, source: str) -> str:
    """``offset 0`` keeps the planner from computing the salt twice."""
    return (
        f"{INTO} select {ACT}, {table.code}, r.id, r.subject, '{op}', r.b, r.p, "
        "case when r.p is null then null else r.s end, "
        "case when r.p is null then null else sha256(r.s || convert_to(r.p, 'UTF8')) end "
        f"from (select o.id as id, {_subject(table, columns, 'o')} as subject, ({plain})::text as b, "
        f"nullif(({personal})::text, '{{}}') as p, uuid_send(gen_random_uuid()) as s from "
        f"{source} offset 0) r order by r.id;"
    )


def _object(pieces: list[str]) -> str:
    return " || ".join(pieces) or "'{}'::jsonb"


def _changed(column: str, columns: Columns) -> str:
    differs = _differs((column,))
    return f"case when {differs} then {_pair(column, columns)} else '{{}}'::jsonb end"


def _pair(column: str, columns: Columns) -> str:
    """JSON columns as text, the way SQLite keeps them, so that a history reads the same on both engines."""
    value = f'o."{column}"::text' if column in columns.json else f'o."{column}"'
    return f"jsonb_build_object('{column}', {value})"


def _differs(columns: tuple[str, ...]) -> str:
    return " or ".join(f'o."{c}" is distinct from n."{c}"' for c in columns)


def dropped(name: str, table: str) -> tuple[str, ...]:
    """What takes a trigger and its function away. Names are ours, read from the schema."""
    return (
        f"drop trigger if exists {_quoted(name)} on {_quoted(table)}",
        f"drop function if exists {_quoted(name)}()",
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
