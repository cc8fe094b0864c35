# The two commands of a fresh machine are `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
DEV ?= .venv-dev
BIN = $(DEV)/bin
TESTS ?=

.PHONY: demo test test-qgis-matrix node-packages lint plugin messages samples screenshots bench clean system-packages

demo: $(VENV)/demo.stamp
	$(VENV)/bin/sialgeo demo --output sialgeo-demo

test: system-packages $(DEV)/test.stamp node-packages plugin
	$(BIN)/python -m pytest -n 2 --dist worksteal $(TESTS)

# As root on Debian or Ubuntu with debootstrap: the plugin's tests on the QGIS of trixie and sid, in chroots.
test-qgis-matrix:
	$(PYTHON) tests/qgis/matrix.py

lint: $(DEV)/test.stamp
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

plugin: $(DEV)/test.stamp
	$(BIN)/python qgis_plugin/build.py

messages: $(DEV)/test.stamp
	$(BIN)/python messages.py update

samples: $(DEV)/test.stamp
	$(BIN)/python sample_layers/build.py

screenshots: $(DEV)/test.stamp
	$(BIN)/python docs/screenshots.py
	$(BIN)/python tests/qgis/desktop.py

bench: $(DEV)/test.stamp
	$(BIN)/python -m pip install --quiet ".[bench]"
	$(BIN)/python benchmarks/run.py

# As root on Debian or Ubuntu: QGIS, a browser, a virtual screen and PostGIS; elsewhere their tests say why they skip.
system-packages:
	sh tests/system_packages.sh

# The checker of accessibility that a test runs (never shipped); without npm that test says why it skips.
node-packages:
	@if command -v npm >/dev/null 2>&1; then npm ci --silent --no-audit --no-fund || echo "axe-core: not installed (npm ci failed)"; fi

# The demo runs on the installed package, the tests on an editable one.
$(VENV)/bin/python $(DEV)/bin/python:
	$(PYTHON) -m venv $(@D)/..
	$@ -m pip install --quiet --upgrade pip

$(VENV)/demo.stamp: $(VENV)/bin/python pyproject.toml $(shell find sialgeo sample_layers -type f -not -name '*.pyc')
	$(VENV)/bin/python -m pip install --quiet ".[report]"
	touch $@

$(DEV)/test.stamp: $(DEV)/bin/python pyproject.toml hatch_build.py messages.py $(wildcard sialgeo/locale/*/LC_MESSAGES/*.po)
	$(BIN)/python -m pip install --quiet --editable ".[test]"
	touch $@

clean:
	rm -rf $(VENV) $(DEV) .venv-qgis dist sialgeo-demo
