#!/bin/sh
# The tests on both databases: first what touches the database on PostgreSQL, when there is one, then everything on
# SQLite. KHOI_STRICT=1 turns whatever is left out into a failure. Arguments go to pytest.
set -eu
cd "$(dirname "$0")/.."
python=.venv/bin/python
# Tests start the command hundreds of times: each start finds the code compiled, whatever the shell prefers elsewhere.
export PYTHONDONTWRITEBYTECODE=
nothing_to_run=5

status=0
if answer=$($python -m tests.postgresql 2>&1); then
  echo "On PostgreSQL:"
  KHOI_DATABASE_URL=$answer $python -m pytest "$@" || status=$?
  [ "$status" -ne "$nothing_to_run" ] || status=0
  echo "On SQLite:"
else
  export KHOI_TEST_NO_POSTGRESQL="$answer"
fi

env -u KHOI_DATABASE_URL $python -m pytest "$@" || status=$?
exit "$status"
