.DEFAULT_GOAL := help
.PHONY: help setup run test check bench chaos contract clean

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.caserita-installed
DEV_STAMP := $(VENV)/.caserita-dev-installed
# A package index's own notices and upgrades are not what a stranger wants to read.
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

help:  ## Show what each command does
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: $(STAMP)  ## Make .venv with .venv/bin/caserita in it

run: $(STAMP)  ## Start the service with a demo store on http://localhost:8000
	@$(BIN)/caserita serve --demo

test: $(DEV_STAMP)  ## Lint, types, import rules, tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

bench: $(DEV_STAMP)  ## Print the table of speeds, each against its floor [ONLY=channels]
	$(BIN)/python -m tests.benchmarks $(ONLY)

chaos: $(DEV_STAMP)  ## 1,000 messages while everything dies; the controls, which must fail: make chaos WITHOUT=reconciliation, WITHOUT=rescue-by-age [SEED=…] [MESSAGES=…]
	$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED)) $(if $(MESSAGES),--messages $(MESSAGES)) $(if $(WITHOUT),--without $(WITHOUT))

contract: $(DEV_STAMP)  ## Hold a real Odoo or n8n to what we count on: make contract ODOO_URL=… ODOO_DB=… ODOO_KEY=… [ODOO_LOGIN=…] N8N_URL=… N8N_KEY=…
	@ODOO_URL="$(ODOO_URL)" ODOO_DB="$(ODOO_DB)" ODOO_KEY="$(ODOO_KEY)" ODOO_LOGIN="$(ODOO_LOGIN)" \
		N8N_URL="$(N8N_URL)" N8N_KEY="$(N8N_KEY)" $(BIN)/pytest tests/contract

clean:  ## Remove .venv (keeps ./var, the data)
	rm -rf $(VENV)

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "Caserita needs Python 3.11 or newer: install python3 and python3-venv."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Caserita needs Python 3.11 or newer; $(PYTHON) is older. Name another with: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "python3-venv is missing: apt install python3-venv"; rm -rf $(VENV); exit 1; }

$(STAMP): pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing Caserita into $(VENV) (the first time takes a minute or two)…"
	@$(PIP) install -c constraints.txt -e .
	@touch $@

# In one go: what is installed twice is resolved and built twice.
$(DEV_STAMP): pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing Caserita and the development tools into $(VENV)…"
	@$(PIP) install -c constraints.txt -e '.[dev,semantic]'
	@touch $(STAMP) $@
