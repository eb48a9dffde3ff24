"""Tryton: the import of records that its client calls, its lists and records by the same calls; the answers are data,
no pages.

``python run_tryton.py LIST ROWS CONFIGURATION DATABASE``.
"""

import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from timing import rows_of, timed
from trytond.config import config

config.update_etc(sys.argv[3])

from trytond.pool import Pool  # noqa: E402
from trytond.transaction import Transaction  # noqa: E402

SHOWN = ["name", "code", "active", "contact_mechanisms", "rec_name"]


def main(path, most, database):
    Pool.start()
    pool = Pool(database)
    with Transaction().start(database, 0):
        pool.init()
    with Transaction().start(database, 1) as transaction:
        party = pool.get("party.party")
        rows = rows_of(path, most)
        columns = ["name", "contact_mechanisms/type", "contact_mechanisms/value"]
        given = [line for name, email, phone in rows for line in lines(name, email, phone)]
        began = time.perf_counter()
        party.import_data(columns, given)
        transaction.commit()
        seconds = time.perf_counter() - began
        if party.search([], count=True) < len(rows):
            raise RuntimeError("not every row came in")

        def create(number):
            reach = [("create", [{"type": "email", "value": f"m{number}@example.com"}])]
            party.create([{"name": f"Trần Thị Mới {number}", "contact_mechanisms": reach}])
            transaction.commit()

        last = party.search([], limit=1, order=[("id", "DESC")])[0].id
        newest = [("id", "DESC")]
        return {
            "rows": len(rows),
            "import_rows_per_s": round(len(rows) / seconds),
            "list": timed(lambda _: party.search_read([], limit=50, order=newest, fields_names=SHOWN)),
            "search": timed(
                lambda _: party.search_read([("rec_name", "ilike", "%Hoa%")], limit=50, fields_names=SHOWN)
            ),
            "record": timed(lambda _: party.read([last], SHOWN)),
            "create": timed(create),
        }


def lines(name, email, phone):
    """A party and its further mechanism below it, as the import wants them."""
    reach = [(kind, value) for kind, value in (("email", email), ("phone", phone)) if value]
    first, *others = reach or [("", "")]
    return [[name, *first], *(["", *other] for other in others)]


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], int(sys.argv[2]), sys.argv[4])))
