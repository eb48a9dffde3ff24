#!/bin/sh
# Makes the virtual environment named by $1 with the first Python on the path that is new enough.
set -eu

new_enough='import sys; sys.exit(sys.version_info < (3, 11))'
if [ -x "$1/bin/python" ] && "$1/bin/python" -c "$new_enough"; then exit 0; fi

for python in ${PYTHON:-} python3 python3.14 python3.13 python3.12 python3.11 python; do
  if command -v "$python" >/dev/null 2>&1 && "$python" -c "$new_enough" 2>/dev/null; then
    echo "Making a place for Khơi's packages ($("$python" --version), in $1)"
    "$python" -m venv "$1" && exit 0
    echo "This Python cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv" >&2
    rm -rf "$1"
    exit 1
  fi
done

found=$(python3 --version 2>/dev/null || echo "no Python")
echo "Khơi needs Python 3.11 or newer; here is $found." >&2
echo "Install one and start again, or name it: make run PYTHON=/path/to/python3.12" >&2
exit 1
