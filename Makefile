# The 1364 engine. `make` alone shows what there is.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup system demo run check test bench lint lock clean
.DELETE_ON_ERROR:

VENV := var/venv
BIN := $(VENV)/bin
PIP = $(BIN)/python -m pip install --disable-pip-version-check
# The first Python that is recent enough. PYTHON=… chooses another one.
PYTHON ?= $(shell for each in python3 python3.13 python3.12 python3.11; do \
  if "$$each" -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>/dev/null; then echo "$$each"; exit; fi; done)

# A stamp is named by the content it stands for: nothing is done again for a date, everything is for a change.
hash = $(shell cat $(1) 2>/dev/null | sha256sum | cut -c1-16)
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null)
PACKAGES := var/stamps/packages-$(VERSION)-$(call hash,requirements/all.txt setup.cfg Makefile)
STATE := $(or $(CRUC_HOME),var)
SETUP := var/stamps/setup-$(VERSION)-$(shell { echo $(STATE); find prompts ivr/prompts -type f ! -name '*.pyc' | sort | xargs cat; } \
  | sha256sum | cut -c1-16)

help:
	@echo 'make demo      a real call to the 1364, shown as it happens (ONCE=1: one call, then stop) / un vrai appel'
	@echo 'make run       the service, in the foreground / le service'
	@echo 'make setup     everything that is needed, in var/; quick when done / tout installer'
	@echo 'make check     lint, types, contracts, unit tests: under a minute, no Asterisk / vérifier'
	@echo 'make test      everything, with real calls: minutes / tout vérifier'
	@echo 'make bench     figures, into benchmarks/results.json / les mesures'
	@echo 'make lint lock clean   style alone; lock the packages again; forget var/ but its downloads'

# ------------------------------------------------------------------------------------------------------------- setting up
setup: $(PACKAGES)
	@for made in $(SETUP) $(STATE)/store.db $(STATE)/prompts/fr/manifest.json $(STATE)/asterisk/root/installation.json; do \
	  test -e $$made || { $(BIN)/cruc setup && rm -f var/stamps/setup-* && touch $(SETUP); exit; }; done

system: | var/stamps
	@test -n "$(PYTHON)" || { echo 'Python 3.11 or later is needed: apt-get install python3 python3-venv' >&2; exit 1; }
	@need=$$(awk '$$3 == "$(or $(FOR),setup)" {print $$1, $$2}' requirements/system.txt | while read -r program package; do \
	    command -v "$$program" >/dev/null || echo "$$package"; done); \
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || need="$$need python3-venv"; \
	need=$$(echo $$need); test -z "$$need" && exit 0; \
	if [ "$$(id -u)" != 0 ]; then echo "Missing on this machine. Run: sudo apt-get install $$need" >&2; exit 1; fi; \
	echo "Installing $$need…"; \
	{ apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends $$need; } \
	  >var/apt.log 2>&1 || { tail -5 var/apt.log >&2; echo "apt-get could not install $$need (var/apt.log)." >&2; exit 1; }

$(PACKAGES): | var/stamps system
	@$(BIN)/python -c 'import sys; sys.exit("%d.%d.%d" % sys.version_info[:3] != "$(VERSION)")' 2>/dev/null \
	  || { echo 'Python environment in $(VENV)…'; rm -rf $(VENV); $(PYTHON) -m venv $(VENV); }
	@echo 'Python packages (requirements/all.txt)…'
	@set -o pipefail; $(PIP) --require-hashes -r requirements/all.txt 2>var/pip.log \
	  | awk '/^(Collecting|Installing)/ {print "  " substr($$0, 1, 90); fflush()}' || { tail -5 var/pip.log >&2; exit 1; }
	@$(PIP) --quiet --no-deps --no-build-isolation --editable . 2>var/pip.log || { tail -5 var/pip.log >&2; exit 1; }
	@rm -f var/stamps/packages-* && touch $@

var/stamps:
	@mkdir -p $@

# ---------------------------------------------------------------------------------------------------------------- running
demo: setup
	@exec $(BIN)/cruc demo $(if $(filter-out 0,$(ONCE)),--once)

run: setup
	@exec $(BIN)/cruc run

# --------------------------------------------------------------------------------------------------------------- checking
lint: $(PACKAGES)
	@$(BIN)/ruff check .

check: $(PACKAGES) lint
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python -m pytest -q -n 2 -m 'not e2e and not speech and not slow and not postgres'

# A PostgreSQL server is started by the tests themselves; CRUC_TEST_POSTGRES=postgresql://… names another one.
test: setup check
	@test -n "$(CRUC_TEST_POSTGRES)" || $(MAKE) --no-print-directory system FOR=test
	@$(BIN)/python -m pytest -q -n 2 --dist loadfile -m 'e2e or speech or slow or postgres'

bench: setup
	@$(MAKE) --no-print-directory system FOR=bench
	@$(BIN)/python -m benchmarks

# ------------------------------------------------------------------------------------------------------------ maintaining
lock: $(PACKAGES)
	@cd requirements && ../$(BIN)/pip-compile --quiet --all-extras --allow-unsafe --generate-hashes --no-header \
	  --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --strip-extras $(LOCK_WITH) -o all.txt ../setup.cfg 2>../var/lock.log \
	  || { tail -5 ../var/lock.log >&2; exit 1; }

# What took long to download stays: var/asterisk. The store stays too: `rm -r var` is for those who mean it.
clean:
	@rm -rf $(VENV) var/stamps var/prompts var/demo var/asterisk-run .mypy_cache .ruff_cache .pytest_cache .hypothesis
