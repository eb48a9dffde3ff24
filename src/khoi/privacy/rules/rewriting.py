"""How PostgreSQL writes a table anew, so that nothing of its old rows is left in its files."""

__all__ = ["rewriting"]


def rewriting(table: str) -> str:
    """The statement. Names are ours, read from the schema; a quote in one is doubled all the same."""
    return "vacuum full " + '"' + table.replace('"', '""') + '"'
