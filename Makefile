# What each target does is the line above it; `make` alone prints them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: bench-peers gateway help run test test-postgres quick chaos install check fix bench open-bandit contracts docs pictures icons lighthouse requirements new-connector new-agent new-channel
BIN := .venv/bin
ARGS ?=
BARS ?=
SEED ?=
BRIEF ?=
BREAK ?=
AS_OF ?= $(shell date -d '14 days ago' +%F)
UPGRADE ?=
export PYTHON

# help: these lines
help:
	@grep -E '^# [a-z-]+: ' $(MAKEFILE_LIST) | sed -E 's/^# ([a-z-]+): /  make \1\t/' | expand -t 22

# run: make the environment, install, migrate, start (ARGS="--port 8000" passes options to `oo up`)
run:
	@.ci/environment core
	@exec $(BIN)/oo up $(ARGS)

# test: the quick tests and, where there is a Chromium, the browser tests (ARGS goes to pytest)
test:
	@.ci/environment dev
	@.ci/chromium
	@$(BIN)/pytest -q -rfEs -n auto --dist loadfile --no-loadscope-reorder -m "not services and not chaos and not slow" $(ARGS)

# test-postgres: the tests on Postgres: OO_TEST_DATABASE_URL's server, or one that is started for them
test-postgres:
	@.ci/environment dev
	@$(BIN)/pytest -q -rfE -n auto --dist loadfile --postgres -m "not browser and not chaos and not slow" $(ARGS)

# quick: the quick tests alone
quick:
	@.ci/environment dev
	@$(BIN)/pytest -q -n auto --dist loadfile --no-loadscope-reorder $(ARGS)

# chaos: kill real processes from a seed, one line a bar (BARS=1,2 takes some, BRIEF=1 the short forms, BREAK=1 the controls)
chaos:
	@.ci/environment dev
	@$(BIN)/python -m tests.chaos --bars "$(BARS)" $(if $(SEED),--seed $(SEED)) $(if $(BRIEF),--brief) $(if $(BREAK),--break)

# install: make the environment alone
install:
	@.ci/environment dev

# check: format, lint, types, import contracts, dependencies, event types, generated files
check:
	@.ci/environment dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/deptry .
	@.ci/buf
	$(BIN)/python contracts/generate.py --check
	$(BIN)/python docs/make_reference.py --check

# fix: format, and mend what the linter can mend
fix:
	@.ci/environment dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# bench: measure, print, and keep the figures in benchmarks/RESULTS.md
bench:
	@.ci/environment dev
	$(BIN)/python -m benchmarks $(ARGS)

# open-bandit: fetch the Open Bandit sample through pip into a cache, for `pytest -m slow src/oo/engine/ope`
open-bandit:
	@.ci/environment dev
	$(BIN)/python -m oo.testing.open_bandit

# bench-peers: oO-sim-1 beside mabwiser and Vowpal Wabbit, in an environment of their own; kept in benchmarks/sim1/PEERS.md
bench-peers:
	@.ci/environment dev
	@[ -x .venv-peers/bin/python ] || $(BIN)/uv venv --quiet .venv-peers
	@VIRTUAL_ENV=.venv-peers $(BIN)/uv pip sync --quiet --require-hashes requirements/peers.txt
	OMP_NUM_THREADS=1 $(BIN)/python -m benchmarks.sim1 .venv-peers/bin/python

# gateway: start the gateway to language models that infra/litellm configures, in an environment of its own (ARGS goes to it)
gateway:
	@exec infra/litellm/run $(ARGS)

# contracts: write what is generated from the event types, the routes and the manifests
contracts:
	@.ci/environment dev
	$(BIN)/python contracts/generate.py

# docs: write docs/reference from the code
docs:
	@.ci/environment dev
	$(BIN)/python docs/make_reference.py

# pictures: photograph every state into docs/pictures (ARGS="later why" takes these alone)
pictures:
	@.ci/environment dev
	@.ci/chromium
	$(BIN)/python docs/pictures/take.py $(ARGS)

# icons: draw the app's icons from their SVG
icons:
	@.ci/environment dev
	@.ci/chromium
	$(BIN)/python docs/pictures/icons.py

# lighthouse: audit the pages of a running oO, and keep the report in benchmarks/lighthouse (needs Node 18 or newer)
lighthouse:
	@.ci/environment dev
	@.ci/chromium
	$(BIN)/python -m benchmarks.lighthouse

# requirements: pin requirements/*.in anew, two weeks behind today (AS_OF=2026-11-07)
requirements:
	@.ci/environment dev
	@cd requirements && for kind in core sim batch dev fuzz peers gateway node uv; do \
		constraint=$$([ $$kind = uv ] && echo "-c dev.txt"; [[ $$kind =~ ^(sim|batch)$$ ]] && echo "-c core.txt"); \
		../$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate $(UPGRADE) \
			--custom-compile-command "make requirements" --exclude-newer $(AS_OF) $$constraint $$kind.in -o $$kind.txt; \
	done

# new-connector: lay out a connector with its tests (NAME=todoist; KIND=account for one with OAuth)
new-connector:
	@.ci/environment dev
	$(BIN)/python -m oo.testing.scaffold "$(or $(KIND),connector)" "$(NAME)"

# new-agent: lay out an agent with its tests (NAME=good_night)
new-agent:
	@.ci/environment dev
	$(BIN)/python -m oo.testing.scaffold agent "$(NAME)"

# new-channel: lay out a channel with its stand-in and its tests (NAME=matrix)
new-channel:
	@.ci/environment dev
	$(BIN)/python -m oo.testing.scaffold channel "$(NAME)"
