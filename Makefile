# Needs Python 3.11 or newer and make, nothing else: every target installs what it needs into .venv.

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)
RUN := .venv/bin
SOURCES := connector tasks workers sandbox tests tools
# Four at a time on two cores, because the longest ones mostly wait; each has its own PostgreSQL and Redis.
TESTS_AT_ONCE ?= 4
TEST = $(RUN)/pytest -n $(TESTS_AT_ONCE) --dist loadfile --no-loadscope-reorder --durations=10
# The lock must not depend on the package sources of the machine that makes it.
COMPILE = env -u PIP_FIND_LINKS -u PIP_EXTRA_INDEX_URL -u PIP_INDEX_URL PIP_CONFIG_FILE=/dev/null \
	$(RUN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --build-deps-for editable \
	--no-emit-index-url --no-emit-options

# Tests start a hundred processes; each would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: help demo up reference docs wheels chaos compose-test crash-points outage scale pages bench test check tests collected coverage lint audit format secrets digests release lock install install-dev clean python

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: install ## Run the whole product against simulated systems and reconcile what arrived (QAD=ee: Enterprise Edition; STAY=1)
	@$(RUN)/ml-connector demo $(if $(QAD),--interface qad-$(QAD)) $(if $(STAY),--stay)

up: install ## Start the whole product on this machine, until Ctrl-C
	@$(RUN)/ml-connector up

SEED ?= 2611
DOCUMENTS ?= 5000
chaos: install-dev ## Kill everything at random while 5,000 documents are on their way, and reconcile (SEED=, DOCUMENTS=, QAD=ee, BROKER=sentinel|rabbitmq)
	@QAD=$(QAD) $(RUN)/python -m tests.fire --seed $(SEED) --documents $(DOCUMENTS) $(if $(BROKER),--broker $(BROKER))

COMPOSE ?=
compose-test: install-dev ## Run the Compose file on an engine of its own: scale, kill, upgrade, back up, scrape, compare (root, docker; SEED=, COMPOSE="docker compose")
	@$(RUN)/python -m tests.compose --seed $(SEED) $(if $(COMPOSE),--compose "$(COMPOSE)")

crash-points: install-dev ## Kill a process at every point of every flow, and reconcile (QAD=ee: Enterprise Edition)
	@CRASH_POINTS=1 QAD=$(QAD) $(RUN)/pytest -q tests/journey/test_crash_points.py tests/e2e/test_crash_points.py

outage: install-dev ## What takes minutes: a target away, a flood of a million records, a dead network, Redis failing over, a restored ledger, a year of retention
	@LONG_TESTS=1 $(RUN)/pytest -q tests/e2e/test_pressure.py tests/e2e/test_half_open.py tests/e2e/test_failing_over.py tests/e2e/test_restoring.py tests/e2e/test_upgrading.py tests/e2e/test_canaries.py tests/e2e/test_working_week.py tests/api/test_description.py tests/tasks/test_rabbitmq.py tests/e2e/test_single_documents.py \
		tests/tasks/test_backlog.py tests/security/test_webhook_storm.py tests/cli/test_bulk_requeue.py tests/cli/test_retaining.py

RECORDS ?= 1000000
scale: install-dev ## Measure beat and the commands in a ledger of 10,000 records and in one of a million (RECORDS=)
	@$(RUN)/python -m tests.scale --records $(RECORDS)

EVENTS ?= 10000000
pages: RECORDS = 1000000
pages: install-dev ## Measure every page and list over a million documents and ten million events (AT= keeps it)
	@$(RUN)/python -m tests.scale.pages --records $(RECORDS) --events $(EVENTS) $(if $(AT),--at "$(AT)")

ONLY ?=
bench: RECORDS = 2000
bench: install-dev ## Measure records a second and what each costs, beside dlt where BENCH_DLT is a Python that has it (ONLY=, RECORDS=)
	@$(RUN)/python -m tests.bench --records $(RECORDS) --only "$(ONLY)"

test: install-dev ## Everything that must hold: format, lint, types, import contracts, tests
	@$(MAKE) --no-print-directory --jobs=2 lint collected
	@$(MAKE) --no-print-directory tests

check: lint coverage audit ## The same, how much of the code the tests pass, and known vulnerabilities (asks pypi.org)

tests: install-dev ## Only the tests
	@$(TEST)

# Compiles the tests once, beside the types; each of the test processes would do it for itself.
collected: install-dev
	@collected=$$($(RUN)/pytest --collect-only -qq 2>&1) || { echo "$$collected"; exit 1; }

coverage: install-dev ## The tests again, counting what they pass of the code, which takes half as long again: at least 90 %
	@$(TEST) --cov --cov-report=term-missing:skip-covered --cov-fail-under=90

lint: install-dev ## Only format, lint, types and import contracts
	@$(RUN)/ruff format --check $(SOURCES)
	@$(RUN)/ruff check $(SOURCES)
	@$(RUN)/mypy
	@$(RUN)/lint-imports

audit: install-dev ## Only whether a locked dependency or a server in a wheel or image has a known vulnerability (asks pypi.org, osv.dev)
	@$(RUN)/python tools/audit_servers.py
	@$(RUN)/python tools/audit_dependencies.py

wheels: install-dev ## Only whether every locked package has a wheel for x86_64 and aarch64, Python 3.11 to 3.14 (asks the package index)
	@$(RUN)/python tools/audit_wheels.py

docs: install-dev ## Only whether the pages of the documentation say what the code says
	@$(RUN)/pytest -q tests/docs tests/packaging/test_readme.py

reference: install-dev ## Write what comes from the code: commands, settings, names and examples of the systems
	@$(RUN)/python tools/reference.py
	@$(RUN)/python -m tests.docs.pages

format: install-dev ## Format the code and correct what can be corrected by itself
	@$(RUN)/ruff format $(SOURCES)
	@$(RUN)/ruff check --fix $(SOURCES)

IMAGES = PYTHON_IMAGE=python:3.12-slim-bookworm POSTGRES_IMAGE=postgres:18-bookworm REDIS_IMAGE=redis:7.4-bookworm
digests: ## Print the images that ours are built on and run beside with their digests, for .env (asks their registry)
	@for one in $(IMAGES); do image=$${one#*=}; docker pull --quiet $$image >/dev/null || exit 1; \
		digest=$$(docker image inspect --format '{{index .RepoDigests 0}}' $$image) && echo "$$one@$${digest#*@}" || exit 1; done

secrets: ## Make the passwords and the master key of docker-compose.yml in ./secrets
	@$(PYTHON) tools/make_secrets.py

release: install-dev ## Build wheel, sdist, bill of materials and licence report into dist/, twice alike (CUT=1: first its heading in the changelog; PREVIEW=1; TRY=1: install and run the demo)
	@$(RUN)/python tools/release.py $(if $(CUT),--cut) $(if $(PREVIEW),--preview) $(if $(TRY),--try)

lock: install-dev ## Choose the newest versions that pyproject.toml allows, and write down their hashes
	@$(COMPILE) --upgrade --output-file requirements.lock pyproject.toml
	@$(COMPILE) --upgrade --extra dev --constraint requirements.lock --output-file requirements-dev.lock pyproject.toml

install: python
	@$(PYTHON) tools/install.py

install-dev: python
	@$(PYTHON) tools/install.py --dev

python:
	@test -n "$(PYTHON)" || { echo "There is no Python 3.11 or newer here: install one (Debian: apt install python3)." >&2; exit 1; }

clean: ## Remove what was made, except the data in .ml-connector
	@rm -rf .venv build dist *.egg-info .coverage* htmlcov .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	@find . -name __pycache__ -not -path './.git/*' -prune -exec rm -rf {} +
