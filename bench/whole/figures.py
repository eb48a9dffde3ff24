"""The figures as the table of the documents."""

from typing import Any

NAMES = {
    "list": "list of leads",
    "search": "search by a name",
    "search_phone": "search by a part of a phone",
    "record": "a lead’s page",
    "matching": "is this person known? while typing",
    "funnel": "funnel",
    "staff_create": "a lead added in the page (form and answer)",
    "api_create_1": "a lead added through the API, 1 client",
    "api_create_4": "the same, 4 clients",
    "convert": "convert",
    "floor": "floor: an empty answer of the same server",
}


def table(found: dict[str, dict[str, Any]]) -> str:
    """One column per database."""
    engines = list(found)
    lines = ["| what | " + " | ".join(engines) + " |", "| --- |" + " --- |" * len(engines)]

    def line(name: str, tell: Any) -> None:
        lines.append(f"| {name} | " + " | ".join(tell(found[engine]) for engine in engines) + " |")

    line("import, everything included", lambda f: f"{f['import']['rows_per_s']:,} rows/s")
    line("floor: the same rows by plain SQL", lambda f: f"{f['import']['floor_rows_per_s']:,} rows/s")
    line(
        "share of the floor; rows written per row read", lambda f: "{of_floor}; {written_per_row}".format(**f["import"])
    )
    for key, name in NAMES.items():
        line(name, lambda f, key=key: told(f[key]))
    line("from start to the first answer", lambda f: f"{f['cold_start']['seconds']} s")
    line("memory at rest", lambda f: f"{f['cold_start']['memory_mib']} MiB")
    return "\n".join(lines)


def told(took: dict[str, float]) -> str:
    """Median and 95 of 100 in milliseconds; how many a second and the errors where something is written."""
    words = f"{took['median']} ms, p95 {took['p95']}"
    return f"{words}, {took['per_s']:.0f}/s" + (f", {took['errors']} errors" if took["errors"] else "")
