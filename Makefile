# `make help` lists the targets that people type. The targets of CI and set-up follow below with a comment each; everything
# else is a command of .venv/bin/voice (`voice --help`) or .venv/bin/azure-rehearsal. Each target creates and updates .venv.
# Exit code: make returns 2 for any failure. The two programs return 1 for a refusal and 2 for wrong usage or settings.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-print-directory
# Keep compiled Python files: without them, test collection takes twice as long.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
# The stack of a command. ENV=prod selects all stacks of an environment, in order of deployment.
STACK ?= staging
ENV ?=
# CLUSTER=real runs a real Kubernetes behind the simulated clusters. Go builds it once.
CLUSTER ?=
# Further options of the command, for example: make rehearse ARGS="--fail-rate 0.1"
ARGS ?=
# The number of random faults that `make faults` tries, and the seconds after which it starts no further one.
SEEDS ?= 20
LIMIT ?= 3600
# Concurrent calls for `make capacity`; empty for the number in the stack file.
CALLS ?=
# Test processes: one per core. On a shared machine: make test WORKERS=2
WORKERS ?= auto
# A program that checks recordings against Azure's resource definitions. Empty: `make arm-check` skips the check.
ARM_CHECK ?=

# The simulator, a distribution of its own.
SIMULATOR := packages/azure-rehearsal

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
CHECKOV := .venv-checkov/.installed
AGENT := .venv-agent/.installed
RECORDINGS := .rehearsal/recordings
# Some shells export ENV as the path of their start-up file; the name of an environment has no slash.
WHICH := $(if $(ENV:/%=),--env $(ENV),--stack $(STACK))
ON := $(if $(CLUSTER),--cluster $(CLUSTER))
# The first line of a target that works on one stack.
ONE_STACK = @test -z "$(ENV:/%=)" || { echo "make $@ works on one stack, not on ENV=$(ENV). Use STACK=name."; exit 1; }
# The environments of the committed stack files. A stack that extends another has the environment of that one.
ENVIRONMENTS := $(sort $(shell sed -n "s/^ *voice:environment: *[\"']\{0,1\}\([A-Za-z0-9-]*\).*/\1/p" Pulumi.*.yaml 2>/dev/null))
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock"
# All tests of a file run in the same process, because they share what the file sets up.
PYTEST := $(BIN)/python -m pytest
PARALLEL := -n $(WORKERS) --dist loadfile --no-loadscope-reorder

## Try it without Azure

.PHONY: help
help: ## List these commands.
	@awk -F ':.*## ' '/^## /{printf "\n%s\n", substr($$0, 4)} /^[a-z][a-z-]*:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@printf '\nSTACK=name (default staging) or ENV=name selects what to deploy. ARGS="…" passes further options.\n'
	@printf 'More commands: $(BIN)/voice --help, $(BIN)/azure-rehearsal --help\n'

.PHONY: preview
preview: venv ## Show what a deployment to the simulated Azure would change.
	@$(BIN)/azure-rehearsal preview $(WHICH) $(ON) $(ARGS)

.PHONY: rehearse
rehearse: venv ## Deploy to a fresh simulated Azure, deploy again without changes, destroy.
	@$(BIN)/azure-rehearsal rehearse $(WHICH) $(ON) $(ARGS)

.PHONY: up
up: venv ## Deploy to the simulated Azure and keep it.
	@$(BIN)/azure-rehearsal up $(WHICH) $(ON) $(ARGS)

.PHONY: destroy
destroy: venv ## Remove what `make up` deployed.
	@$(BIN)/azure-rehearsal destroy $(WHICH) $(ON) $(ARGS)

.PHONY: drift
drift: venv ## Show resources of the simulated Azure that were changed outside of Pulumi.
	@$(BIN)/azure-rehearsal drift $(WHICH) $(ARGS)

.PHONY: faults
faults: venv ## Interrupt deployments at random (SEEDS=20), recover each one, check the result.
	$(ONE_STACK)
	@$(BIN)/azure-rehearsal faults --stack $(STACK) $(ON) --seeds $(SEEDS) --seconds $(LIMIT) $(ARGS)

## Run it

.PHONY: capacity
capacity: venv ## Size a stack for concurrent calls (CALLS=500).
	$(ONE_STACK)
	@$(BIN)/voice capacity --stack $(STACK) $(if $(CALLS),--calls $(CALLS)) $(ARGS)

.PHONY: status
status: venv ## Show the rollouts and calls of a deployed stack (ARGS="--kubeconfig FILE").
	$(ONE_STACK)
	@$(BIN)/voice status --stack $(STACK) $(ARGS)

## Change it

.PHONY: test
test: venv ## Run the tests that need no cloud, cluster or voice software (ARGS=tests/unit).
	@$(PYTEST) $(PARALLEL) $(ARGS)

.PHONY: lint
lint: venv ## Check style, likely bugs, types and spelling.
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/ty check
	@$(BIN)/typos

.PHONY: ci
ci: lint generated test test-exhaustive test-checkov test-voice test-cluster recordings arm-check some-faults ## Run every check that must pass before a merge.
	@echo "All checks passed."

# --- Targets of CI and set-up, which `make help` does not list ---

# Creates .venv, and updates it when a lock or a pyproject.toml has changed. Every target depends on it.
.PHONY: venv
venv: $(INSTALLED)

# Fails if a generated file is out of date. `voice generate` renews them.
.PHONY: generated
generated: venv
	@$(BIN)/voice generate --check

# Fixes what `make lint` finds, where that is safe.
.PHONY: format
format: venv
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

# The type check of `make lint` by itself.
.PHONY: types
types: venv
	@$(BIN)/ty check

# Tests that repeat a check for every setting, and other tests that take minutes.
.PHONY: test-exhaustive
test-exhaustive: venv
	@$(PYTEST) -n $(WORKERS) -m exhaustive $(ARGS)

# Tests with real Kamailio, LiveKit, LiveKit SIP and agents; FREESWITCH=prefix adds FreeSWITCH. They run one after the
# other, because they measure times and share the ports of one network namespace.
.PHONY: test-voice
test-voice: venv voice-programs $(AGENT)
	@$(BIN)/python -m tests.voice.programs
	@$(OWN_NETWORK) $(PYTEST) -m voice $(ARGS)

# Tests with a real Kubernetes on loopback. Go builds it once, which takes ten minutes.
.PHONY: test-cluster
test-cluster: venv
	@$(PYTEST) $(PARALLEL) -m cluster tests/cluster $(ARGS)

# Findings of checkov in the rendered charts.
.PHONY: test-checkov
test-checkov: venv $(CHECKOV)
	@$(PYTEST) -m checkov $(ARGS)

# Rehearses every environment of the committed stack files and records the deployed resources.
.PHONY: recordings
recordings: venv
	@rm -rf $(RECORDINGS)
	@mkdir -p $(RECORDINGS)
	@test -n "$(ENVIRONMENTS)" || \
		{ echo "No stack file (Pulumi.<stack>.yaml) has voice:environment. Expected: at least one. Add the setting."; exit 1; }
	@for environment in $(ENVIRONMENTS); do \
		echo "Rehearsing $$environment …"; \
		$(BIN)/azure-rehearsal rehearse --env "$$environment" --record "$(RECORDINGS)/$$environment.json" || exit; \
	done

# Checks the recordings with the program in ARM_CHECK.
.PHONY: arm-check
arm-check: venv
ifeq ($(strip $(ARM_CHECK)),)
	@echo "Skipped the check of the recordings against Azure's definitions: ARM_CHECK names no program."
else
	@$(BIN)/voice arm-check "$(ARM_CHECK)" $(RECORDINGS)/*.json
endif

# A chaos run of at most a minute.
.PHONY: some-faults
some-faults: venv
	@$(BIN)/azure-rehearsal faults --stack $(STACK) --seeds 8 --seconds 45

# Writes requirements*.txt from requirements*.in. ARGS=--upgrade also upgrades the indirect dependencies.
.PHONY: lock
lock: venv
	@$(COMPILE) requirements.in --output-file requirements.txt $(ARGS)
	@$(COMPILE) requirements-dev.in --output-file requirements-dev.txt $(ARGS)
	@$(COMPILE) requirements-checkov.in --output-file requirements-checkov.txt $(ARGS)
	@$(COMPILE) requirements-agent.in --output-file requirements-agent.txt $(ARGS)

# The programs that voice tests need, each with its Debian package. Go builds LiveKit and LiveKit SIP once.
VOICE_PROGRAMS := kamailio:kamailio sipp:sip-tester redis-server:redis-server redis-cli:redis-tools envsubst:gettext-base \
	jq:jq socat:socat flock:util-linux curl:curl openssl:openssl ip:iproute2 pkg-config:pkg-config gcc:gcc
# The libraries that LiveKit SIP needs at build time: Debian package and name for pkg-config.
VOICE_LIBRARIES := libopus-dev:opus libopusfile-dev:opusfile libsoxr-dev:soxr
# Voice tests create a network namespace. That needs root, which a user namespace provides.
OWN_NETWORK := $(if $(filter-out 0,$(shell id -u)),unshare --user --map-root-user)
KAMAILIO_TLS := $(firstword $(wildcard /usr/lib/*/kamailio/modules/tls.so /usr/lib64/kamailio/modules/tls.so))

# Fails with the names of the missing programs.
.PHONY: voice-programs
voice-programs:
	@missing=""; for pair in $(VOICE_PROGRAMS); do \
		command -v "$${pair%%:*}" >/dev/null || missing="$$missing $${pair##*:}"; done; \
	for pair in $(VOICE_LIBRARIES); do \
		pkg-config --exists "$${pair##*:}" 2>/dev/null || missing="$$missing $${pair%%:*}"; done; \
	test -n "$(KAMAILIO_TLS)" || missing="$$missing kamailio-tls-modules"; \
	test -z "$$missing" || { echo "Programs for voice tests are missing. On Debian: apt-get install --no-install-recommends$$missing"; exit 1; }; \
	command -v go >/dev/null || { echo "Go is missing; it builds LiveKit and LiveKit SIP. Install it: https://go.dev/doc/install"; exit 1; }

# Removes everything that these targets created: .venv, the simulated Azure, caches.
.PHONY: clean
clean:
	@rm -rf $(VENV) .venv-checkov .venv-agent .rehearsal .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# checkov pins many packages, so it has an environment of its own.
$(CHECKOV): $(BIN)/python requirements-checkov.txt
	@echo "Installing checkov into .venv-checkov …"
	@$(BIN)/python -m venv --clear .venv-checkov
	@$(BIN)/python -m pip --python .venv-checkov install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements-checkov.txt
	@touch $@

# livekit-agents pins many packages, so it has an environment of its own.
$(AGENT): $(INSTALLED) requirements-agent.txt
	@echo "Installing livekit-agents into .venv-agent …"
	@$(BIN)/python -m venv --clear --without-pip .venv-agent
	@$(BIN)/uv pip sync --quiet --compile-bytecode --python .venv-agent/bin/python --require-hashes requirements-agent.txt
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "$(PYTHON) is $$($(PYTHON) --version). Expected: Python 3.11 or newer. Try: make PYTHON=python3.11 …"; exit 1; }
	@echo "Creating $(VENV) …"
	@$(PYTHON) -m venv --clear $(VENV)

# pip installs uv from the lock; uv then installs the other packages, and only those that changed. The two distributions of
# this repository are installed in place, offline and without dependencies, because the lock has these.
$(INSTALLED): $(BIN)/python requirements.txt requirements-dev.txt pyproject.toml $(SIMULATOR)/pyproject.toml
	@echo "Installing the locked packages into $(VENV) …"
	@awk '/^uv==/{found=1} found{print} found && !/\\$$/{exit}' requirements-dev.txt > $(VENV)/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $(VENV)/uv.txt
	@$(BIN)/uv pip sync --compile-bytecode --python $(BIN)/python --require-hashes requirements-dev.txt
	@$(BIN)/uv pip install --quiet --offline --python $(BIN)/python --no-deps --editable . --editable $(SIMULATOR)
	@touch $@
