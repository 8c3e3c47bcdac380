# `make demo` and `make test` set everything up themselves; they need Python 3.11 or newer.
PYTHON ?= python3
BIN := .venv/bin
UV := 0.13.9
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
UVPIP := $(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python

IMAGE_LOCK := --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-header --no-annotate --constraint requirements.lock

BROKER := kafka or real_kafka or slow

.DEFAULT_GOAL := help
.PHONY: help demo test unit check fix bench schemas coverage reactions kafka lock clean

help: ## Show what can be made
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

demo: .venv/.ready ## Watch a change in one system become an effect in another
	@$(BIN)/tiebeam demo $(ARGS)

test: unit ## Run every test, against real Apache Kafka where Java and Maven are
	@$(BIN)/python -m pytest -m "$(BROKER)" $(ARGS)

unit: .venv/.ready ## Run the unit and contract tests, which need no broker
	@$(BIN)/python -m pytest -m "not ($(BROKER))" -n auto --dist worksteal $(ARGS)

check: .venv/.ready ## Lint, format, types, import rules, published schemas
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/tiebeam schemas check

fix: .venv/.ready ## Mend what the linter can mend, and format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: .venv/.ready ## Measure, beside other tools that it fetches, and write tests/benchmarks/RESULTS.md
	@$(BIN)/python -m tests.benchmarks

schemas: .venv/.ready ## Write the events' JSON Schemas, their examples and the AsyncAPI document
	@$(BIN)/tiebeam schemas export events/schemas
	@$(BIN)/python -m tests.events.examples
	@$(BIN)/tiebeam schemas asyncapi deploy/asyncapi/asyncapi.json

coverage: .venv/.ready ## Write adapters/COVERAGE.md anew
	@$(BIN)/python -m tests.adapters.contract.coverage_page

reactions: .venv/.ready ## Write deploy/REACTIONS.md anew
	@$(BIN)/python -m tests.workers.react.reactions.page

kafka: .venv/.ready ## Fetch and start real Apache Kafka on port 9092
	@$(BIN)/python deploy/kafka/cluster.py start

lock: .venv/.ready ## Choose the newest allowed versions anew
	@$(PIP) uv==$(UV)
	@$(BIN)/uv pip compile --quiet --universal --upgrade --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --all-extras --group dev pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile $(IMAGE_LOCK) pyproject.toml -o deploy/image/requirements.lock
	@echo hatchling | $(BIN)/uv pip compile $(IMAGE_LOCK) - -o deploy/image/build.lock

clean: ## Remove the environment and all caches
	rm -rf .venv .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/.ready: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Tiebeam needs Python 3.11 or newer: make PYTHON=python3.12 ...")'
	@echo "Setting up .venv (once) ..."
	@$(PYTHON) -m venv .venv
	@$(PIP) uv==$(UV) 2>/dev/null && $(UVPIP) --require-hashes -r requirements.lock \
		|| $(PIP) --require-hashes -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@
