# `make run` and `make test` are all that a newcomer needs. `make` alone lists the rest.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= $(shell for p in python3.10 python3 /usr/bin/python3; do $$p -c 'import ensurepip, venv' 2>/dev/null && echo $$p && break; done)
UV := .uv/bin/uv
RUN := .venv/bin/python
WIDGET := bot/widget
# Rasa's default trains for 100 epochs, which takes an hour or more here; `make bench STOCK_EPOCHS=8` takes minutes.
STOCK_EPOCHS ?= 100

# Rasa and TensorFlow talk too much at start-up; none of it is about us.
export TF_CPP_MIN_LOG_LEVEL := 3
export TF_ENABLE_ONEDNN_OPTS := 0
export SQLALCHEMY_SILENCE_UBER_WARNING := 1
export PYTHONWARNINGS := ignore
export RASA_TELEMETRY_ENABLED := false

.PHONY: help install assets train run test check stress bench format clean system

help: ## List the commands
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(UV):
	@echo "Installing uv in .uv/"
	@test -n "$(PYTHON)" || { echo "Night Desk needs Python with venv. On Debian: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m venv .uv
	@.uv/bin/pip install --quiet --disable-pip-version-check uv

.venv/.installed: pyproject.toml uv.lock | $(UV)
	@echo "Installing the locked environment in .venv/ (about 1 minute the first time)"
	@env -u VIRTUAL_ENV $(UV) sync --frozen --quiet
	@touch $@

install: .venv/.installed ## Install the locked environment

$(WIDGET)/static/dist/.built: .venv/.installed $(WIDGET)/build.py $(WIDGET)/package.json $(WIDGET)/package-lock.json $(wildcard $(WIDGET)/src/*)
	@echo "Building the page's script and styles"
	@$(RUN) -m bot.widget.build
	@touch $@

assets: $(WIDGET)/static/dist/.built ## Build the page's script and styles

train: install ## Train a model, if something changed
	@$(RUN) -m bot train

run: install assets train ## Start everything; Ctrl-C stops it
	@$(RUN) -m bot run

system: ## Install Chromium, PostgreSQL and Redis for the tests, where the system's package manager may
	@.ci/system-packages

test: install assets system train ## Run every test
	@$(RUN) -m pytest -n 3 --dist loadfile --no-loadscope-reorder

check: install ## Check style, types and training data
	@.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy
	@$(RUN) -m rasa data validate --fail-on-warnings --domain domain.yml --data data/nlu data/rules --config config.yml

format: install ## Put the code in order
	@.venv/bin/ruff check --fix . && .venv/bin/ruff format .

stress: install assets train ## Run the slow tests
	@$(RUN) -m pytest -m stress

bench: install assets train ## Measure everything, beside Rasa's default and floor, into docs/benchmarks.md (hours)
	@$(RUN) -m tests.bench --stock-epochs $(STOCK_EPOCHS)

clean: ## Remove what was built; the database in var/ stays
	rm -rf .venv .uv models/*.tar.gz $(WIDGET)/static/dist $(WIDGET)/node_modules
