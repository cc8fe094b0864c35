# The two commands of a fresh machine are `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
TESTS ?=

.PHONY: demo test lint plugin messages samples screenshots bench clean system-packages

demo: $(VENV)/demo.stamp
	$(BIN)/sialgeo demo --output sialgeo-demo

test: system-packages $(VENV)/test.stamp plugin
	$(BIN)/python -m pytest -n 2 --dist worksteal $(TESTS)

lint: $(VENV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

plugin: $(VENV)/test.stamp
	$(BIN)/python qgis_plugin/build.py

messages: $(VENV)/test.stamp
	$(BIN)/python messages.py update

samples: $(VENV)/test.stamp
	$(BIN)/python sample_layers/build.py

screenshots: $(VENV)/test.stamp
	$(BIN)/python docs/screenshots.py

bench: $(VENV)/test.stamp
	$(BIN)/python -m pip install --quiet ".[bench]"
	$(BIN)/python benchmarks/run.py

# As root on Debian or Ubuntu: QGIS, a browser and a virtual screen; elsewhere their tests say why they skip.
system-packages:
	sh tests/system_packages.sh

$(VENV)/bin/python:
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip

$(VENV)/demo.stamp: $(VENV)/bin/python pyproject.toml hatch_build.py messages.py $(shell find sialgeo -name '*.py' -o -name '*.po') sample_layers
	$(BIN)/python -m pip install --quiet .
	touch $@

$(VENV)/test.stamp: $(VENV)/bin/python pyproject.toml hatch_build.py messages.py $(wildcard sialgeo/locale/*/LC_MESSAGES/*.po)
	$(BIN)/python -m pip install --quiet --editable ".[test]"
	touch $@

clean:
	rm -rf $(VENV) .venv-qgis dist sialgeo-demo
