# `make run` and `make test` are all that a newcomer needs. `make help` lists the rest.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

ROOT := $(CURDIR)
UV := $(or $(shell command -v uv 2>/dev/null),$(ROOT)/.uv/bin/uv)
PY := .venv/bin/python
RASA := bot/engine/.venv/bin/python
INTERLUDE := $(PY) -m bot.cli
export UV_LINK_MODE ?= copy
export UV_NO_PROGRESS ?= 1
# Compiled once here; a Python that may not write beside its packages would compile them at every start of every part.
export UV_COMPILE_BYTECODE ?= 1

.PHONY: help encoder run setup test check train shell assess nlu-report backup restore crisis-report bench-crisis faults journeys pictures lock clean-environments

help:  ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | sort | column -t -s "$$(printf '\t')"

run: .venv/.ready bot/engine/.venv/.ready  ## set everything up and start it, with fictional demo data
	@exec $(INTERLUDE) run

setup: .venv/.ready bot/engine/.venv/.ready  ## environments, .env, keys, stores, models; starts nothing
	@$(INTERLUDE) setup

test: dev bot/engine/.venv/.ready  ## set everything up and run every test
	@tools/chromium.sh
	@$(INTERLUDE) setup
	@$(MAKE) check
	@$(MAKE) rasa-test
	@$(PY) -m pytest $(ARGS) || { echo "test: what failed is tried once more, alone: browsers and processes share two cores here"; \
		$(PY) -m pytest --last-failed --last-failed-no-failures none $(ARGS); }

check: dev  ## formatting, types, import directions, what the docs claim
	@.venv/bin/ruff format --check -q .
	@.venv/bin/ruff check -q .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-cache | tail -n 6
	@$(PY) -m pytest -q tests/docs

.PHONY: rasa-test dev
rasa-test: bot/engine/.venv/.ready  ## Rasa's own checks: data validation and conversation tests
	@$(RASA) -m bot.engine.rasa data validate --fail-on-warnings
	@$(RASA) -m bot.engine.rasa test --stories tests/conversations --fail-on-prediction-errors --out build/rasa-test

train: .venv/.ready bot/engine/.venv/.ready  ## train the dialogue model and the crisis classifier
	@$(PY) -m bot.crisis.train
	@$(RASA) -m bot.engine.train

shell: setup  ## Rasa's shell, just as safe as the widget
	@$(INTERLUDE) shell

assess: .venv/.ready  ## JSON lines in, JSON lines out: crisis assessment of conversations
	@$(PY) -m bot.crisis.lines

backup: .venv/.ready  ## copy records and keys, each to its own folder, while the product runs
	@$(INTERLUDE) backup

restore: .venv/.ready  ## put a backup back (FILE=..., else the newest); the product must not be running
	@$(INTERLUDE) restore $(FILE)

nlu-report: dev bot/engine/.venv/.ready  ## how well commands are told from answers, and the intents by cross-validation
	@$(PY) -m tests.reflection.nlu_report

encoder: dev bot/engine/.venv/.ready  ## fine-tune the sentence encoder to the train corpora (about 20 minutes); writes models/encoder.*
	@$(PY) -m bot.crisis.fine_tuning build/fine-tuning.npz
	@$(RASA) tools/fine_tune.py build/fine-tuning.npz models/encoder.npz

crisis-report: dev  ## docs/crisis-report.md from the project's corpora
	@$(PY) -m bot.crisis.train --if-needed
	@$(PY) -m tests.crisis.report

bench-crisis: dev  ## speed of the assessment beside two references, in one run
	@$(PY) -m bot.crisis.train --if-needed
	@$(PY) -m tests.crisis.bench

N ?= 100
SEED ?= 1
faults: dev bot/engine/.venv/.ready  ## every row of the fault table that has a test, then N random faults (N=10000 is the long run)
	@tools/chromium.sh
	@$(INTERLUDE) setup
	@$(PY) -m tests.failures.run --number $(N) --seed $(SEED)

journeys: dev bot/engine/.venv/.ready  ## only the journeys through a real browser
	@tools/chromium.sh
	@$(INTERLUDE) setup
	@$(PY) -m pytest tests/journeys $(ARGS)

pictures: dev bot/engine/.venv/.ready  ## the pictures of README and docs, from the running product
	@tools/chromium.sh
	@$(INTERLUDE) setup
	@$(PY) -m tests.journeys.pictures

lock:  ## resolve the dependencies anew into hashed lock files that name no index
	@$(MAKE) uv
	@for out in "requirements.lock" "requirements-dev.lock -c requirements.lock --extra dev"; do \
		$(UV) pip compile -q --universal --generate-hashes --no-emit-index-url --no-header -p 3.13 pyproject.toml -o $$out; done
	@cd bot/engine && $(UV) pip compile -q --universal --generate-hashes --no-emit-index-url --no-header -p 3.10 pyproject.toml -o requirements.lock

# --- environments -----------------------------------------------------------------------------------------------------
# `.venv` holds what runs; `.venv/.dev` says that it holds the development tools too, so that run and test don't undo
# each other. requirements-dev.lock is a superset of requirements.lock with the same versions.
.venv/.ready: requirements.lock .python-version
	@$(MAKE) uv space
	@echo "setup: Python environment (about 20 s the first time)"
	@test -x $(PY) || $(UV) venv -q --seed --clear .venv || { echo "setup: no Python $$(cat .python-version) here and none could be fetched; install it and run make again" >&2; exit 1; }
	@if test -e .venv/.dev; then lock=requirements-dev.lock; else lock=requirements.lock; fi; \
		$(UV) pip sync -q --require-hashes --python .venv $$lock
	@printf '#!/bin/sh\nexec "%s/.venv/bin/python" -m bot.cli "$$@"\n' "$(ROOT)" > .venv/bin/interlude && chmod +x .venv/bin/interlude
	@touch $@

.venv/.dev: requirements-dev.lock .python-version
	@$(MAKE) uv space
	@echo "setup: Python environment with development tools (about 30 s the first time)"
	@test -x $(PY) || $(UV) venv -q --seed --clear .venv || { echo "setup: no Python $$(cat .python-version) here and none could be fetched; install it and run make again" >&2; exit 1; }
	@$(UV) pip sync -q --require-hashes --python .venv requirements-dev.lock
	@touch $@

dev: .venv/.dev .venv/.ready

bot/engine/.venv/.ready: bot/engine/requirements.lock bot/engine/.python-version
	@$(MAKE) uv space
	@echo "setup: the dialogue engine's environment (Python 3.10, Rasa, 2.5 GB; one to three minutes the first time)"
	@cd bot/engine && { test -x .venv/bin/python || $(UV) venv -q --clear .venv; } || { echo "setup: no Python $$(cat .python-version) here and none could be fetched; install it and run make again" >&2; exit 1; }
	@cd bot/engine && $(UV) pip sync -q --require-hashes --python .venv requirements.lock
	@touch $@

.PHONY: uv space
uv:
	@test -x "$(UV)" || { echo "setup: fetching uv into .uv"; \
		python3 -m venv .uv && .uv/bin/python -m pip install -q --disable-pip-version-check 'uv>=0.9'; } \
		|| { echo "setup: uv is missing and could not be fetched with python3 -m venv and pip; install uv and run make again" >&2; exit 1; }

space:
	@free=$$(df -Pk . | awk 'NR==2 {print int($$4/1024)}'); test "$$free" -ge 5000 \
		|| { echo "setup: $$free MB free here, 5,000 MB needed; make room and run make again" >&2; exit 1; }
