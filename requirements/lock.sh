#!/bin/sh
# Rewrites the lock files from pyproject.toml: every version, every hash, no address of a registry.
# UPGRADE=1 takes the newest versions; without it only what pyproject.toml asks for moves.
set -eu
cd "$(dirname "$0")/.."

# The settings of this machine (mirrors, find-links) must not reach the files.
export PIP_CONFIG_FILE=/dev/null CUSTOM_COMPILE_COMMAND="make lock"
unset PIP_FIND_LINKS PIP_INDEX_URL PIP_EXTRA_INDEX_URL

lock() {
  output=$1
  shift
  .venv/bin/pip-compile --quiet --strip-extras --generate-hashes --allow-unsafe --no-config ${UPGRADE:+--upgrade} \
    --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --no-emit-options \
    --output-file "requirements/$output.txt" "$@"
}

.venv/bin/pip-compile --version >/dev/null 2>&1 || .venv/bin/python -m pip install --quiet 'pip-tools>=7.5'
lock run --group build pyproject.toml
lock test --group dev --constraint requirements/run.txt pyproject.toml
