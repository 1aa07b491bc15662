# A fresh machine needs Python 3.11 or newer and make, nothing else. `make demo` and `make test` are the two doors.

PYTHON ?= python3
SAM_PYTHON ?= $(PYTHON)
BIN := .venv/bin
SAM := .tools/sam/bin/sam
# Nothing here looks for a newer pip or tells a vendor about a build.
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export PIP_ROOT_USER_ACTION := ignore
export SAM_CLI_TELEMETRY := 0

.DEFAULT_GOAL := help
.PHONY: help demo up test quality mutation check format lint types imports locks template build lock docs clean
.DELETE_ON_ERROR:

help: ## say what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1	\2/p' $(firstword $(MAKEFILE_LIST))

demo: .venv/.local ## play a theft and a deletion, seen, told, undone: no AWS account, about a minute
	$(BIN)/nightlatch demo

up: .venv/.local ## keep the same stage open, to play on
	$(BIN)/nightlatch up

# One worker more than cores: those that drive a stage wait for its functions a third of their time.
test: .venv/.dev ## every test that this machine can run; what it lacks is skipped with the reason
	$(BIN)/pytest --numprocesses=$$(($$(getconf _NPROCESSORS_ONLN) + 1)) --maxprocesses=4 --dist=loadgroup

quality: .venv/.dev ## the large counts in full, of which `make test` takes samples, and docs/detection-quality.md
	NIGHTLATCH_FULL=1 $(BIN)/pytest -k duplicates tests/service/test_pipeline.py tests/e2e/test_promises.py
	NIGHTLATCH_FULL=1 $(BIN)/pytest --numprocesses=auto --maxprocesses=4 --show-capture=no tests/planted \
	  tests/adapters/channels/test_hostile_names.py \
	  tests/acts/test_duplicates.py tests/incidents/test_own_calls_come_back.py
	PYTHONPATH=tests $(BIN)/python -m simulation docs/detection-quality.md

# Only rules that have changed, or whose tests have, are measured again: seconds each, some six minutes for all.
mutation: .venv/.dev ## change each condition of the detections in turn, and see whether a test fails
	PYTHONPATH=tests $(BIN)/python -m mutation docs/detection-quality.md

check: format lint types imports locks template ## format, lint, types, import contracts, locks, template

format: .venv/.dev
	$(BIN)/ruff format --check .

lint: .venv/.dev
	$(BIN)/ruff check .

types: .venv/.dev
	$(BIN)/mypy layers/core functions requirements/lock.py tests/builders.py tests/fakes.py tests/worlds.py tests/simulation tests/mutation

imports: .venv/.dev
	$(BIN)/lint-imports

locks: .venv/.dev
	$(BIN)/python requirements/lock.py check

template: .venv/.dev .tools/.sam
	$(BIN)/cfn-lint template.yaml us-east-1.yaml
	$(SAM) validate --lint --template template.yaml --region eu-west-1

build: .tools/.sam ## build the functions and the layer into .aws-sam (needs python3.13 on PATH)
	PYTHON=$(CURDIR)/.tools/sam/bin/python $(SAM) build

lock: .venv/.dev ## pin the newest versions that pyproject.toml allows
	$(BIN)/python requirements/lock.py write

docs: .venv/.dev ## write the pages of docs/ that are made from the code
	$(BIN)/nightlatch docs docs

clean: ## remove what the other targets made
	rm -rf .venv .tools .aws-sam .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis dist

# --- environments: each is made once, and again when its pins change -------------------------------------------------
# A lock is complete, so pip resolves nothing (--no-deps): what is not pinned is not installed.

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "nightlatch needs Python 3.11 or newer; name one: make PYTHON=python3.13 ..." >&2; exit 1; }
	$(PYTHON) -m venv .venv

# The package goes in editable and last, from the checkout: its dependencies are already there, and so is its build backend.
.venv/.local: .venv/bin/python requirements/local.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement requirements/local.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# The lock for development holds the one for the stage, so this stamp is both.
.venv/.dev: .venv/bin/python requirements/dev.txt requirements/local.txt pyproject.toml
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement requirements/dev.txt
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch .venv/.local $@

# The SAM CLI pins other versions of our packages, so it lives apart.
.tools/.sam: requirements/sam.txt
	$(SAM_PYTHON) -m venv --clear .tools/sam
	.tools/sam/bin/python -m pip install --quiet --no-deps --require-hashes --requirement requirements/sam.txt
	@touch $@
