# Two commands: `make run` starts a store's whole system, `make test` checks all of it.
# They install what they need into .venv/ and leave the rest of the machine alone.

PYTHON ?= python3
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
export UV_PYTHON_DOWNLOADS := never
# Once here, instead of at every start where Python may not write beside its modules.
export UV_COMPILE_BYTECODE := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help install run check test test-python test-large test-faults format messages pictures bench lighthouse lock

help:
	@echo "make run         start Carillon at http://127.0.0.1:8000 (Ctrl-C stops it); options: ARGS=\"--port 8001\""
	@echo "make check       check format, style, types, imports, migrations and settings: seconds"
	@echo "make test T=PATH run the tests of a file or folder on SQLite: T=tests/booking/places"
	@echo "make test        run every check and test, on both databases and in a browser: minutes"
	@echo "make test-python run the tests without a browser on another Python: PYTHON=python3.13 WITH=\"django~=6.1.0\""
	@echo "make test-large  run Carillon on several hosts, behind PgBouncer, with a replica, and through a failover"
	@echo "make test-faults let everything go wrong, by seeds: ARGS=\"--seed 11 --seeds 10 --database postgresql\""
	@echo "make install     install what a server needs, without starting it"
	@echo "make format      format the code"
	@echo "make messages    bring the translations in line with the texts"
	@echo "make pictures    take the pictures of docs/ anew"
	@echo "make bench       measure Carillon against the limit of Django and PostgreSQL here: ARGS=\"--bookings 1000000\""
	@echo "make lighthouse  measure the main pages with Lighthouse"
	@echo "make lock        pin the dependencies of pyproject.toml anew"

install: .venv/app.stamp

run: .venv/app.stamp
	@exec $(MANAGE) up $(ARGS)

check: .venv/dev.stamp
	@exec $(BIN)/python -m tests.checks

# Bytecode is written, or each start prepares the assertions of all tests anew.
test: .venv/dev.stamp
	@unset PYTHONDONTWRITEBYTECODE; exec $(BIN)/python $(if $(T),-m pytest -q $(T),-m tests.everything)

test-python: .venv/dev.stamp
	@exec $(BIN)/python -m tests.other_python $(PYTHON) $(WITH)

test-large: .venv/dev.stamp
	@unset PYTHONDONTWRITEBYTECODE; exec $(BIN)/python -m tests.large.everything

test-faults: .venv/dev.stamp
	@unset PYTHONDONTWRITEBYTECODE; exec $(BIN)/python -m tests.faults.everything $(ARGS)

format: .venv/dev.stamp
	$(BIN)/ruff format .
	$(BIN)/djangofmt --quiet templates
	$(BIN)/ruff check --fix-only .

messages: .venv/dev.stamp
	$(MANAGE) update_translations
	$(MANAGE) compile_translations

pictures: .venv/dev.stamp
	$(BIN)/python -m tests.browser.pictures

bench: .venv/dev.stamp
	@exec $(BIN)/python -m bench.against_limit $(ARGS)

lighthouse: .venv/dev.stamp bench/node_modules/.package-lock.json
	$(BIN)/python bench/lighthouse.py

bench/node_modules/.package-lock.json: bench/package-lock.json | .venv/dev.stamp
	$(BIN)/npm ci --prefix bench --ignore-scripts
	@touch $@

$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "carillon: Python 3.11 or newer is needed; name it with make PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -m venv .venv >/dev/null 2>&1 \
		|| { test "$$(id -u)" = 0 && apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null && $(PYTHON) -m venv .venv; } \
		|| { rm -rf .venv; echo "carillon: python3-venv is missing; install it with: apt-get install python3-venv" >&2; exit 1; }
	@echo "Installing what Carillon needs into .venv/ ..."
	@$(BIN)/python -m pip install --quiet --no-input uv

.venv/app.stamp: requirements/app.lock | $(BIN)/uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/app.lock
	@touch $@

.venv/dev.stamp: requirements/dev.lock .venv/app.stamp
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.lock
	@touch $@

# Calendar programs that are tried with our files: what they need would replace some of the packages above.
.venv/calendars.stamp: requirements/calendars.lock | $(BIN)/uv
	@$(BIN)/python -m venv --without-pip .venv/calendars
	@$(BIN)/uv pip install --quiet --python .venv/calendars/bin/python --require-hashes --only-binary :all: \
		-r requirements/calendars.lock
	@touch $@

# After a change of pyproject.toml's dependencies.
lock: | $(BIN)/uv
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 pyproject.toml -o requirements/app.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --group dev pyproject.toml -o requirements/dev.lock
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --only-binary :all: --python-version 3.11 \
		--group calendars -o requirements/calendars.lock
