"""``python -m tests.postgresql`` prints the address of a PostgreSQL server the tests may use; without one, why not.

``KHOI_TEST_POSTGRES`` names a server; otherwise one on this machine that trusts its user is asked. The database name
belongs to this checkout, so that two checkouts do not drop each other's: Django makes ``test_<name>`` and removes it.
"""

import getpass
import hashlib
import os
import sys
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit


def main() -> int:
    address = os.environ.get("KHOI_TEST_POSTGRES") or f"postgresql://{getpass.getuser()}@127.0.0.1:5432/postgres"
    problem = why_not(address)
    if problem:
        print(problem, file=sys.stderr)
        return 1
    print(urlunsplit(urlsplit(address)._replace(path=f"/{name_of_this_checkout()}")))
    return 0


def why_not(address: str) -> str | None:
    """None when the server answers and its user may create databases."""
    import psycopg

    try:
        with psycopg.connect(urlunsplit(urlsplit(address)._replace(path="/postgres")), connect_timeout=3) as server:
            row = server.execute("select rolcreatedb or rolsuper from pg_roles where rolname = current_user").fetchone()
    except psycopg.OperationalError as error:
        return str(error).splitlines()[0]
    return None if row and row[0] else f"the user of {address} may not create databases"


def name_of_this_checkout() -> str:
    return "khoi_" + hashlib.sha256(str(Path(__file__).parents[1]).encode()).hexdigest()[:8]


if __name__ == "__main__":
    raise SystemExit(main())
