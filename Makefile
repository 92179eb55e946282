# The commands one must know. `make help` lists them.
PYTHON = .venv/bin/python
GUICHET = $(PYTHON) -m bot
# `make test WORKERS=0` runs one test after another.
WORKERS = logical
WORKERS_AT_MOST = 4
# These start every process, kill it and wait for it: they get the machine for themselves.
ALONE = journey
.DEFAULT_GOAL = help
.PHONY: help install setup run test check train bench clean

help:  ## What there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | awk -F'\t' '{printf "make %-8s %s\n", $$1, $$2}'

install:
	@python3 scripts/bootstrap.py

setup: install  ## All that running needs: packages, web pages, database, articles, model
	@$(GUICHET) setup

run:  ## Set up what is missing, then run everything on http://127.0.0.1:8080 (HOST, PORT) until Ctrl-C
	@python3 scripts/bootstrap.py --port
	@exec $(GUICHET) serve

test: ## Install what testing needs, check, and run every test
	@python3 scripts/bootstrap.py --tests
	@$(MAKE) --no-print-directory check
	@$(GUICHET) setup
	@python3 scripts/bootstrap.py --npm test
	@status=0; \
	$(PYTHON) -m pytest -n $(WORKERS) --maxprocesses $(WORKERS_AT_MOST) --dist loadfile --no-loadscope-reorder \
		-m "not $(ALONE)" || status=$$?; \
	$(PYTHON) -m pytest -m "$(ALONE)" || status=$$?; \
	exit $$status

check: ## Style, types, layers, docs
	@python3 scripts/bootstrap.py --tests
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy
	python3 scripts/bootstrap.py --npm run --silent check
	$(PYTHON) -m pytest -q tests/test_imports.py tests/test_docs.py

train: install  ## Train the Rasa model if its sources have changed
	@$(GUICHET) train

bench: install  ## Measure latency beside stock Rasa; writes benchmarks/results/
	@$(PYTHON) -m benchmarks.latency

clean:  ## Remove what was built, installed and trained; var/ (the database) stays
	rm -rf .venv .tools web/node_modules web/dist models .rasa .pytest_cache .mypy_cache .ruff_cache
