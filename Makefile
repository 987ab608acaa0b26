# `make` alone prints the verbs. Every verb sets itself up; nothing needs root.
PYTHON ?= $(shell for python in python3.10 python3.12 python3.11 python3 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null && echo $$python && break; done)
PIP_FLAGS = --disable-pip-version-check --no-input --retries 2
HASHED = --require-hashes -r
# Our own two distributions, from this folder; what they need is there already, and so is what builds them.
OURS = --no-deps --no-build-isolation --editable . --editable ./emulator

COMPILE = $(VENV)/bin/pip-compile -q --generate-hashes --no-emit-index-url --no-emit-find-links --no-strip-extras --allow-unsafe

VENV = .venv
RUN = $(VENV)/bin/python
# This checkout's own code, whatever is installed.
export PYTHONPATH = $(CURDIR):$(CURDIR)/functions/image-export:$(CURDIR)/cli:$(CURDIR)/emulator
COMMAND = $(RUN) -m image_export_cli
# What FC would mount at /opt: the layer, unpacked, without the distributions that do not ship.
OPT = build/opt

# $(call install,PIP,ARGUMENTS): all that is said of it goes to stderr, so that a verb's own answer has stdout to itself.
# On a terminal pip shows how far it is. Where it fails for want of a network, that is said, and not pip's own words.
NO_NETWORK = NewConnectionError|NameResolutionError|ConnectTimeout|ReadTimeout|ProxyError|ConnectionReset|Network is unreachable
define install
	mkdir -p build; quiet=--quiet; if [ -t 2 ]; then quiet=; fi; \
	if ! $(1) install $$quiet $(PIP_FLAGS) $(2) >&2 2>build/pip.log; then \
		if grep -qE '$(NO_NETWORK)' build/pip.log; then \
			echo "The package index cannot be reached, and the first run needs it: see that this machine has a network (PIP_INDEX_URL names another index, PIP_PROXY a proxy), and try again." >&2; \
		else cat build/pip.log >&2; fi; exit 1; fi; rm -f build/pip.log
endef

SEEDS = 1-1000

# Compiled once, wherever this runs: every pytest worker, emulator and cold start compiled it all anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL = help
.PHONY: help setup demo test simulate simulate-restores simulate-drills prove bench check schemas docs audit coverage emulator doctor policies replay layer package lock clean mutate

help: ## print the verbs
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(VENV)/.done $(OPT)/.done ## the environment: .venv for development, build/opt as FC mounts the layer

$(VENV)/.done: tests/requirements.txt pyproject.toml emulator/pyproject.toml
	@test -n "$(PYTHON)" && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "Python 3.10 or newer is needed: make PYTHON=/path/to/python3.10 $(MAKECMDGOALS)" >&2; exit 1; }
	@echo "First run: the environment goes to $(VENV), with $(PYTHON). It downloads about 120 MB and takes one to three minutes." >&2
	@$(PYTHON) -m venv $(VENV) >&2
	@$(call install,$(VENV)/bin/pip,$(HASHED) tests/requirements.txt)
	@$(call install,$(VENV)/bin/pip,$(OURS))
	@touch $@

$(OPT)/.done: layers/sdk/requirements.txt cli/image_export_cli/artifacts/omitting.py | $(VENV)/.done
	@echo "What functions see as /opt goes to $(OPT)." >&2
	@rm -rf $(OPT)
	@$(call install,$(VENV)/bin/pip,--target $(OPT)/python $(HASHED) layers/sdk/requirements.txt)
	@$(RUN) -m image_export_cli.artifacts.omitting $(OPT)/python
	@touch $@

demo: setup ## the main job end to end on the emulator (ARGS="--package ZIP --layer ZIP": from the built zips)
	@$(COMMAND) demo $(ARGS)

# $(call suite,PROCESSES,MARKERS): what fails beside other tests counts once it has failed alone, too: with the machine to itself.
define suite
	$(RUN) -m pytest -q -n $(1) --dist worksteal -m "$(2)" || { \
		[ $$? = 1 ] && echo "Some failed beside others (above). Once more, alone:" && \
		$(RUN) -m pytest -q --last-failed --last-failed-no-failures none -m "$(2)"; }
endef

test: setup ## the suite, without what takes long
	@$(call suite,2,not prove)

simulate: setup ## SEEDS=FIRST-LAST: so many lives of exports, with faults at every call; one seed prints its trace
	@$(RUN) -m tests.simulation $(SEEDS)

simulate-restores: setup ## SEEDS=FIRST-LAST: the same of restores
	@$(RUN) -m tests.restores_lived $(SEEDS)

simulate-drills: setup ## SEEDS=FIRST-LAST: the same of drills
	@$(RUN) -m tests.drills_lived $(SEEDS)

prove: setup ## what is too slow for make test: thousands of requests, hundreds of exports at a time
	@$(call suite,3,prove)  # of them some wait
	@cat build/clients/table/*.md

bench: setup ## what it costs: API calls, seconds and memory, side by side with the bars; ten to twenty minutes
	@$(RUN) -m tests.bench

mutate: setup ## change the emulator and the package one slip at a time, and name what no test notices (ARGS="package --sample 300")
	@$(RUN) -m tests.mutations $(ARGS)

coverage: setup ## branches of the functions' package that the suite takes, over fakes and the emulator's wire; 95 % or it fails
	@$(RUN) -m tests.branches

schemas: setup ## write the OpenAPI document and the schemas of policy.yaml and of manifests to schemas/
	@$(COMMAND) schemas

docs: setup ## write the tables of docs/ that are made from the code
	@$(RUN) -m tests.made_tables

check: setup build/audit/.done ## ruff (security rules too) and mypy, strict; the length of sentences; known vulnerabilities, as far as PyPI can be asked
	@$(VENV)/bin/ruff format --check --quiet .
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/mypy .
	@$(RUN) -m tests.words
	@$(RUN) -m tests.audit

audit: setup build/audit/.done ## known vulnerabilities of every pinned package; fails where PyPI cannot be asked
	@$(RUN) -m tests.audit --strict

build/audit/.done: tests/audit.txt | $(VENV)/.done
	@$(PYTHON) -m venv build/audit >&2
	@$(call install,build/audit/bin/pip,$(HASHED) tests/audit.txt)
	@touch $@

emulator: setup ## Alibaba Cloud on your machine, with the functions of s.yaml (ARGS="--speed 1", ARGS=--help)
	@$(RUN) -m alicloud_emulator $(ARGS)

doctor: setup ## look at a deployment with your own keys, name what is wrong (ARGS=--json, ARGS=--help)
	@$(COMMAND) doctor $(ARGS)

policies: setup ## the minimal RAM policy of each role (ARGS="ROLE --account ID")
	@$(COMMAND) policies $(ARGS)

replay: setup ## list, show or retry what failed or was rejected (ARGS=list, ARGS="show NAME", ARGS="retry NAME")
	@$(COMMAND) events $(or $(ARGS),list)

# The runtimes to build for; RUNTIMES=python3.10 builds for one.
RUNTIMES = python3.10 python3.12

layer: $(VENV)/.done ## dist/layer-python3.10.zip and dist/layer-python3.12.zip, for /opt
	@$(COMMAND) layer $(RUNTIMES:%=--runtime %)

package: $(VENV)/.done ## dist/image-export.zip, the functions
	@$(COMMAND) package $(RUNTIMES:%=--runtime %)

lock: setup ## compile the requirements again, with hashes; in a .venv of Python 3.10, so that its back-ports are in
	@$(RUN) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 10) and "make lock needs a .venv of Python 3.10")'
	@$(COMPILE) -o layers/sdk/requirements.txt layers/sdk/requirements.in
	@$(COMPILE) -o tests/requirements.txt tests/requirements.in
	@$(COMPILE) -o tests/bench/newer_sdks.txt tests/bench/newer_sdks.in
	@$(COMPILE) -o tests/audit.txt tests/audit.in

clean: ## remove what was made
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis
