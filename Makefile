# Chính Danh: everything that is done from a terminal. `make help` lists it.

PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
PIP := $(VENV)/bin/pip install --quiet --require-hashes --disable-pip-version-check --no-input
UV := $(VENV)/bin/uv pip compile pyproject.toml --quiet --universal --generate-hashes \
      --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
LOCK := $(UV) --constraint requirements/dev.txt

.DEFAULT_GOAL := help
.PHONY: help up down test soak fuzz check lint-api token demo bench bench-registry fmt openapi release-events lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' Makefile

up: $(VENV)/local ## Start the whole stack on this machine; Ctrl-C stops it
	@$(RUN) -m deploy.local up

down: $(VENV)/local ## Stop the stack that runs in another terminal
	@$(RUN) -m deploy.local down

demo: $(VENV)/local ## Walk through the story against the running stack
	@$(RUN) -m deploy.local.demo

token: $(VENV)/local ## Print a token: AGENCY=T82.X30169 ROLES=officer,viewer [SUB=somebody] [SYSTEM=1], or SUB=somebody alone
	@$(RUN) -m deploy.local.token --agency "$(AGENCY)" --roles "$(ROLES)" --sub "$(SUB)" $(if $(SYSTEM),--system)

test: $(VENV)/dev ## Run every test on servers of its own [ARGS="tests/unit -x"]
	@$(RUN) -m pytest -n auto --maxprocesses 4 $(ARGS)

soak: $(VENV)/dev ## Break things at random under load [MINUTES=20 SEED=…]
	@MINUTES=$(or $(MINUTES),20) SEED=$(SEED) $(RUN) -m pytest -o faulthandler_timeout=0 -s tests/faults/test_faults.py

fuzz: $(VENV)/dev ## Look long for requests that the API answers otherwise than it promises [EXAMPLES=200]
	@FUZZ_EXAMPLES=$(or $(EXAMPLES),200) $(RUN) -m pytest -n auto --maxprocesses 4 \
	    -o faulthandler_timeout=0 tests/contract/test_fuzz.py

check: $(VENV)/dev ## Lint, imports, types, and drift of the published contracts
	$(VENV)/bin/ruff check --quiet
	$(VENV)/bin/ruff format --check --quiet
	$(VENV)/bin/lint-imports --no-logo --no-cache
	$(VENV)/bin/mypy
	$(RUN) -m scripts.export_contracts --check

lint-api: ## Lint the OpenAPI documents with spectral, where Node is there to fetch and run it
	@if command -v npx >/dev/null; then \
	    npx --yes @stoplight/spectral-cli@6 lint --quiet --fail-severity warn services/*/openapi.json; \
	else echo "Skipped: npx is not there; make test has the lint that every machine can run." >&2; fi

bench: $(VENV)/dev ## Measure, beside a peer or a limit
	@$(RUN) -m bench

bench-registry: $(VENV)/dev ## Measure verification, its judgement, imports and exports at 100,000 accounts and more [DATA=folder]
	@$(RUN) -m bench.resemblance $(DATA)
	@$(RUN) -m bench.verify
	@$(RUN) -m bench.imports
	@$(RUN) -m bench.exports

fmt: $(VENV)/dev ## Format the code and mend what can be mended
	@$(VENV)/bin/ruff check --fix --quiet
	@$(VENV)/bin/ruff format --quiet

openapi: $(VENV)/dev ## Write services/*/openapi.json, shared/events/schemas/*.json, docs/safeguards.md
	@$(RUN) -m scripts.export_contracts

release-events: $(VENV)/dev ## Promise what shared/events/ says now: move the snapshots in released/ forward
	@$(RUN) -m scripts.export_contracts --release

lock: $(VENV)/dev ## Resolve pyproject.toml into requirements/*.txt; what is pinned stays if it can
	@$(UV) --group dev -o requirements/dev.txt
	@$(LOCK) --group registry --group reports --group notifications --group local -o requirements/local.txt
	@for group in registry reports notifications compile; do \
	    $(LOCK) --group $$group -o requirements/$$group.txt; \
	done

clean: ## Remove the virtual environment and caches; the stack's data in .local stay
	@rm -rf $(VENV) .*_cache .hypothesis
	@find . -name __pycache__ -prune -exec rm -rf {} +

# One environment, two stamps: running the stack needs a part of what developing it needs.
$(VENV)/local: requirements/local.txt | $(RUN)
	@echo "Installing what the stack needs…" >&2
	@$(PIP) -r $< >&2
	@touch $@

$(VENV)/dev: requirements/dev.txt | $(RUN)
	@echo "Installing what developing needs…" >&2
	@$(PIP) -r $< >&2
	@touch $@ $(VENV)/local

$(RUN):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and \
	    "Python 3.11 or newer is needed, this is %d.%d; try make PYTHON=python3.13" % sys.version_info[:2])'
	@$(PYTHON) -m venv --clear $(VENV) >&2 || (rm -rf $(VENV); exit 1)
