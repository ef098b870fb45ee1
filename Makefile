# Quadrangle for people: `make help`. Needs Python 3.11 or newer, make and a shell; everything else goes into .venv.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# A machine may be told to keep no byte code; then every start compiles the program anew, which takes longer than all the rest of it.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
BIN := $(VENV)/bin
HOST ?= 127.0.0.1
PORT ?= 8000
JOBS ?= 2
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq

# The first Python that is new enough; PYTHON=… chooses another.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$$name"; break; }; done)

.PHONY: help serve test lint types layers unit fuzz bench plans migration docs lock vendor format clean system

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

serve: $(VENV)/.server ## the demo campus at http://127.0.0.1:8000 (HOST=, PORT=), data under ./var
	@$(BIN)/quad demo --if-missing
	@QUAD_DEMO=true exec $(BIN)/quad serve --host $(HOST) --port $(PORT)

test: $(VENV)/.dev system lint types layers unit ## everything CI runs: lint, types, layering, tests on both engines and in a browser

lint: $(VENV)/.dev ## ruff: rules and format
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev ## mypy --strict
	$(BIN)/mypy

layers: $(VENV)/.dev ## imports point down
	$(BIN)/lint-imports

unit: $(VENV)/.dev ## the tests alone; ARGS="-k word" chooses among them, JOBS=0 runs them in one process
	$(BIN)/pytest -n $(JOBS) --dist worksteal $(ARGS)

fuzz: $(VENV)/.dev ## read mangled portfolio packages for a quarter of an hour or so (FUZZ=20000 of each kind); what it finds, it prints
	FUZZ_EXAMPLES=$(FUZZ) $(BIN)/pytest -n $(JOBS) -q tests/specs/packages/test_fuzzing.py $(ARGS)

FUZZ ?= 20000

bench: $(VENV)/.dev system ## requests a second, latencies, memory; ratios against a bare application in the same run
	$(BIN)/python -m benchmarks $(ARGS)

plans: $(VENV)/.dev system ## docs/query-plans.md anew: how both engines find what hot requests ask for
	$(BIN)/python -m benchmarks.plans

format: $(VENV)/.dev ## ruff: format and sort imports
	$(BIN)/ruff check --fix --select I .
	$(BIN)/ruff format .

migration: $(VENV)/.dev ## draft the next migration from the tables; NAME="what it does"
	@$(BIN)/python -m quadrangle.db.migrations.draft $(NAME)
	@$(BIN)/ruff check --quiet --fix src/quadrangle/db/migrations && $(BIN)/ruff format --quiet src/quadrangle/db/migrations

docs: $(VENV)/.dev ## make the tables in docs/guides anew
	@$(BIN)/python -m tests.docs.generated

lock: $(BIN)/python ## requirements/*.txt anew from pyproject.toml (docs/decisions/0004)
	$(PIP) install uv
	$(BIN)/uv pip compile requirements/build.in $(LOCK) -o requirements/build.txt
	$(BIN)/uv pip compile pyproject.toml --extra postgres $(LOCK) -o requirements/server.txt
	$(BIN)/uv pip compile pyproject.toml --extra postgres --group dev $(LOCK) -o requirements/dev.txt

LOCK := --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-emit-find-links --quiet \
	--custom-compile-command "make lock"

vendor: $(BIN)/python ## the scripts of others that pages use, anew from npm (docs/decisions/0014); needs npm
	$(BIN)/python .ci/vendor.py

clean: ## remove .venv and caches; ./var stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

system:
	@.ci/system

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Quadrangle needs Python 3.11 or newer: install it, or say make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "$(PYTHON) cannot make a virtual environment (Debian: apt-get install python3-venv)"; exit 1; }

$(VENV)/.server: requirements/build.txt requirements/server.txt pyproject.toml | $(BIN)/python
	@echo "Installing what the server needs into $(VENV) …"
	@$(PIP) install --require-hashes -r requirements/build.txt -r requirements/server.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.server
	@echo "Installing what the tests need into $(VENV) …"
	@$(PIP) install --require-hashes --no-build-isolation -r requirements/dev.txt
	@touch $@
