# Needs git, make and Python 3.11 or newer; everything else is fetched, pinned and checked.
#   make run [PORT=8000]      the demo company, on http://127.0.0.1:8000
#   make test [STRICT=1]      style, types, the order of the rooms, and the tests
#   make prove-quick          the proof of the history, in some minutes; make prove: all of it, in hours
#   make bench [N=100000]     what an import, pages and programs take on both databases, each beside its floor; PEERS=1:
#                             and what two published CRMs take

PORT ?= 8000
KHOI_DATA ?= $(CURDIR)/data
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet --quiet
ARGS ?=
N ?= 100000

FRONTEND := $(shell find frontend -name node_modules -prune -o -print 2>/dev/null)
TRANSLATIONS := $(wildcard src/khoi/locale/*/LC_MESSAGES/*.po)

.DEFAULT_GOAL := help
.PHONY: help run test prove-quick prove bench lint clean lock

help:
	@sed -n '2,6s/^# *//p' Makefile

# The driver comes along when an address of PostgreSQL is given.
ifneq ($(filter postgres%,$(KHOI_DATABASE_URL)),)
run: $(VENV)/postgres
endif

run: $(VENV)/installed $(VENV)/built
	@KHOI_DATA="$(KHOI_DATA)" exec $(BIN)/khoi run --port $(PORT) --demo

test: $(VENV)/tested lint
	@KHOI_STRICT=$(STRICT) sh tests/run.sh $(ARGS)

prove-quick: $(VENV)/tested
	@STRICT=$(STRICT) sh proof/run.sh quick $(ARGS)

prove: $(VENV)/tested
	@STRICT=$(STRICT) sh proof/run.sh whole $(ARGS)

bench: $(VENV)/tested
	@PEERS=$(PEERS) $(BIN)/python -m bench.whole --rows $(N) $(ARGS)

lint: $(VENV)/tested
	@$(BIN)/ruff check --quiet
	@$(BIN)/ruff format --check --quiet
	@KHOI_SECRET_KEY=unused $(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo >$(VENV)/imports.log 2>&1 || { cat $(VENV)/imports.log; exit 1; }
	@echo "Style, types and the order of the rooms are fine."

clean:
	rm -rf dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis src/khoi/design/static $(VENV)/built
	find src tests proof -name __pycache__ -type d -prune -exec rm -rf {} +

# Each stamp is newer than everything it was made from, so a second start calls neither pip nor Node.
$(VENV)/created:
	@sh requirements/venv.sh $(VENV)
	@touch $@

$(VENV)/required: requirements/run.txt | $(VENV)/created
	@echo "Fetching the packages Khơi needs (about a minute the first time)"
	@$(PIP) install --no-compile --require-hashes -r requirements/run.txt
	@touch $@

$(VENV)/built: hatch_build.py $(FRONTEND) $(TRANSLATIONS) | $(VENV)/required
	@$(BIN)/python hatch_build.py
	@touch $@

$(VENV)/installed: pyproject.toml $(VENV)/required | $(VENV)/built
	@echo "Installing Khơi itself"
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/postgres: requirements/postgres.txt | $(VENV)/required
	@echo "Fetching the driver for PostgreSQL"
	@$(PIP) install --require-hashes -r requirements/postgres.txt
	@touch $@

$(VENV)/tested: requirements/test.txt $(VENV)/installed | $(VENV)/built
	@echo "Fetching the packages the tests need"
	@$(PIP) install --no-compile --require-hashes -r requirements/test.txt
	@touch $@

lock: $(VENV)/created
	@$(BIN)/python -m piptools --version >/dev/null 2>&1 || $(PIP) install "pip-tools>=7.5"
	@$(BIN)/python requirements/lock.py
