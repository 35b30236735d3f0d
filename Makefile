# Everything here needs Python 3.11 or later and make; each target installs what else it needs.

PYTHON ?=
CORPUS ?= $(or $(SCANNER_CORPUS),../shared/corpus)
BIN := .venv/bin
READY := .venv/.ready
CHECKS := lint format types layers dependencies spelling docs rules phones wheel
LOCK := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --annotation-style line

export PYTHON
# Thousands of processes start here: none shall compile what another one did.
unexport PYTHONDONTWRITEBYTECODE
export PIP_DISABLE_PIP_VERSION_CHECK = 1
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
.PHONY: help demo test test-tools check $(CHECKS:%=check-%) corpus bench docs lock clean

help:  ## say what there is
	@sed -n 's/^\([a-z]*\):.*  ## /\1|/p' Makefile | while IFS='|' read -r name text; do \
		printf 'make %-8s %s\n' "$$name" "$$text"; done

demo: $(READY)  ## scan six recorded phones over their real protocols, write their reports
	$(BIN)/scanner demo

test: $(READY) test-tools  ## run the tests
	$(BIN)/python -m pytest -n 3

check: $(CHECKS:%=check-%)  ## hold everything that continuous integration holds
	@echo "== check: all held"

corpus: $(READY) test-tools  ## run the tests that read the corpus of real recordings
	@test -d "$(CORPUS)" || { echo "corpus: no folder $(CORPUS); set SCANNER_CORPUS" >&2; exit 1; }
	SCANNER_CORPUS="$(abspath $(CORPUS))" $(BIN)/python tools/base_rates.py
	SCANNER_CORPUS="$(abspath $(CORPUS))" $(BIN)/python -m pytest -n 3 -m corpus

bench: $(READY) test-tools  ## measure speed and memory, each beside what it is compared with
	@tools/peers.sh
	$(BIN)/python bench/run.py
	$(BIN)/python bench/rules.py
	$(BIN)/python bench/indicators.py
	SCANNER_CORPUS="$(abspath $(CORPUS))" $(BIN)/python bench/yara.py
	SCANNER_CORPUS="$(abspath $(CORPUS))" $(BIN)/python bench/apps.py
	$(BIN)/python bench/live_apps.py
	$(BIN)/python bench/fleet.py
	$(BIN)/python -m bench.watch
	$(BIN)/python bench/recordings.py
	$(BIN)/python bench/iphones.py
	$(BIN)/python bench/backups.py
	$(BIN)/python -m bench.sysdiagnose
	SCANNER_CORPUS="$(abspath $(CORPUS))" $(BIN)/python bench/iphone_recordings.py
	SCANNER_CORPUS="$(abspath $(CORPUS))" $(BIN)/python bench/beside_mvt.py

docs: $(READY)  ## write the generated pages again
	$(BIN)/python tools/docs.py

lock: $(READY)  ## resolve the development dependencies again
	$(BIN)/$(LOCK) --upgrade -o requirements/dev.txt pyproject.toml requirements/dev.in

clean:  ## remove what the other targets made
	rm -rf .venv .venv-apkid .venv-backup .venv-mvt .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# The environment: made again whenever the lock or the project's own table changes.
$(READY): requirements/dev.txt pyproject.toml tools/environment.sh
	@tools/environment.sh

# What makes the simulated phone more lifelike; without it the host's own shell stands in.
test-tools:
	@tools/test_tools.sh

# The checks. Each can be run alone: make check-types
check-lint: $(READY)
	@echo "== check: lint"
	@$(BIN)/ruff check .

check-format: $(READY)
	@echo "== check: format"
	@$(BIN)/ruff format --check .

check-types: $(READY)
	@echo "== check: types"
	@$(BIN)/mypy

check-layers: $(READY)
	@echo "== check: layers"
	@$(BIN)/lint-imports

check-dependencies: $(READY)
	@echo "== check: dependencies"
	@$(BIN)/deptry scanner

check-spelling: $(READY)
	@echo "== check: spelling"
	@$(BIN)/codespell

check-docs: $(READY)
	@echo "== check: docs"
	@$(BIN)/python tools/docs.py --check

check-rules: $(READY)
	@echo "== check: rules"
	@$(BIN)/scanner rules check rules/

check-phones: $(READY)
	@echo "== check: phones"
	@$(BIN)/python fixtures/make_phones.py --check
	@$(BIN)/python fixtures/make_profiles.py --check
	@$(BIN)/python fixtures/make_feeds.py --check
	@$(BIN)/python fixtures/make_apps.py --check

check-wheel: $(READY)
	@echo "== check: wheel"
	@tools/wheel_demo.sh
