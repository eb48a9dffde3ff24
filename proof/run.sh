#!/bin/sh
# The proof of the history: ``quick`` or ``whole``, on PostgreSQL too when a server answers. Arguments go to pytest.
# The whole one ends with the mutants. STRICT=1: PostgreSQL may not be left out.
set -eu
cd "$(dirname "$0")/.."
python=.venv/bin/python
export PYTHONDONTWRITEBYTECODE=

how=$1
shift
case $how in
  quick) here=700 there=30 ;;
  whole) here=10000 there=1000 ;;
esac

status=0
if answer=$($python -m tests.postgresql 2>&1); then
  echo "On PostgreSQL:"
  KHOI_DATABASE_URL=$answer $python -m pytest proof --examples "$there" "$@" || status=$?
  echo "On SQLite:"
else
  echo "PostgreSQL is left out: $answer"
  [ -z "${STRICT:-}" ] || status=1
fi
env -u KHOI_DATABASE_URL $python -m pytest proof --examples "$here" "$@" || status=$?
if [ "$how" = whole ]; then
  $python -m proof.mutants || status=$?
fi
exit "$status"
