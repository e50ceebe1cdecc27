# Everything a person does with this project. `make help` lists it.
SHELL := /bin/bash
PY := .venv/bin/python
PORT ?= 8000
.DEFAULT_GOAL := help
# Without compiled files every process that imports the harness compiles it again: 15 CPU seconds each.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help install run demo test test-browser test-services lint types contracts migrations messages bench bench-contamination bench-jobs bench-harness bench-upload bench-originality-accuracy bench-originality-real bench-originality-speed bench-originality-gpu bench-sandbox bench-served bench-trace-fuzz bench-traceability bench-code shots figures lock vendor services-packages browser-packages browser-tools check clean

help: ## List the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: ## Make .venv and install the locked set (done by the other targets)
	@tools/install.sh
	@$(PY) tools/messages.py compile

run: install ## Install, migrate, play the demonstration in the background and serve on PORT (8000)
	@$(PY) manage.py migrate --verbosity 0
	@$(PY) manage.py collectstatic --noinput --verbosity 0
	@$(PY) manage.py serve --port $(PORT) --with "play_demonstration --server http://127.0.0.1:$(PORT)"

demo: install ## Play the demonstration headless in a folder of its own; fails if any outcome is unexpected
	@$(PY) tools/play.py

test: install ## All tests that need no system package
	@$(PY) -m pytest -m "not browser and not services" -n 2 --dist loadfile $(ARGS)

test-browser: install browser-packages browser-tools ## Walk the pages in Chromium: axe, HTML validator, CSP, overflow, titles
	@$(PY) -m pytest -m browser -n 2 --dist load --maxschedchunk 1 $(ARGS)

test-services: install services-packages ## Those that touch a database, on PostgreSQL and Redis that the script starts
	@$(PY) tools/services.py run -- $(PY) -m pytest -m "database and not browser" -n 2 --dist loadfile $(ARGS)

lint: install ## ruff, format, templates, layer contracts
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .
	@.venv/bin/djlint --quiet --lint templates
	@.venv/bin/lint-imports

types: install ## mypy with django-stubs
	@.venv/bin/mypy portal evaluation originality demo tools

migrations: install ## Fail if a model has no migration
	@$(PY) manage.py makemigrations --check --dry-run

messages: install ## Fail if a translation is missing
	@$(PY) tools/messages.py check

bench: install ## All benchmarks, as ratios (takes minutes)
	@for script in benchmarks/*.py; do echo "== $$script"; $(PY) $$script || exit 1; done

bench-jobs: install ## Jobs under sixteen kinds of faults on PostgreSQL and Redis, without a broker, on 1, 2 and 4 workers; plan of the claim
	@$(PY) benchmarks/jobs_chaos.py $(ARGS)
	@$(PY) benchmarks/jobs_polling.py
	@$(PY) benchmarks/jobs_scaling.py
	@$(PY) benchmarks/jobs_plan.py

bench-contamination: install ## Items of suites planted in installed text in eight disguises; nothing planted flags nothing
	@$(PY) benchmarks/contamination.py $(ARGS)

bench-harness: install ## A real model through the portal and by lm-eval directly: equal figures, processor time at most 1.05 (ARGS="--items 8")
	@$(PY) benchmarks/harness_ratio.py $(ARGS)

bench-upload: install ## 4.3 GB of uploads beside a raw socket with SHA-256 and another upload server (ARGS="--folder /dev/shm")
	@$(PY) benchmarks/upload_speed.py $(ARGS)

bench-originality-accuracy: install ## Small models trained here: transformations, strangers, calibration of every null (ARGS="--keep FOLDER")
	@$(PY) benchmarks/originality_accuracy.py $(ARGS)

bench-originality-real: install ## Real models out of packages: known descent, strangers, the affair replayed
	@$(PY) benchmarks/originality_real.py $(ARGS)

bench-originality-speed: install ## 4 GB of bfloat16 beside memcpy, SHA-256 and a plain script; memory, stages, size of a sketch
	@$(PY) benchmarks/originality_speed.py $(ARGS)

bench-originality-gpu: install ## The same figures on a GPU, where there is one
	@$(PY) benchmarks/originality_gpu.py $(ARGS)

bench-traceability: install ## Small runs trained here, honest dossiers and forged ones, matrix of what every check says (ARGS="--keep FOLDER")
	@$(PY) benchmarks/traceability.py $(ARGS)

bench-code: install ## Copies of code in disguise found at their lines, independent code not found; containment printed (ARGS="--whole")
	@$(PY) benchmarks/code_check.py $(ARGS)

bench-sandbox: install services-packages ## Hostile programs contained, cheating programs failed, what the walls cost (ARGS="--pairs N")
	@$(PY) benchmarks/sandbox.py $(ARGS)

bench-served: install services-packages ## A real model from its checkpoint and through a server of its own behind walls: equal accuracy (ARGS="--items 6")
	@$(PY) benchmarks/served_model.py $(ARGS)

bench-trace-fuzz: install ## Training logs and archives damaged 24,000 times, and files made to exhaust a reader (ARGS="--mutations N")
	@$(PY) benchmarks/trace_fuzz.py $(ARGS)

shots: install browser-packages browser-tools ## Screenshots of every page at three widths in both languages, in var/shots
	@$(PY) -m tests.e2e.pagewalk --shots

figures: install ## Figures of the code: lines per app, longest function and file, median function
	@$(PY) tools/figures.py

lock: ## Resolve the locked set again
	@.venv/bin/uv pip compile pyproject.toml --all-extras -c constraints.txt $(foreach d,$(PIP_FIND_LINKS),--find-links $(d)) \
	  --no-emit-package torch --no-annotate --no-header -o requirements.lock

vendor: ## Fetch the vendored design system, fonts and scripts again and check their hashes
	@$(PY) tools/vendor.py

browser-packages:
	@tools/system.sh chromium

browser-tools:
	@$(PY) tools/vendor.py --tests

services-packages:
	@tools/system.sh services

clean: ## Remove what runs leave behind (keeps .venv)
	rm -rf var .pytest_cache .mypy_cache .ruff_cache .hypothesis build
