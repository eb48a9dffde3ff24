"""Trigger texts for PostgreSQL: statement triggers over transition tables, so bulk work stays set-based."""

from khoi.history.rules.tables import DECISION, DERIVED, Table

PREFIX = "khoi_rec_"
ACT = "nullif(current_setting('khoi.act'), '')::bigint"
INTO = "insert into history_change(act_id, tbl, row_id, subject_id, op, before, personal, salt, seal)"


def triggers(table: Table, columns: tuple[str, ...]) -> dict[str, str]:
    """Trigger name → statements that create its function and the trigger."""
    guard = _guard(table)
    if table.kind == DERIVED:
        return guard
    texts = guard | _inserted(table) | _deleted(table, columns)
    watched = tuple(c for c in columns if c not in table.unrecorded and c not in table.secret)
    return texts | (_frozen(table, watched) if table.kind == DECISION else _updated(table, watched))


def _name(table: Table, event: str) -> str:
    return f"{PREFIX}{table.name}_{event}"


def _trigger(table: Table, event: str, timing: str, refs: str, level: str, body: str) -> dict[str, str]:
    name = _name(table, event.split()[0] + ("_guard" if timing == "before" else ""))
    text = (
        f"create or replace function {name}() returns trigger language plpgsql as $khoi$ begin {body} end $khoi$;\n"
        f'create trigger "{name}" {timing} {event} on "{table.name}" {refs} for each {level} execute function {name}()'
    )
    return {name: text}


def _guard(table: Table) -> dict[str, str]:
    """Every write needs an open act, recorded or not; a truncate never passes."""
    check = (
        "if tg_op = 'TRUNCATE' then raise exception 'khoi: a recorded table is not truncated'; end if; "
        f"if {ACT} is null then raise exception 'khoi: a write needs an act'; end if; return null;"
    )
    return _trigger(table, "insert or update or delete or truncate", "before", "", "statement", check)


def _subject(table: Table, row: str) -> str:
    return f'{row}."{table.subject}"' if table.subject else "null::bigint"


def _inserted(table: Table) -> dict[str, str]:
    body = (
        "insert into history_change(act_id, tbl, row_id, subject_id, op) "
        f"select {ACT}, {table.code}, n.id, {_subject(table, 'n')}, 'i' from n order by n.id; return null;"
    )
    return _trigger(table, "insert", "after", "referencing new table as n", "statement", body)


def _deleted(table: Table, columns: tuple[str, ...]) -> dict[str, str]:
    kept = [c for c in columns if c not in table.secret]
    plain = _all([c for c in kept if c not in table.personal])
    personal = _all([c for c in kept if c in table.personal])
    body = _record(table, "d", plain, personal, "o") + " return null;"
    return _trigger(table, "delete", "after", "referencing old table as o", "statement", body)


def _updated(table: Table, watched: tuple[str, ...]) -> dict[str, str]:
    if not watched:
        return {}
    plain = _changed([c for c in watched if c not in table.personal])
    personal = _changed([c for c in watched if c in table.personal])
    moved = "(select count(*) from o join n using (id)) <> (select count(*) from o)"
    body = (
        f"if {moved} then raise exception 'khoi: the id of a row does not change'; end if; "
        + _record(table, "u", plain, personal, f"o join n using (id) where {_differs(watched)}")
        + " return null;"
    )
    return _trigger(table, "update", "after", "referencing old table as o new table as n", "statement", body)


def _frozen(table: Table, watched: tuple[str, ...]) -> dict[str, str]:
    changed = " or ".join(f'old."{c}" is distinct from new."{c}"' for c in ("id", *watched))
    body = f"if {changed} then raise exception 'khoi: a decision is not changed afterwards'; end if; return null;"
    return _trigger(table, "update", "after", "", "row", body)


def _record(table: Table, op: str, plain: str, personal: str, source: str) -> str:
    """``offset 0`` keeps the planner from computing the salt twice."""
    subject = f'o."{table.subject}"' if table.subject else "null::bigint"
    return (
        f"{INTO} select {ACT}, {table.code}, r.id, r.subject, '{op}', r.b, r.p, "
        "case when r.p is null then null else r.s end, "
        "case when r.p is null then null else sha256(r.s || convert_to(r.p, 'UTF8')) end "
        f"from (select o.id as id, {subject} as subject, ({plain})::text as b, "
        f"nullif(({personal})::text, '{{}}') as p, uuid_send(gen_random_uuid()) as s from "
        f"{source} offset 0) r order by r.id;"
    )


def _changed(columns: list[str]) -> str:
    pieces = [
        f"case when o.\"{c}\" is distinct from n.\"{c}\" then jsonb_build_object('{c}', o.\"{c}\") "
        "else '{}'::jsonb end"
        for c in columns
    ]
    return " || ".join(pieces) or "'{}'::jsonb"


def _all(columns: list[str]) -> str:
    return " || ".join(f"jsonb_build_object('{c}', o.\"{c}\")" for c in columns) or "'{}'::jsonb"


def _differs(columns: tuple[str, ...]) -> str:
    return " or ".join(f'o."{c}" is distinct from n."{c}"' for c in columns)
