# The two commands of the README are `make nightly` and `make test`.
PYTHON  ?= python3
VENV    := .venv
BIN     := $(VENV)/bin
AS_OF   ?= 2026-09-22
PERSONS ?= 10003
CITY    := var/sample
SIZE    ?= twentieth
RUNS    ?= 5

.PHONY: nightly test bench ui check lock clean help

help:  ## What can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

nightly: $(VENV)/run.stamp  ## Set everything up and run one night on a fictional district
	@test -d $(CITY)/inbox || $(BIN)/hedui sample --out $(CITY)/inbox --persons $(PERSONS) --seed 1 --as-of $(AS_OF) --dirty
	@$(BIN)/hedui nightly --inbox $(CITY)/inbox --warehouse var/warehouse --as-of $(AS_OF)

test: $(VENV)/dev.stamp  ## Run the tests
	@$(BIN)/python -m pytest -n auto --dist loadfile $(PYTEST)

bench: $(VENV)/dev.stamp  ## Measure a night against its floors (SIZE=city for a whole city, RUNS=1 for a quick look, ONLY=night for a part)
	@$(BIN)/python -m tests.benchmarks.bench --size $(SIZE) --runs $(RUNS) $(if $(ONLY),--only $(ONLY))

check: $(VENV)/dev.stamp  ## Lint, format, types, layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

ui: $(VENV)/run.stamp  ## The Dagster UI on the sample's warehouse
	@$(BIN)/hedui ui --inbox $(CITY)/inbox --warehouse var/warehouse

lock:  ## Resolve the dependencies again (needs uv)
	for part in "run:--extra build" "dev:--extra build --extra cluster --extra postgres --extra dev"; do \
	  uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url --no-strip-extras \
	    --custom-compile-command "make lock" pyproject.toml $${part#*:} -o requirements/$${part%%:*}.txt; done

clean:  ## Remove the sample, its warehouse and the environment
	rm -rf var $(VENV)

# An environment is made once for a lock file; the development tools are installed on top.
$(VENV)/%.stamp: requirements/%.txt pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what requirements/$*.txt locks (a few minutes the first time) …"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/$*.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@
