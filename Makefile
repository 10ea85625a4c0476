# Every target sets up what it needs; `make help` lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
BIN := .venv/bin
ARGS ?=

.PHONY: help setup setup-dev demo up test check bench prove format lock clean

help: ## What there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):[^#]*## (.*)/  make \1|\2/' | column -t -s '|'

setup: ## What running needs: system libraries, the virtual environment, the locked packages
	@tools/setup run

setup-dev: ## What tests need as well: Chromium, melt, OCR, linters
	@tools/setup dev

demo: setup ## The whole loop on sample customers (ARGS=--exit stops after the table)
	@$(BIN)/reelpress demo $(ARGS)

up: setup ## Everything on this machine, at http://127.0.0.1:8700/console
	@$(BIN)/reelpress up $(ARGS)

test: setup-dev ## The tests: real database, real HTTP, real media, real browser
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m 'not prove' $(ARGS)

check: setup-dev ## Style, types, layers, doors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports
	$(BIN)/python tools/lint_doors.py

bench: setup-dev ## Figures of this machine beside melt and ffmpeg (CLIP=footage, ARGS=--quick)
	@$(BIN)/python -m bench $(if $(CLIP),"$(CLIP)") $(ARGS)

prove: setup-dev ## Long trials: kills and soak
	@$(BIN)/python -m pytest -m prove tests/prove $(ARGS)

format: setup-dev ## Rewrite to the house style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

lock: ## Resolve the lock files anew from pyproject.toml
	@tools/lock

clean: ## Remove the virtual environment (never the data directory)
	rm -rf .venv
