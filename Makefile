# eCabinet: the commands. `make run` starts it, `make test` proves it, `make clean` undoes both.

# Everything speaks UTF-8, also where no locale is set.
export PYTHONUTF8 := 1
export LANG ?= C.UTF-8
export DATA_DIR ?= var

# The first Python of 3.11 or newer; `make run PYTHON=/path/to/python3` names another.
ifndef PYTHON
PYTHON := $(shell for name in python3 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo "$$name" && break; done)
endif
VENV := .venv/bin/

.PHONY: help run test stack-test lint types contracts format env clean setup setup-test python

help:
	@echo "make run         set up, migrate, fill in the demo and serve on port 8080 (PORT=…, HOST=…, DATA_DIR=…)"
	@echo "make test        everything: lint, types, import contracts, all tests"
	@echo "make stack-test  PostgreSQL, S3, Redis, two application processes and a worker together"
	@echo "make format      put the code in shape"
	@echo "make env         write .env with fresh secrets for docker compose"
	@echo "make clean       remove all that the above made, the demo's data in var/ too"

python:
	@test -n "$(PYTHON)" || { echo "setup: Python 3.11 or newer is needed: install python3, or name one with PYTHON=…" >&2; exit 1; }

setup: python
	@"$(PYTHON)" tools/setup.py run

setup-test: python
	@"$(PYTHON)" tools/setup.py test

# Reachable from the tablets in the room, unless HOST says otherwise.
run: export HOST ?= 0.0.0.0
run: setup
	@exec $(VENV)python -m tools.start

# Files are kept whole: the servers that a file's tests share are started once. Their order is that of tests/conftest.py.
test: setup-test lint types contracts
	@$(VENV)python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

stack-test: setup-test
	@$(VENV)python -m pytest tests/stack

lint: setup-test
	@$(VENV)ruff check .
	@$(VENV)ruff format --check .

types: setup-test
	@$(VENV)mypy

contracts: setup-test
	@$(VENV)lint-imports --no-logo

format: setup-test
	@$(VENV)ruff check --fix .
	@$(VENV)ruff format .

env: python
	@"$(PYTHON)" tools/make_env.py

clean:
	rm -rf .venv node_modules static/vendor static/vendor.new var .make
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache *.egg-info build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	find ecabinet -name '*.mo' -type f -delete
