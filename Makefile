# make            the list below
# Every target does the same on a laptop and in CI.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DATA ?= $(HITSCOPE_DATA)
DEMO := data/demo
DEMO_EVENTS := 2000
PROTONS := $(DEMO)/protons
PROTON_EVENTS := 5800

# pip would compile all it installs, the libraries' own tests too, with one processor: a minute more.
# What cannot be compiled here is compiled when it is imported.
install = $(BIN)/python -m pip install --disable-pip-version-check -q --no-compile -r $(1) \
	&& { $(BIN)/python -m compileall -q -j 0 -x '/tests?/' $(VENV)/lib > /dev/null 2>&1 || true; }

.DEFAULT_GOAL := help
.PHONY: help run test lint fmt bench demo-data screenshots clean

help: ## this list
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: $(VENV)/runtime.stamp $(if $(DATA),,$(DEMO)/train_meta.parquet) ## serve on http://127.0.0.1:8050 (DATA=folder: your own data)
	@$(if $(DATA),true,test -d $(PROTONS) || nice $(MAKE) -s $(PROTONS)/hits.parquet &)
	@HITSCOPE_DATA="$(if $(DATA),$(DATA),$(DEMO))" $(BIN)/python -m app

test: $(VENV)/dev.stamp ## all tests; browser tests are skipped, with the reason, where there is no Chromium
	@$(BIN)/python -m pytest -n auto --maxprocesses 8 --dist loadfile

lint: $(VENV)/dev.stamp ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fmt: $(VENV)/dev.stamp ## put the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/dev.stamp ## measure speed and memory; figures as ratios within one run
	@$(BIN)/python -m tests.bench

demo-data: $(DEMO)/train_meta.parquet $(PROTONS)/hits.parquet ## the small simulated data sets that `make run` shows

screenshots: $(VENV)/dev.stamp $(DEMO)/train_meta.parquet $(PROTONS)/hits.parquet ## take the pictures in docs/pictures
	@$(BIN)/python -m tests.browser.screenshots docs/pictures --data "$(if $(DATA),$(DATA),$(DEMO))"
	@$(BIN)/python -m tests.browser.screenshots_afp docs/pictures/afp --data $(PROTONS)

clean: ## remove the environment and the demo data
	rm -rf $(VENV) data build reco_core/__pycache__/compiled-*

$(DEMO)/train_meta.parquet: | $(VENV)/runtime.stamp
	@echo "Making $(DEMO_EVENTS) simulated events in $(DEMO)"
	@$(BIN)/python -m reco_core simulate --out $(DEMO) --events $(DEMO_EVENTS) --mix showcase --seed 1 --force

# The mix with all classes of events. `make run` does not wait for it: it is shown once it is there.
$(PROTONS)/hits.parquet: | $(VENV)/runtime.stamp $(DEMO)/train_meta.parquet
	@$(BIN)/python -m reco_core afp-simulate --out $(DEMO)/.protons --events $(PROTON_EVENTS) --mix test --seed 1 --force > $(DEMO)/.protons.log 2>&1 || { cat $(DEMO)/.protons.log; exit 1; }
	@rm -rf $(PROTONS) $(DEMO)/.protons.log && mv $(DEMO)/.protons $(PROTONS)

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Hitscope needs Python 3.11 or newer; $(PYTHON) is " + sys.version.split()[0] + ". Say which to use: make run PYTHON=python3.12")'
	@echo "Creating the environment in $(VENV)"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/runtime.stamp: requirements.txt | $(VENV)/bin/python
	@echo "Installing what requirements.txt names"
	@$(call install,requirements.txt)
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt requirements.txt | $(VENV)/bin/python
	@echo "Installing what requirements-dev.txt names"
	@$(call install,requirements-dev.txt)
	@touch $@ $(VENV)/runtime.stamp
