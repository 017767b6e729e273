# Every command of this project. Each one sets up what it needs, into .venv in this folder; `make help` lists them.
# Exit status: make gives 2 for whatever fails. `azure-rehearsal` itself tells 1 (refused) from 2 (wrong settings).

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory
# What is compiled is kept: to collect the tests takes twice as long without.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
# Which stack a command is about; ENV=prod takes all stacks of an environment in order of deployment.
STACK ?= staging
ENV ?=
# CLUSTER=real puts a real Kubernetes behind the simulated clusters; it is built once, with Go.
CLUSTER ?=
# Further options of a command, for example make rehearse ARGS="--fail-rate 0.1"
ARGS ?=
# How many random faults `make faults` tries, and after how many seconds it begins no further one.
SEEDS ?= 20
LIMIT ?= 3600
# How many calls at once `make capacity` reckons with; those that the stack file states by default.
CALLS ?=
# A program that checks recordings against Azure's own definitions; without it that check is left out.
ARM_CHECK ?=

# The simulator, a distribution of its own; `make venv` installs it into .venv as it lies here.
SIMULATOR := packages/azure-rehearsal

# Where `make diagram` draws to.
DIAGRAM ?= .rehearsal/architecture.svg

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
CHECKOV := .venv-checkov/.installed
AGENT := .venv-agent/.installed
RECORDINGS := .rehearsal/recordings
# Some shells export ENV as the path of their start-up file; an environment's name has no slash.
WHICH := $(if $(ENV:/%=),--env $(ENV),--stack $(STACK))
ON := $(if $(CLUSTER),--cluster $(CLUSTER))
# The environments of the committed stack files; a stack that extends another has that one's.
ENVIRONMENTS := $(sort $(shell sed -n "s/^ *voice:environment: *[\"']\{0,1\}\([A-Za-z0-9-]*\).*/\1/p" Pulumi.*.yaml 2>/dev/null))
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock"

## Try it

.PHONY: help
help: ## This list.
	@awk -F ':.*## ' '/^## /{printf "\n%s\n", substr($$0, 4)} /^[a-z][a-z-]*:.*## /{printf "  make %-19s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@printf '\nSTACK=name (default staging) or ENV=name choose what to deploy; ARGS="…" passes further options on.\n'

.PHONY: preview
preview: venv ## Show what a deployment would do, without Azure.
	@$(BIN)/azure-rehearsal preview $(WHICH) $(ON) $(ARGS)

.PHONY: rehearse
rehearse: venv ## Deploy, deploy again (nothing may change) and destroy, against a simulated Azure.
	@$(BIN)/azure-rehearsal rehearse $(WHICH) $(ON) $(ARGS)

.PHONY: up
up: venv ## Deploy to the simulated Azure and leave it there.
	@$(BIN)/azure-rehearsal up $(WHICH) $(ON) $(ARGS)

.PHONY: destroy
destroy: venv ## Remove from the simulated Azure what `make up` deployed.
	@$(BIN)/azure-rehearsal destroy $(WHICH) $(ON) $(ARGS)

.PHONY: serve
serve: venv ## Keep the real clusters of `make up CLUSTER=real` running, for kubectl and `make status`.
	@$(BIN)/azure-rehearsal serve $(ARGS)

.PHONY: drift
drift: venv ## Say what was changed in the simulated Azure behind Pulumi's back.
	@$(BIN)/azure-rehearsal drift $(WHICH) $(ARGS)

.PHONY: faults
faults: venv ## Kill and fail deployments at random (SEEDS=200), recover each one, check where it ends.
	@$(BIN)/azure-rehearsal faults --stack $(STACK) $(ON) --seeds $(SEEDS) --seconds $(LIMIT) $(ARGS)

.PHONY: diagram
diagram: venv ## Draw what a stack deploys, as SVG (DIAGRAM=file).
	@mkdir -p $(dir $(DIAGRAM)); state=$$(mktemp -d); trap 'rm -rf "$$state"' EXIT; \
		$(BIN)/azure-rehearsal up $(WHICH) --state "$$state" --diagram "$(DIAGRAM)" $(ARGS)

## Run it

.PHONY: capacity
capacity: venv ## Say what so many calls need (CALLS=500), and what to write into the stack file.
	@$(BIN)/python -m tools.capacity --stack $(STACK) $(if $(CALLS),--calls $(CALLS)) $(ARGS)

.PHONY: status
status: venv ## Show rollouts and calls of a deployed stack (ARGS="--kubeconfig FILE").
	@$(BIN)/python -m tools.status --stack $(STACK) $(ARGS)

.PHONY: dashboards
dashboards: venv ## Put the dashboards of calls into the environment's Grafana (ARGS="--files FOLDER" writes them).
	@$(BIN)/python -m tools.dashboards --stack $(STACK) $(ARGS)

## Change it

.PHONY: test
test: venv ## All tests that need no cloud, no cluster and no voice software (ARGS=tests, ARGS=packages: one product's).
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

.PHONY: test-exhaustive
test-exhaustive: venv ## Tests that ask the same of every setting, one by one.
	@$(BIN)/python -m pytest -n 2 -m exhaustive $(ARGS)

.PHONY: test-voice
test-voice: venv voice-programs $(AGENT) ## Tests with real Kamailio, LiveKit, LiveKit SIP and agents; FREESWITCH=prefix adds FreeSWITCH.
	@$(BIN)/python -m tests.voice.programs
	@$(OWN_NETWORK) $(BIN)/python -m pytest -m voice $(ARGS)

.PHONY: test-cluster
test-cluster: venv ## Tests with a real Kubernetes on loopback, which is built with Go once (ten minutes).
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m cluster tests/cluster $(ARGS)

.PHONY: test-checkov
test-checkov: venv $(CHECKOV) ## What checkov says of the charts.
	@$(BIN)/python -m pytest -m checkov $(ARGS)

.PHONY: lint
lint: venv ## Style and likely bugs (ruff), spelling (typos).
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/typos

.PHONY: format
format: venv ## Correct what `make lint` finds, where that can be done safely.
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

.PHONY: types
types: venv ## Type check (ty).
	@$(BIN)/ty check

.PHONY: schema
schema: venv ## Write settings.schema.json, by which editors complete and check stack files.
	@$(BIN)/python -m settings.loader.editor_schema

.PHONY: requirements
requirements: venv ## Write docs/requirements.md: what is required, and which tests prove it.
	@$(BIN)/python -m tools.requirements_report

.PHONY: chart-documents
chart-documents: venv ## Write values.schema.json and the table in README.md of every chart, from its own-values.yaml.
	@$(BIN)/python -m tools.chart_documents

.PHONY: definitions
definitions: venv ## Write what recorded Kubernetes knows of custom resources and charts, from Go modules (needs Go).
	@$(BIN)/python -m tools.definitions $(ARGS)

.PHONY: flows
flows: venv ## Write docs/flows.md: who may talk to whom in the cluster.
	@$(BIN)/python -m tools.flows_page

.PHONY: bench
bench: venv ## Measure how long things take and write docs/benchmarks.md (a quarter of an hour; leave the cores alone).
	@$(BIN)/python -m tools.bench $(ARGS)

.PHONY: capacity-page
capacity-page: venv ## Write docs/capacity.md: what the calls of production need.
	@$(BIN)/python -m tools.capacity_page

.PHONY: lock
lock: venv ## Write requirements*.txt from requirements*.in; ARGS=--upgrade renews what stands in no .in file.
	@$(COMPILE) requirements.in --output-file requirements.txt $(ARGS)
	@$(COMPILE) requirements-dev.in --output-file requirements-dev.txt $(ARGS)
	@$(COMPILE) requirements-checkov.in --output-file requirements-checkov.txt $(ARGS)
	@$(COMPILE) requirements-agent.in --output-file requirements-agent.txt $(ARGS)

.PHONY: ci
ci: lint types schema-check requirements-check chart-documents-check test test-exhaustive test-checkov test-voice test-cluster recordings arm-check some-faults ## All that must hold before a change is merged.
	@echo "All checks passed."

## Other

.PHONY: venv
venv: $(INSTALLED) ## Create .venv; done by every command, and only when the locks have changed.

.PHONY: recordings
recordings: venv ## Rehearse every environment of the committed stack files and record what was deployed.
	@rm -rf $(RECORDINGS)
	@mkdir -p $(RECORDINGS)
	@test -n "$(ENVIRONMENTS)" || { echo "No stack file (Pulumi.<stack>.yaml) names a voice:environment."; exit 1; }
	@for environment in $(ENVIRONMENTS); do \
		echo "Rehearsing $$environment …"; \
		$(BIN)/azure-rehearsal rehearse --env "$$environment" --record "$(RECORDINGS)/$$environment.json" || exit; \
	done

.PHONY: arm-check
arm-check: venv ## Check the recordings with the program that ARM_CHECK names.
ifeq ($(strip $(ARM_CHECK)),)
	@echo "Recordings are not checked against Azure's definitions: ARM_CHECK names no program for it."
else
	@$(BIN)/python -m tools.arm_check "$(ARM_CHECK)" $(RECORDINGS)/*.json
endif

# As many seeds as fit into a minute; the campaign stops by itself.
.PHONY: some-faults
some-faults: venv
	@$(BIN)/azure-rehearsal faults --stack $(STACK) --seeds 8 --seconds 45

.PHONY: schema-check
schema-check: venv ## Fail when settings.schema.json is out of date.
	@mkdir -p .rehearsal
	@$(BIN)/python -m settings.loader.editor_schema .rehearsal/settings.schema.json
	@cmp -s settings.schema.json .rehearsal/settings.schema.json || \
		{ echo "settings.schema.json is out of date: run make schema and commit it."; exit 1; }

.PHONY: requirements-check
requirements-check: venv ## Fail when docs/requirements.md is out of date.
	@$(BIN)/python -m tools.requirements_report --check

.PHONY: chart-documents-check
chart-documents-check: venv
	@$(BIN)/python -m tools.chart_documents --check

# Program and the Debian package that has it; LiveKit and LiveKit SIP are built with Go, once.
VOICE_PROGRAMS := kamailio:kamailio sipp:sip-tester redis-server:redis-server redis-cli:redis-tools envsubst:gettext-base \
	jq:jq socat:socat flock:util-linux curl:curl openssl:openssl ip:iproute2 pkg-config:pkg-config gcc:gcc
# LiveKit SIP is built with these: a package of Debian and what pkg-config calls it.
VOICE_LIBRARIES := libopus-dev:opus libopusfile-dev:opusfile libsoxr-dev:soxr
# Tests make a network of their own, which takes root; a user namespace gives that to everybody.
OWN_NETWORK := $(if $(filter-out 0,$(shell id -u)),unshare --user --map-root-user)
KAMAILIO_TLS := $(firstword $(wildcard /usr/lib/*/kamailio/modules/tls.so /usr/lib64/kamailio/modules/tls.so))

.PHONY: voice-programs
voice-programs:
	@missing=""; for pair in $(VOICE_PROGRAMS); do \
		command -v "$${pair%%:*}" >/dev/null || missing="$$missing $${pair##*:}"; done; \
	for pair in $(VOICE_LIBRARIES); do \
		pkg-config --exists "$${pair##*:}" 2>/dev/null || missing="$$missing $${pair%%:*}"; done; \
	test -n "$(KAMAILIO_TLS)" || missing="$$missing kamailio-tls-modules"; \
	test -z "$$missing" || { echo "Programs are missing. On Debian: apt-get install --no-install-recommends$$missing"; exit 1; }; \
	command -v go >/dev/null || { echo "Go is missing (https://go.dev/doc/install): LiveKit and LiveKit SIP are built with it, once."; exit 1; }

.PHONY: clean
clean: ## Remove all that these commands made: .venv, the simulated Azure, caches.
	@rm -rf $(VENV) .venv-checkov .venv-agent .rehearsal .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Apart from all else: it pins many packages to versions of its own.
$(CHECKOV): $(BIN)/python requirements-checkov.txt
	@echo "Installing checkov into .venv-checkov …"
	@$(BIN)/python -m venv --clear .venv-checkov
	@$(BIN)/python -m pip --python .venv-checkov install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-checkov.txt
	@touch $@

# Apart from all else too: an agent brings packages of its own.
$(AGENT): $(INSTALLED) requirements-agent.txt
	@echo "Installing livekit-agents into .venv-agent …"
	@$(BIN)/python -m venv --clear --without-pip .venv-agent
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python .venv-agent/bin/python --require-hashes requirements-agent.txt
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed; this is $$($(PYTHON) --version). Try make PYTHON=python3.11 …"; exit 1; }
	@echo "Creating $(VENV) …"
	@$(PYTHON) -m venv --clear $(VENV)

# uv comes first and from the same lock; it then installs all the rest, and only what has changed.
$(INSTALLED): $(BIN)/python requirements.txt requirements-dev.txt $(SIMULATOR)/pyproject.toml
	@echo "Installing the locked packages into $(VENV) …"
	@awk '/^uv==/{found=1} found{print} found && !/\\$$/{exit}' requirements-dev.txt > $(VENV)/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(VENV)/uv.txt
	@$(BIN)/uv pip sync --compile-bytecode --python $(BIN)/python --require-hashes requirements-dev.txt
	@$(BIN)/uv pip install --quiet --offline --python $(BIN)/python --no-deps --editable $(SIMULATOR)
	@touch $@
