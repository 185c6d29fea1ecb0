# The only list of commands. `make run` and `make test` install what they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: test-all short-pages test-stories unit-rest test-switches faults vendor sounds music help run test test-fast lint bench screenshots install system-packages clean

help:
	@echo "make run         the demo: environment, database, simulated switch, web; prints the address and the logins"
	@echo "               (make run NEW_PASSWORDS=1: new passwords for the demo account)"
	@echo "make test        everything: lint, unit, browser, both switches (the real one when it is found)"
	@echo "make test-all    that, and the stories that take long"
	@echo "make test-fast   lint and unit tests"
	@echo "make lint        ruff and mypy"
	@echo "make bench       all measurements"
	@echo "make faults      random faults under load, judged: SWITCH=sim|real FAULTS=200 SEED=1 (real: FREESWITCH_HOME)"
	@echo "make vendor      the front end's libraries again (needs Node; a developer's tool)"
	@echo "make sounds      the prompts again (needs espeak-ng; a developer's tool)"
	@echo "make music       the hold music again (needs ffmpeg; a developer's tool)"
	@echo "make screenshots the pictures of the README, from a running demo"

$(STAMP): setup.cfg pyproject.toml tools/system-packages
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed (set PYTHON)"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev,postgres]'
	@touch $(STAMP)

install: $(STAMP)

system-packages:
	@sh tools/system-packages run

run: $(STAMP) system-packages
	$(BIN)/fs-app run --demo $(if $(NEW_PASSWORDS),--new-passwords)

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

test-fast: lint
	$(BIN)/pytest -q tests/unit

# Five processes beside each other: the tests with calls mostly wait, the others mostly compute. The files that take
# long are targets of their own and begin first, so that no processor is idle at the end; the others go together, for
# each process reads all modules once more.
AGAIN := build/failed-beside-others
LONG := waiting supervision menus recordings messages survival bad_moments lines
# Faults in every stage, and what a supervisor does once more in a browser: a quarter of an hour of their own.
THOROUGH := menus_at_bad_moments supervision_browser deaths_in_stages
LONG_PAGES := agent_page agent_sockets agent_http toolbar dial_module flow_editor
SHORT := $(filter-out $(LONG:%=tests/e2e/test_%.py) $(THOROUGH:%=tests/e2e/test_%.py),$(sort $(wildcard tests/e2e/test_*.py)))
SHORT_PAGES := $(filter-out $(LONG_PAGES:%=tests/web/test_%.py) tests/web/test_screens.py,$(sort $(wildcard tests/web/test_*.py)))

test: $(STAMP)
	@sh tools/system-packages test
	$(MAKE) lint
	@mkdir -p build && rm -f $(AGAIN)
	FS_APP_TESTS_AGAIN=$(AGAIN) $(MAKE) --jobs=5 --keep-going --output-sync=target unit-rest page-screens test-switches unit-web unit-core short-pages $(LONG:%=story-%) $(LONG_PAGES:%=page-%) short-0 short-1 short-2 short-3
	$(BIN)/python -m tests.support.second_try $(AGAIN)

test-all: export FS_APP_TESTS_ALL := 1
test-all: test $(THOROUGH:%=story-%)

short-pages: $(STAMP)
	$(BIN)/pytest -q -p no:cacheprovider $(SHORT_PAGES)

short-%: $(STAMP)
	$(BIN)/pytest -q -p no:cacheprovider $$(printf '%s\n' $(SHORT) | awk 'NR % 4 == $*')

test-stories: $(STAMP)
	$(BIN)/pytest -q -p no:cacheprovider tests/e2e

story-%: $(STAMP)
	$(BIN)/pytest -q -p no:cacheprovider tests/e2e/test_$*.py

page-%: $(STAMP)
	$(BIN)/pytest -q -p no:cacheprovider tests/web/test_$*.py

unit-rest: $(STAMP)
	$(BIN)/pytest -q -p no:cacheprovider tests/unit --ignore=tests/unit/web --ignore=tests/unit/core

unit-%: $(STAMP)
	$(BIN)/pytest -q -p no:cacheprovider tests/unit/$*

test-switches: $(STAMP)
	$(BIN)/pytest -q -p no:cacheprovider tests --ignore=tests/unit --ignore=tests/web --ignore=tests/e2e

# all of them, also when one misses its goal; freed, load and menus of the second kind need a FreeSWITCH (FREESWITCH_HOME) and sipp
bench: $(STAMP)
	@status=0; \
	for one in esl routing web load import assignments erlang; do \
		echo "--- $$one"; $(BIN)/fs-app bench $$one || status=1; \
	done; \
	for one in freed load menus pixels page contacts imports; do \
		echo "--- from the tests: $$one"; $(BIN)/python -m tests.bench.$$one || status=1; \
	done; \
	exit $$status

faults: $(STAMP)
	@sh tools/system-packages test
	$(BIN)/python -m tests.faults run --switch $(or $(SWITCH),sim) --faults $(or $(FAULTS),200) $(if $(SEED),--seed $(SEED))

vendor:
	cd tools/vendor && npm ci --no-audit --no-fund && node build.mjs

sounds: $(STAMP)
	$(BIN)/python tools/make_sounds.py

music: $(STAMP)
	$(BIN)/python tools/make_music.py

screenshots: $(STAMP)
	@sh tools/system-packages test
	$(BIN)/python tools/screenshots.py

clean:
	rm -rf $(VENV) var build *.egg-info
