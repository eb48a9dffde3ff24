"""The database is told what its tables hold, and that is no change of their shape."""

import pytest
from django.db import connection

from khoi.history.services import shape
from khoi.kit.db.planning import refresh_statistics

pytestmark = pytest.mark.django_db


def test_telling_the_database_of_its_rows_leaves_its_shape(ready):
    before = shape()
    refresh_statistics(connection)

    assert shape() == before


@pytest.mark.one_engine
def test_where_sqlite_has_no_statistics_yet_none_are_begun(ready):
    with connection.cursor() as cursor:
        cursor.execute("drop table if exists sqlite_stat1")
    refresh_statistics(connection)

    assert "sqlite_stat1" not in connection.introspection.table_names(include_views=True)
